"""Why each link of something recorded is there or is not, from the stores as they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from linkhub.accounts.models import Project
from linkhub.links.load import load_catalogue, load_units
from linkhub.links.read import ShownLink, links_of_action, links_of_project, links_of_runs
from linkhub.links.resolving.explain import Explanation, explain_unit
from linkhub.links.resolving.facts import Subject, UnitFacts
from linkhub.runs.models import Action, Run
from linkhub.runs.pending import Unit

# Of an action with many attempts or pods, these are explained unless others are asked for.
MOST_ATTEMPTS = 3
MOST_PODS = 3


def explain_project(
    project: Project, *, now: datetime, key: str | None = None
) -> list[Explanation]:
    """Of the project's own level; only the candidates of `key`, if given."""
    return _explain(Unit(project.pk), lambda: links_of_project(project, now=now), now=now, key=key)


def explain_run(run: Run, *, now: datetime, key: str | None = None) -> list[Explanation]:
    """Of the run's own level."""
    return _explain(
        Unit(run.project_id, run.pk),
        lambda: [link for link in links_of_runs([run], now=now)[run.pk] if not link.action],
        now=now,
        key=key,
    )


def explain_action(
    action: Action,
    *,
    now: datetime,
    key: str | None = None,
    attempt: int | None = None,
    pod: str | None = None,
) -> list[Explanation]:
    """Of the action, its newest attempts and the first pods of each, else those of `attempt` and
    `pod`."""
    return _explain(
        Unit(action.run.project_id, action.run_id, action.pk),
        lambda: links_of_action(action, now=now),
        now=now,
        key=key,
        attempt=attempt,
        pod=pod,
    )


def _explain(
    unit: Unit,
    shown: Callable[[], Iterable[ShownLink]],
    *,
    now: datetime,
    key: str | None,
    attempt: int | None = None,
    pod: str | None = None,
) -> list[Explanation]:
    """The catalogue is read before the facts, as everywhere; nothing of a unit that has gone."""
    catalogue = load_catalogue()
    facts = load_units([unit]).get(unit)
    if facts is None:
        return []
    wanted = _wanted(facts, attempt, pod)
    found = explain_unit(facts, catalogue, now=now, key=key, wanted=wanted)
    if any(each.link and not each.link.state for each in found):
        return _with_answers(found, shown())
    return found


def _wanted(facts: UnitFacts, attempt: int | None, pod: str | None) -> Callable[[Subject], bool]:
    if attempt is not None or pod is not None:
        return lambda subject: (
            (attempt is None or subject.attempt in (None, attempt))
            and (pod is None or subject.pod in (None, pod))
        )
    newest = facts.action.attempts[-MOST_ATTEMPTS:] if facts.action else ()
    attempts = {each.number for each in newest}
    pods = {(each.number, one.name) for each in newest for one in each.pods[:MOST_PODS]}
    return lambda subject: (
        (subject.attempt is None or subject.attempt in attempts)
        and (subject.pod is None or (subject.attempt, subject.pod) in pods)
    )


def _with_answers(found: Iterable[Explanation], shown: Iterable[ShownLink]) -> list[Explanation]:
    """With what a Python class gave last, since only a worker may run it."""
    answers = {(link.attempt, link.pod, link.key): link for link in shown}
    explained = []
    for each in found:
        answer = answers.get((each.subject.attempt, each.subject.pod, each.key))
        if each.link is not None and not each.link.state and answer is not None:
            link = replace(
                each.link,
                state=answer.state,
                url=answer.url or "",
                reason=answer.reason,
                missing=answer.missing,
                notes=answer.notes,
            )
            each = replace(each, link=link)
        explained.append(each)
    return explained
