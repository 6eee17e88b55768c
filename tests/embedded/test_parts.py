from pathlib import Path

from linkhub.embedded.serving import parts
from linkhub.embedded.serving.options import read_options

OPTIONS = read_options(Path("/srv/linkhub"), {"PORT": "8123", "LINKHUB_WORKER_PROCESSES": "3"})


def test_it_serves_on_the_port_that_was_asked_for() -> None:
    command = " ".join(parts.web(OPTIONS).command)
    assert "--host 127.0.0.1 --port 8123" in command
    assert "--respawn-failed-workers" in command


def test_it_gives_python_links_a_queue_of_their_own() -> None:
    worker, links, _, beat = (" ".join(part.command) for part in parts.background(OPTIONS))
    assert "-Q resolve -n resolve@%h -c 3" in worker
    assert "-Q python_links -n python_links@%h -c 1" in links
    assert "--schedule=/srv/linkhub/" in beat


def test_it_gives_sources_a_queue_and_threads_of_their_own() -> None:
    [sources] = [part for part in parts.background(OPTIONS) if part.name == "Sources worker"]
    assert "-Q sources,backlinks,checks -n sources@%h -c 8 -P threads" in " ".join(sources.command)
