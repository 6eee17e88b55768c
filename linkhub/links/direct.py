"""Straight to a link by its key, where the store alone answers: what `/go` is asked all day.

One statement finds the run that the viewer may see, tells whether the units that could have the
link are up to date, and reads its URL. Whatever it cannot vouch for is left to `read.py`, which
resolves in memory and knows the reasons.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from linkhub.accounts.models import Project, User
from linkhub.lib.url_policy import HostOrigin, check_url
from linkhub.links.catalogues import catalogue_at

# Stands for any viewer where the rule of who may see what is written down once.
_ANYBODY = -1
# Which rows of a table `x` are of the run's own level, and which of the action.
_OWN, _OF_ACTION = "x.action_id IS NULL", "x.action_id = action.id"
# What `read.py` orders the links of a unit by.
_ORDER = """
    l.action_id NULLS FIRST, l."group", l.position, l.name, t.number DESC NULLS LAST,
    p."primary" DESC NULLS LAST, p.worker_index NULLS LAST, p.name
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A run by its name, or (none) the newest of `workflow` and `phases`; and a link of it.

    Of its `action`; without one the run's own, else its root action's.
    """

    project: str
    domain: str
    run: str | None
    key: str
    action: str | None = None
    workflow: str | None = None
    phases: Collection[str] | None = None


class Address(NamedTuple):
    """A ready link that is up to date, as far as choosing among those of its key needs it.

    By its `origin`, clicks are counted for the definition that made it.
    """

    key: str
    level: str
    attempt: int | None
    pod: str | None
    url: str
    origin: str


def addresses_of(asked: Asked, viewer: User, *, now: datetime) -> list[Address]:
    """The links of that key, in their order; none where the store alone does not tell."""
    if not viewer.is_active:
        return []
    visible, given = _visible(is_admin=viewer.is_superuser)
    statement = _statement(
        visible,
        named=asked.run is not None,
        of_action=asked.action is not None,
        of_workflow=asked.workflow is not None,
        of_phases=asked.phases is not None,
    )
    phases = None if asked.phases is None else list(asked.phases)
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {**given, **asdict(asked), "viewer": viewer.pk, "now": now, "phases": phases},
        )
        rows = cursor.fetchall()
    return _addresses(rows)


def _addresses(rows: list[Any]) -> list[Address]:
    found = []
    for vouched, value, wide, transaction, of_action, origin, *address in rows:
        if not vouched:
            return []
        policy = catalogue_at(value, wide, transaction).policy
        found.append((of_action, Address(*address)))
        if check_url(found[-1][1].url, origin=HostOrigin(origin), policy=policy) is not None:
            return []
    return [address for of_action, address in found if of_action == found[0][0]]


@functools.cache
def _visible(*, is_admin: bool) -> tuple[str, dict[str, Any]]:
    """`visible_to` as SQL for `%(viewer)s`; Django takes longer to make it than to ask it."""
    anybody = User(pk=_ANYBODY, is_superuser=is_admin)
    query, given = Project.objects.visible_to(anybody).values("pk").query.sql_with_params()
    names = ["viewer" if value == _ANYBODY else f"given{at}" for at, value in enumerate(given)]
    return query % tuple(f"%({name})s" for name in names), dict(zip(names, given, strict=True))


@functools.cache
def _statement(
    visible: str, *, named: bool, of_action: bool, of_workflow: bool, of_phases: bool
) -> str:
    workflow = "JOIN runs_workflow AS w ON w.id = r.workflow_id AND w.name = %(workflow)s"
    newest = "ORDER BY r.created_at DESC, r.id DESC LIMIT 1"
    root = "a.parent = '' ORDER BY a.name <> 'a0', a.id LIMIT 1"
    units = [_OF_ACTION] if of_action else [_OWN, _OF_ACTION]
    links = " UNION ALL ".join(
        f"SELECT * FROM links_link AS x WHERE {_of_unit(unit)} AND x.key = %(key)s"  # noqa: S608
        for unit in units
    )
    return f"""
        WITH run AS (
            SELECT r.id, r.project_id FROM runs_run AS r {workflow if of_workflow else ""}
            WHERE r.project_id = (
                    SELECT id FROM accounts_project WHERE name = %(project)s AND id IN ({visible})
                )
              AND r.domain = %(domain)s
              {"AND r.phase = ANY(%(phases)s)" if of_phases else ""}
              {"AND r.name = %(run)s" if named else newest}
        ), action AS (
            SELECT a.id FROM runs_action AS a JOIN run ON a.run_id = run.id
            WHERE {"a.name = %(action)s" if of_action else root}
        )
        SELECT l.state = 'ready' AND NOT l.depends_on_now
                   AND (l.expires_at IS NULL OR l.expires_at > %(now)s)
                   AND {" AND ".join(map(_is_fresh, units))},
               c.value, c.wide, c.xmin::text, l.action_id IS NOT NULL, l.host_origin,
               l.key, l.level, t.number, p.name, l.url, l.origin
        FROM run CROSS JOIN runs_changecounter AS c LEFT JOIN action ON true
        JOIN LATERAL ({links}) AS l ON true
        LEFT JOIN runs_attempt AS t ON t.id = l.attempt_id
        LEFT JOIN runs_pod AS p ON p.id = l.pod_id
        ORDER BY {_ORDER}
    """  # noqa: S608 (made of constants, and of what Django makes of `visible_to`)


def _of_unit(unit: str) -> str:
    return f"x.project_id = run.project_id AND x.run_id = run.id AND {unit}"


def _is_fresh(unit: str) -> str:
    """Resolved since the last change of any definition, and not marked since: no facts are new."""
    rows = _of_unit(unit)
    is_fresh = (
        f"EXISTS (SELECT FROM links_resolved AS x WHERE {rows} AND x.change >= c.value)"  # noqa: S608
        f" AND NOT EXISTS (SELECT FROM runs_pending AS x WHERE {rows})"
    )
    return f"({is_fresh})" if unit == _OWN else f"(action.id IS NULL OR {is_fresh})"
