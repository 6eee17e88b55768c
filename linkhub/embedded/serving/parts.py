"""The processes of one LinkHub beside its servers: what runs, and how it is called."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from linkhub.embedded.serving.options import Options

# Seconds that a request or task in flight gets when LinkHub stops.
GRACE = 4
# Sources that are polled at the same time.
POLLS = 8


@dataclass(frozen=True)
class Part:
    name: str
    """As it stands on the console; its log has the same name in small letters."""
    command: tuple[str, ...]


def web(options: Options) -> Part:
    arguments = {
        "--interface": "wsgi",
        "--host": options.host,
        "--port": str(options.port),
        "--workers": str(options.web_workers),
        "--blocking-threads": str(options.web_threads),
        "--respawn-interval": "0.5",
        "--workers-kill-timeout": str(GRACE - 1),
    }
    flat = [word for pair in arguments.items() for word in pair]
    flags = ["--no-ws", "--respawn-failed-workers", "linkhub.wsgi:application"]
    return Part("Web", (sys.executable, "-m", "granian", *flat, *flags))


def background(options: Options) -> tuple[Part, ...]:
    """Workers and beat."""
    # A Python `Link` class may be slow: in a queue of its own it delays nothing but its like.
    return (
        Part("Worker", _worker("resolve", options.worker_processes)),
        Part("Python-links worker", _worker("python_links", 1)),
        # Polls wait for networks: threads, so that one that hangs holds up no other.
        Part("Sources worker", _worker("sources,backlinks,checks", POLLS, "-P", "threads")),
        Part("Beat", _celery("beat", "--pidfile=", f"--schedule={options.home / 'beat'}")),
    )


def manage(command: str) -> tuple[str, ...]:
    return (sys.executable, "manage.py", command)


def _worker(queues: str, processes: int, *pool: str) -> tuple[str, ...]:
    """Named by the first of its queues, which stand between commas."""
    name = ("-Q", queues, "-n", f"{queues.split(',')[0]}@%h", "-c", str(processes))
    # Workers that tell each other of their state only delay the start.
    return _celery("worker", *name, *pool, "--without-mingle", "--without-gossip")


def _celery(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "-A", "linkhub", *arguments, "--loglevel=INFO")
