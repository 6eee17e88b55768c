"""Straight to a link by its key, where the store alone answers: what `/go` is asked all day.

One statement finds the subject that the viewer may see, tells whether the units that could have the
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
# Which rows of a table `x` are of the project's own level, of the run's, and of the action.
_OF_PROJECT = "x.run_id IS NULL AND x.action_id IS NULL"
_OF_RUN = "x.run_id = subject.run_id AND x.action_id IS NULL"
_OF_ACTION = "x.run_id = subject.run_id AND x.action_id = action.id"
# What `read.py` orders the links of a unit by.
_ORDER = """
    l.action_id NULLS FIRST, l."group", l.position, l.name, t.number DESC NULLS LAST,
    p."primary" DESC NULLS LAST, p.worker_index NULLS LAST, p.name
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A link of a project, or (with a `domain`) of a run or an action there.

    The run by its name, or (none) the newest of `workflow` and `phases`. The action by its name,
    else the newest of the task of that name; without one the run's own link, else its root's.
    """

    project: str
    key: str
    domain: str | None = None
    run: str | None = None
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
    values = {name: value for name, value in asdict(asked).items() if value is not None}
    statement = _statement(visible, frozenset(values))
    if asked.phases is not None:
        values["phases"] = list(asked.phases)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**given, **values, "viewer": viewer.pk, "now": now})
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
def _statement(visible: str, given: frozenset[str]) -> str:
    """For what is asked with the fields `given`."""
    if "domain" not in given:
        units, subject = [_OF_PROJECT], _project(visible)
    elif "action" in given:
        units, subject = [_OF_ACTION], _run(visible, given)
    else:
        units, subject = [_OF_RUN, _OF_ACTION], _run(visible, given)
    links = " UNION ALL ".join(
        f"SELECT * FROM links_link AS x WHERE {_of_unit(unit)} AND x.key = %(key)s"  # noqa: S608
        for unit in units
    )
    return f"""
        WITH subject AS ({subject}),
             action AS (SELECT {_action(given)} AS id FROM subject)
        SELECT l.state = 'ready' AND NOT l.depends_on_now
                   AND (l.expires_at IS NULL OR l.expires_at > %(now)s)
                   AND {" AND ".join(map(_is_fresh, units))},
               c.value, c.wide, c.xmin::text, l.action_id IS NOT NULL, l.host_origin,
               l.key, l.level, t.number, p.name, l.url, l.origin
        FROM subject CROSS JOIN action CROSS JOIN runs_changecounter AS c
        JOIN LATERAL ({links}) AS l ON true
        LEFT JOIN runs_attempt AS t ON t.id = l.attempt_id
        LEFT JOIN runs_pod AS p ON p.id = l.pod_id
        ORDER BY {_ORDER}
    """  # noqa: S608 (made of constants, and of what Django makes of `visible_to`)


def _project(visible: str) -> str:
    return f"""
        SELECT id AS project_id, NULL::bigint AS run_id FROM accounts_project
        WHERE name = %(project)s AND id IN ({visible})
    """  # noqa: S608


def _run(visible: str, given: frozenset[str]) -> str:
    # By its id, which is known before a run is: a join would look for it among the project's runs.
    workflow = """AND r.workflow_id = (
        SELECT w.id FROM runs_workflow AS w JOIN accounts_project AS p ON p.id = w.project_id
        WHERE p.name = %(project)s AND w.domain = %(domain)s AND w.name = %(workflow)s
    )"""
    newest = "ORDER BY r.created_at DESC, r.id DESC LIMIT 1"
    return f"""
        SELECT r.project_id, r.id AS run_id FROM runs_run AS r
        WHERE r.project_id = (SELECT project_id FROM ({_project(visible)}) AS project)
          AND r.domain = %(domain)s
          {workflow if "workflow" in given else ""}
          {"AND r.phase = ANY(%(phases)s)" if "phases" in given else ""}
          {"AND r.name = %(run)s" if "run" in given else newest}
    """  # noqa: S608


def _action(given: frozenset[str]) -> str:
    """The id of the action that is asked for, of the run's root, or null."""
    if "domain" not in given:
        return "NULL::bigint"
    of_run = "SELECT a.id FROM runs_action AS a"
    if "action" not in given:
        root = "a.parent = '' ORDER BY a.name <> 'a0', a.id LIMIT 1"
        return f"({of_run} WHERE a.run_id = subject.run_id AND {root})"
    # The second is looked for only where there is no first.
    return f"""COALESCE(
        ({of_run} WHERE a.run_id = subject.run_id AND a.name = %(action)s),
        ({of_run} JOIN runs_task AS t ON t.id = a.task_id AND t.name = %(action)s
         WHERE a.run_id = subject.run_id
         ORDER BY a.started_at DESC NULLS LAST, a.id DESC LIMIT 1)
    )"""


def _of_unit(unit: str) -> str:
    return f"x.project_id = subject.project_id AND {unit}"


def _is_fresh(unit: str) -> str:
    """Resolved since the last change of any definition, and not marked since: no facts are new."""
    rows = _of_unit(unit)
    is_fresh = (
        f"EXISTS (SELECT FROM links_resolved AS x WHERE {rows} AND x.change >= c.value)"  # noqa: S608
        f" AND NOT EXISTS (SELECT FROM runs_pending AS x WHERE {rows})"
    )
    return f"(action.id IS NULL OR {is_fresh})" if unit == _OF_ACTION else f"({is_fresh})"
