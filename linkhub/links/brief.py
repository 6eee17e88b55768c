"""For lists: of each action its newest attempt, and of that the first pod, as `/go` chooses.

A distributed action can have thousands of pods with links of their own; a table's cell shows one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

from django.db.models import F

from linkhub.links.resolving.facts import ActionFacts, UnitFacts
from linkhub.runs.models import Attempt


class Firsts(NamedTuple):
    """The ids of the attempts and pods that a list speaks of."""

    attempts: frozenset[int]
    pods: frozenset[int]

    @classmethod
    def of(cls, actions: Collection[int]) -> Firsts:
        rows = (
            Attempt.objects.filter(action__any_of=actions)
            .order_by(
                "action_id",
                "-number",
                F("pods__primary").desc(nulls_last=True),
                F("pods__worker_index").asc(nulls_last=True),
                "pods__name",
            )
            .distinct("action_id")
            .values_list("pk", "pods__pk")
        )
        pairs = list(rows)
        return cls(
            frozenset(attempt for attempt, _ in pairs),
            frozenset(pod for _, pod in pairs if pod is not None),
        )


def narrowed(facts: UnitFacts) -> UnitFacts:
    """The same unit with its newest attempt's first pod alone: their links come out the same."""
    if facts.action is None:
        return facts
    return replace(facts, action=_with_newest(facts.action))


def _with_newest(action: ActionFacts) -> ActionFacts:
    newest = [replace(attempt, pods=attempt.pods[:1]) for attempt in action.attempts[-1:]]
    return replace(action, attempts=tuple(newest))
