"""Python `Link` classes in the child process: what they give, and what they cannot do to it."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from linkhub.links.classes.runner import LinkRunner
from linkhub.links.language.errors import Failed, MissingVariables
from linkhub.links.providers.link_calls import LinkCall

HERE = "tests.providers.link_classes"


@pytest.fixture(scope="module")
def runner() -> Iterator[LinkRunner]:
    with LinkRunner(allowed=[f"{HERE}:*", "os:*"]) as runner:
        yield runner


@pytest.fixture
def hasty() -> Iterator[LinkRunner]:
    with LinkRunner(allowed=[f"{HERE}:*"], timeout=0.3, memory_bytes=2 << 30) as runner:
        yield runner


def a_call(name: str = "Good", **changes: Any) -> LinkCall:
    facts: dict[str, Any] = {
        "args": {},
        "run_name": "r1",
        "project": "proj",
        "domain": "development",
        "context": {},
        "parent_action_name": "a0",
        "action_name": "x1",
        "pod_name": "r1-x1-0",
    }
    return LinkCall(path=name if ":" in name else f"{HERE}:{name}", **{**facts, **changes})


def failure(runner: LinkRunner, call: LinkCall) -> str:
    with pytest.raises(Failed) as error:
        runner.run(call)
    return str(error.value)


def test_it_gives_what_the_class_gives(runner: LinkRunner) -> None:
    result = runner.run(a_call(context={"k": "v"}, args={"team": "ml", "fast": True}))
    assert result.url == (
        "https://good.test/proj/development/r1/a0/x1/r1-x1-0?team=ml,fast=True,k=v"
    )
    assert (result.name, result.icon_uri) == ("Good", "https://icons.test/g.png")


def test_it_finds_a_class_inside_a_class(runner: LinkRunner) -> None:
    assert runner.run(a_call("Outer.Inner")).url.startswith("https://good.test/")


def test_it_keeps_the_process_and_the_object(runner: LinkRunner) -> None:
    urls = {runner.run(a_call("Counting")).url for _ in range(2)}
    assert urls == {f"https://good.test/{runner.child_pid}/{count}" for count in (1, 2)}


def test_it_makes_another_object_for_other_arguments(runner: LinkRunner) -> None:
    first = runner.run(a_call("Counting", args={"host": "a"})).url
    second = runner.run(a_call("Counting", args={"host": "b"})).url
    assert first == second


@pytest.mark.parametrize(
    ("name", "changes", "is_variable"),
    [
        ("Good", {}, False),
        ("Good", {"args": {"host": "https://own.test"}}, False),
        (
            "Good",
            {"args": {"host": "https://run.test"}, "variable_args": frozenset({"host"})},
            True,
        ),
        ("HostFromContext", {}, False),
        ("HostFromContext", {"context": {"host": "https://run.test"}}, True),
        ("HostByDomain", {}, True),
        ("SlashesOnly", {}, True),
    ],
)
def test_it_says_whether_the_host_is_the_runs(
    runner: LinkRunner, name: str, changes: dict[str, Any], is_variable: bool
) -> None:
    assert runner.run(a_call(name, **changes)).host_from_variable is is_variable


def test_it_mistrusts_a_host_that_an_earlier_run_left_behind(runner: LinkRunner) -> None:
    hosts = ("evil.test", "good.test")
    results = [runner.run(a_call("Remembering", context={"host": host})) for host in hosts]
    assert all(result.host_from_variable for result in results)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Number", "gave int, not text"),
        ("Asynchronous", "is asynchronous"),
        ("WrongSignature", "TypeError: .*unexpected keyword argument"),
        ("NeedsArgument", "TypeError: .*missing 1 required positional argument: 'project'"),
        ("NotALink", "is not a class with a method `get_link`"),
        ("NOT_A_CLASS", "is not a class with a method `get_link`"),
        ("Absent", "AttributeError: "),
        ("Exiting", "SystemExit: bye"),
        ("Unprintable", "Error: .its message cannot be shown"),
    ],
)
def test_it_names_class_and_reason(runner: LinkRunner, name: str, reason: str) -> None:
    with pytest.raises(Failed, match=f"`{HERE}:{name}`: .*{reason}"):
        runner.run(a_call(name))


def test_it_shortens_an_exception_to_one_line_without_paths(runner: LinkRunner) -> None:
    message = failure(runner, a_call("Raising"))
    assert "ValueError: no such thing xxx" in message
    assert len(message) < 400
    assert ".py" not in message


def test_it_names_a_module_that_is_not_there() -> None:
    with LinkRunner(allowed=["*"]) as runner:
        assert "ModuleNotFoundError" in failure(runner, a_call("no_such_module:Class"))


def test_it_goes_on_with_the_same_process_after_an_exception(runner: LinkRunner) -> None:
    runner.run(a_call())
    before = runner.child_pid
    failure(runner, a_call("Raising"))
    runner.run(a_call())
    assert runner.child_pid == before


def test_it_waits_for_an_address_that_is_empty(runner: LinkRunner) -> None:
    with pytest.raises(MissingVariables) as error:
        runner.run(a_call("Nothing"))
    assert error.value.names == ("link address",)


def test_it_names_the_setting_for_a_class_that_is_not_allowed() -> None:
    with LinkRunner(allowed=["other:*"]) as runner:
        assert "LINKHUB_LINK_CLASSES" in failure(runner, a_call())
        assert runner.child_pid is None


@pytest.mark.parametrize("path", ["", "os", "os:", "os:a b", "../x:Y", "os:system;x"])
def test_it_takes_nothing_but_module_and_class(runner: LinkRunner, path: str) -> None:
    call = a_call()
    with pytest.raises(Failed, match="does not name a class"):
        runner.run(LinkCall(path, *[getattr(call, name) for name in LinkCall.__slots__[1:]]))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Sleeping", "ran out of time after 0.3 s"),
        ("Crashing", "ended its process (exit status 7)"),
        ("Huge", "answered with more than 65,536 bytes"),
    ],
)
def test_it_replaces_the_process_that_a_class_spoilt(
    hasty: LinkRunner, name: str, reason: str
) -> None:
    hasty.run(a_call())
    before = hasty.child_pid
    assert before is not None
    assert reason in failure(hasty, a_call(name))
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)
    assert hasty.run(a_call()).url.startswith("https://good.test/")
    assert hasty.child_pid != before


def test_it_replaces_a_process_that_died_between_calls(hasty: LinkRunner) -> None:
    hasty.run(a_call())
    before = hasty.child_pid
    assert before is not None
    end = os.pidfd_open(before)
    os.kill(before, signal.SIGKILL)
    select.select([end], [], [])
    os.close(end)
    assert hasty.run(a_call()).url.startswith("https://good.test/")


def test_it_bounds_memory(hasty: LinkRunner) -> None:
    assert "MemoryError" in failure(hasty, a_call("Greedy"))


def test_it_takes_a_context_larger_than_a_pipe(runner: LinkRunner) -> None:
    context = {"host": "https://good.test", "big": "x" * 1_000_000}
    assert runner.run(a_call("HostFromContext", context=context)).url == "https://good.test/x"


def test_it_lets_no_noise_into_the_answer(runner: LinkRunner) -> None:
    assert runner.run(a_call("Noisy")).url == "https://good.test/"


def test_it_shows_the_child_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "SECRET_KEY", "REDIS_URL", "LINKHUB_ANYTHING", "AWS_TOKEN"):
        monkeypatch.setenv(name, "secret")
    with LinkRunner(allowed=["*"]) as runner:
        names = runner.run(a_call("Environment")).url.rpartition("/")[2].split(",")
    known = {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "PYTHONPATH"}
    assert set(names) <= known


def test_it_answers_threads_one_after_the_other(runner: LinkRunner) -> None:
    def ask(number: int) -> bool:
        return f"/run{number}/" in runner.run(a_call(run_name=f"run{number}")).url

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(40)))


def test_it_starts_a_child_of_its_own_after_a_fork(runner: LinkRunner) -> None:
    runner.run(a_call())
    before = runner.child_pid
    forked = os.fork()
    if forked == 0:
        runner.run(a_call())
        is_own = runner.child_pid != before
        runner.close()
        os._exit(0 if is_own else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 0
    runner.run(a_call())
    assert runner.child_pid == before


ORPHANING = f"""
import threading, sys
from linkhub.links.classes.runner import LinkRunner
from linkhub.links.providers.link_calls import LinkCall
runner = LinkRunner(allowed=["*"], timeout=600)
call = lambda name: LinkCall("{HERE}:" + name, {{}}, "r", "p", "d", {{}}, "a", "a", "x")
runner.run(call("Good"))
threading.Thread(target=runner.run, args=(call("Sleeping"),), daemon=True).start()
print(runner.child_pid, flush=True)
sys.stdin.read()
"""


def test_it_leaves_no_child_behind_when_the_worker_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANING], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as worker:
        assert worker.stdout is not None
        child = os.pidfd_open(int(worker.stdout.readline()))
        worker.send_signal(signal.SIGKILL)
    try:
        assert select.select([child], [], [], 10)[0]
    finally:
        os.close(child)
