"""What of a link is stored, and what makes it be stored again."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection

from linkhub.links import work
from linkhub.links.models import Link
from linkhub.links.outcomes import Row, digest_of, row_of
from linkhub.links.resolving.facts import ResolvedLink, RunFacts, Subject, UnitFacts
from linkhub.links.sql import LINK_COLUMNS, UPSERT_LINKS
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit
from linkhub.runs.record import record_run
from tests import factories as make

FACTS = UnitFacts("p", RunFacts(1, "p", "d", "r", created_at=make.CREATED))
MOVED = UnitFacts("p", RunFacts(1, "p", "d", "r", created_at=make.ENDED))
# No field at its default.
LINK = ResolvedLink(
    subject=Subject("pod", 1, 11, "pod-7", 12),
    key="board",
    name="Board",
    level="pod",
    state="ready",
    layer="project",
    url="https://x.example.com/",
    host_origin="admin",
    reason="because",
    missing=("podName",),
    notes=("a note",),
    description="What it shows.",
    definition_id=7,
    tool="grafana",
    provider="grafana_dashboard",
    group="Boards",
    position=3,
    icon="grafana",
    link_type="dashboard",
    message_format="json",
    new_tab=False,
    depends_on_now=True,
    expires_at=make.ENDED,
)
# All but whose it is, which finds the row.
SAID = [each.name for each in fields(ResolvedLink) if each.name != "subject"]


def other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case str() | int():
            return value * 2
        case tuple():
            return (*value, "more")
    return value + timedelta(days=1)


def test_it_tries_every_field_at_a_value_of_its_own() -> None:
    bare = ResolvedLink(LINK.subject, *([""] * 5))
    assert all(getattr(LINK, name) != getattr(bare, name) for name in SAID)


@pytest.mark.parametrize("name", SAID)
def test_its_digest_is_of_all_that_a_link_says(name: str) -> None:
    changed = replace(LINK, **{name: other(getattr(LINK, name))})
    assert digest_of(FACTS, changed, changed.url) != digest_of(FACTS, LINK, LINK.url)


def test_its_digest_is_of_the_runs_created_time() -> None:
    assert digest_of(MOVED, LINK, LINK.url) != digest_of(FACTS, LINK, LINK.url)


def test_its_digest_is_not_of_a_url_that_time_moves_on() -> None:
    moved = replace(LINK, url="https://x.example.com/?to=1")
    assert digest_of(FACTS, moved, "steady") == digest_of(FACTS, LINK, "steady")


def test_its_rows_have_every_column() -> None:
    row = row_of(Unit(1, 2, 3), FACTS, LINK, b"digest")
    stored = {column.attname for column in Link._meta.concrete_fields}
    written = {"tool_id" if name == "tool" else name for name in LINK_COLUMNS}
    assert row.keys() == LINK_COLUMNS.keys()
    assert written == stored - {"id", "resolved_at"}


@pytest.mark.parametrize("name", SAID)
def test_its_rows_say_all_that_a_link_says(name: str) -> None:
    changed = replace(LINK, **{name: other(getattr(LINK, name))})
    before, after = (row_of(Unit(1, 2, 3), FACTS, each, b"") for each in (LINK, changed))
    different = {column for column in before if before[column] != after[column]}
    assert {"layer": "origin"}.get(name, name) in different


def store(unit: Unit, facts: UnitFacts, link: ResolvedLink) -> Row:
    row = row_of(unit, facts, link, digest_of(facts, link, link.url))
    with connection.cursor() as cursor:
        cursor.execute(UPSERT_LINKS, [orjson.dumps([row]).decode()])
    return row


def stored() -> Row:
    """The only link, as the row that it was stored by."""
    link = Link.objects.get()
    row = {name: getattr(link, name) for name in LINK_COLUMNS if name != "tool"}
    octets = {name: bytes(row[name]).hex() for name in ("url_digest", "digest")}
    return row | octets | {"tool": link.tool and link.tool.name}


@pytest.mark.django_db
def test_it_stores_every_column_and_every_change_of_one() -> None:
    tools = [make.make_tool(name, kind="x") for name in ("grafana", "other")]
    ids = [make.make_definition(each.name, tool=each).pk for each in tools]
    pod = make.make_pod(make.make_attempt(make.make_action()), "pod-7")
    unit = make.unit_of(pod.attempt.action)
    subject = replace(LINK.subject, attempt_id=pod.attempt.pk, pod_id=pod.pk)
    link = replace(LINK, subject=subject, definition_id=ids[0])
    assert store(unit, FACTS, link) == stored()
    changes = {name: other(getattr(link, name)) for name in SAID if name != "key"}
    known = {"level": "run", "state": "ready", "layer": "emitted", "link_type": "ide"}
    changed = replace(link, **(changes | known | {"definition_id": ids[1], "tool": "other"}))
    assert store(unit, MOVED, changed) == stored()


@pytest.mark.django_db
def test_stored_links_follow_a_run_whose_created_time_moves() -> None:
    make.make_definition()
    run = make.make_action().run
    work.drain(Pending.Lane.MAIN, seconds=10)
    document = RunDocument(created_at=make.CREATED - timedelta(days=1))
    record_run(project=run.project, domain=run.domain, name=run.name, document=document)
    work.drain(Pending.Lane.MAIN, seconds=10)
    assert Link.objects.get().run_created == document.created_at
