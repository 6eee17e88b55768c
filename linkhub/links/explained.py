"""Why each link is there or not, as people are told: by key and place, the winner first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from linkhub.links.models import State
from linkhub.links.resolving.explain import Explanation
from linkhub.links.resolving.facts import Subject
from linkhub.links.resolving.origins import UsedVariable

# What is asked for by key is never left out.
MOST = 200
NO_LINK = "no link"
ORIGINS = {
    "instance": "an instance definition",
    "project": "a definition of the project",
    "task": "a link of the task",
    "override": "a link attached to the execution",
    "emitted": "a link emitted by a running step",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One layer's link of the key. `why` is empty for the one that wins."""

    name: str
    origin: str
    why: str
    tool: str
    variables: Sequence[UsedVariable]


@dataclass(frozen=True, slots=True)
class ExplainedKey:
    """One key on one subject: `state` and `reason` of its link, or `no link`."""

    key: str
    place: str
    state: str
    reason: str
    url: str
    notes: Sequence[str]
    winner: Candidate | None
    others: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class Explained:
    """`key` is the one that was asked for, or empty; `more` of all are left out."""

    key: str
    keys: Sequence[ExplainedKey]
    more: int


def explained(found: Sequence[Explanation], key: str) -> Explained:
    """What has a link first, each in the order of its layers; what has none after it."""
    groups: dict[tuple[str, Subject], list[Explanation]] = {}
    for each in found:
        groups.setdefault((each.key, each.subject), []).append(each)
    ordered = sorted(groups.values(), key=lambda group: not any(each.wins for each in group))
    shown = ordered if key else ordered[:MOST]
    return Explained(key, [_key(group) for group in shown], len(ordered) - len(shown))


def _key(group: Sequence[Explanation]) -> ExplainedKey:
    winner = next((each for each in group if each.wins), None)
    link = winner.link if winner else None
    others = [each for each in group if each is not winner]
    return ExplainedKey(
        key=group[0].key,
        place=_place(group[0].subject),
        state=link.state if link else NO_LINK,
        reason=link.reason if link else " ".join(dict.fromkeys(each.why for each in others)),
        url=link.url if link and link.state == State.READY else "",
        notes=link.notes if link else (),
        winner=_candidate(winner) if winner else None,
        others=[_candidate(each) for each in others],
    )


def _candidate(found: Explanation) -> Candidate:
    return Candidate(found.name, in_words(found.layer), found.why, found.tool, found.variables)


def _place(subject: Subject) -> str:
    words = {"project": "the project", "run": "the run", "action": "the action"}
    if subject.pod:
        attempt = f", attempt {subject.attempt}" if subject.attempt else ""
        return f"pod {subject.pod}{attempt}"
    if subject.attempt:
        return f"attempt {subject.attempt}"
    return words.get(subject.level, f"any {subject.level}")


def in_words(layer: str) -> str:
    """A layer in words."""
    return ORIGINS.get(layer, layer)
