"""A worker that is killed before or after any single statement of a round loses nothing."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.db.backends.signals import connection_created

from linkhub.links.models import Link, Resolved
from linkhub.links.work import drain
from linkhub.runs.models import Action, Pending, Run
from tests import factories as make
from tests.faults.test_races import LONG_AGO, POD, links, record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Death:
    """Kills its own process at the statement with this number, counted from 1."""

    def __init__(self, number: int, *, after: bool) -> None:
        self.left, self.after = number, after

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.left -= 1
        if self.left == 0 and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(sql, params, many, context)
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def dies(number: int, *, after: bool) -> bool:
    """Whether a worker of its own was killed there, rather than done before."""
    connection.close()
    with warnings.catch_warnings():
        # Python 3.12 warns of threads, which the child leaves alone.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        code = 1
        try:
            death = Death(number, after=after)
            # A backlog is written through a second connection.
            connection_created.connect(
                lambda connection, **_: connection.execute_wrappers.append(death), weak=False
            )
            drain(Pending.Lane.MAIN, seconds=20)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("batch", [500, 1], ids=["at once", "a backlog"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_it_resolves_everything(after, batch, settings):
    settings.LINKHUB_RESOLVE_BATCH = batch
    make.make_definition("pod", template=POD)
    make.make_definition("board", level="run", template="https://x.example.com/{{.runName}}")
    for number in count(1):
        Run.objects.all().delete()
        record({"name": "a0", "attempts": [{"number": 1, "pods": [{"name": f"p{number}"}]}]})
        died = dies(number, after=after)
        Pending.objects.filter(claim__isnull=False).update(claimed_until=LONG_AGO)
        assert drain(Pending.Lane.MAIN, seconds=20)
        assert not Pending.objects.exists()
        assert links()["a0 pod"] == ("ready", f"https://x.example.com/p{number}")
        assert Link.objects.filter(key="board", state="ready").count() == 1
        assert Resolved.objects.filter(run__isnull=False).count() == Action.objects.count() + 1
        if not died:
            break
    assert number > 10
