"""Links as chips."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linkhub.links.read import ShownLink
from linkhub.pages.chips import by_tool, make_chips, may_still_change
from linkhub.pages.tools import Toolbox

LINK = ShownLink(
    project="flytesnacks",
    domain="development",
    run="r7",
    action="a0",
    attempt=1,
    pod="r7-a0-0",
    key="logs",
    name="Logs",
    description="All lines",
    level="pod",
    url="https://logs.example.com/",
    state="ready",
    reason="",
    missing=(),
    notes=("Only a day is kept.",),
    tool="",
    provider="",
    group="",
    position=0,
    link_type="logs",
    icon="",
    origin="instance",
    new_tab=True,
    updating=False,
    resolved_at=None,
    message_format="",
)
WAITING = replace(
    LINK, state="waiting", url=None, reason="needs podName", missing=("podName",), notes=()
)
TOOLS = Toolbox([])


def chips(*links: ShownLink) -> list[str]:
    return [chip.at for chip in make_chips(links, TOOLS)]


def test_a_ready_link_leads_to_the_tool() -> None:
    [chip] = make_chips([LINK], TOOLS)

    assert (chip.href, chip.ready, chip.new_tab) == ("https://logs.example.com/", True, True)
    assert chip.reason == "All lines Only a day is kept."


def test_any_other_leads_to_why() -> None:
    [chip] = make_chips([WAITING], TOOLS)

    assert chip.href == "/go/flytesnacks/development/r7/a0/logs+?attempt=1&pod=r7-a0-0"
    assert (chip.ready, chip.new_tab, chip.reason) == (False, False, "needs podName")


def test_it_leaves_out_what_is_not_to_be_seen() -> None:
    assert chips(replace(LINK, state="hidden"), replace(LINK, state="expired")) == []


def test_it_tells_attempts_apart_where_there_are_several() -> None:
    assert chips(LINK) == [""]
    assert chips(replace(LINK, attempt=2), LINK) == ["attempt 2", "attempt 1"]
    assert chips(LINK, replace(LINK, key="other", attempt=2)) == ["", ""]


def test_it_tells_pods_apart_by_where_their_names_differ() -> None:
    pods = [replace(LINK, pod=f"r7-a0-0-worker-{number}") for number in (0, 1, 12)]

    assert chips(*pods) == ["worker-0", "worker-1", "worker-12"]
    assert chips(replace(LINK, pod="x"), replace(LINK, pod="xy")) == ["x", "xy"]


def test_it_groups_by_tool() -> None:
    [group] = by_tool(make_chips([LINK, WAITING], TOOLS))

    assert group.tool.title == "Custom"
    assert len(group.chips) == 2


@pytest.mark.parametrize(
    ("link", "live"),
    [(LINK, False), (WAITING, True), (replace(LINK, updating=True), True)],
)
def test_it_knows_what_may_still_change(link: ShownLink, live: bool) -> None:
    assert may_still_change([link]) is live
