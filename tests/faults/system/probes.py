"""Service as it is seen from outside: when it last did what it is for, asked again and again."""

from __future__ import annotations

import http.client
import itertools
import json
import time
from collections.abc import Callable, Iterable

from tests.faults.system.load import PROJECT, Load, X
from tests.faults.system.ticking import Ticking

PAUSE = 0.1
TIMEOUT = 10.0


class Probe(Ticking):
    """Calls `works` again and again in a thread, and keeps when it did."""

    def __init__(self, works: Callable[[], bool]) -> None:
        self.times: list[float] = []
        self.failures: list[str] = []
        self._works = works
        super().__init__(self._try, PAUSE)

    def _try(self) -> None:
        try:
            if self._works():
                self.times.append(time.monotonic())
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(repr(error))


def longest_gap(times: Iterable[float], since: float, until: float) -> float:
    """The longest time between two successes, in seconds, where it began or ended in the span."""
    within = [since, *(at for at in sorted(times) if since <= at <= until), until]
    return max(after - before for before, after in itertools.pairwise(within))


def goes(load: Load, session: str, run: str) -> Callable[[], bool]:
    """Whether `/go` leads a signed-in person to the run's board."""
    path = f"/go/{PROJECT}/{load.domain}/{run}/board"

    def works() -> bool:
        status, location, _ = get(load.port, path, {"Cookie": f"sessionid={session}"})
        return status == 302 and location == f"{X}/board/{run}"

    return works


def resolves(load: Load) -> Callable[[], bool]:
    """Whether the newest accepted run of a moment ago has its link by now."""
    asked: list[str] = []
    headers = {"Authorization": f"Bearer {load.token}"}

    def works() -> bool:
        if not asked and load.latest:
            asked.append(load.latest)
        if not asked:
            return False
        path = f"/api/v1/projects/{PROJECT}/domains/{load.domain}/runs/{asked[0]}/links"
        status, _, body = get(load.port, path, headers)
        items = json.loads(body)["items"] if status == 200 else []
        if not any(one["key"] == "board" and one["resolved_at"] for one in items):
            return False
        asked.clear()
        return True

    return works


def get(port: int, path: str, headers: dict[str, str]) -> tuple[int, str | None, bytes]:
    """Status, where it leads, and body; on a connection of its own, as after a fault."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location"), answer.read()
    finally:
        connection.close()
