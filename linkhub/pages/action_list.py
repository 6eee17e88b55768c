"""A run's actions as a flat list: of one task, under one parent, in one phase, or by words of
their names; page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict

from linkhub.lib.keyset import BadCursor, after, decode_cursor, encode_cursor
from linkhub.pages import addresses
from linkhub.pages.action_rows import PhaseCount, address_of_list, phase_counts
from linkhub.pages.outline import Sketch, sketched
from linkhub.runs.models import Action, Run
from linkhub.runs.phases import Phase

PAGE = 100
FILTERS = ("task", "parent", "phase", "q")


@dataclass(frozen=True, slots=True)
class ActionList:
    """`kept` are the filters that a new search keeps, as a form's fields; `whole` is the tree."""

    words: str
    task: str
    parent: str
    parent_href: str
    count: int
    phases: Sequence[PhaseCount]
    kept: Sequence[tuple[str, str]]
    whole: str
    first: str
    next: str


@dataclass(frozen=True, slots=True)
class Part:
    """What of a run's actions a page is asked for."""

    query: Mapping[str, str]
    cursor: str

    @classmethod
    def of(cls, query: QueryDict) -> Part | None:
        given = {name: str(query[name]) for name in FILTERS if query.get(name)}
        return cls(given, query.get("after", "")) if given else None

    def read(self, run: Run) -> tuple[list[Sketch], ActionList]:
        """One page of the actions, by name."""
        alike = self._alike(run)
        found = alike.filter(_of_phase(self.query["phase"])) if "phase" in self.query else alike
        actions = sketched(after(found, ("name",), self._behind()), PAGE + 1)
        phases = phase_counts(run, alike.values_list("phase", flat=True), self.query)
        chosen = [each for each in phases if each.chosen] if "phase" in self.query else phases
        parent = self.query.get("parent", "")
        return actions[:PAGE], ActionList(
            words=self.query.get("q", ""),
            task=self.query.get("task", ""),
            parent=parent,
            parent_href=addresses.of_action(run, parent) if parent else "",
            count=sum(each.count for each in chosen),
            phases=phases,
            kept=[(name, value) for name, value in self.query.items() if name != "q"],
            whole=addresses.of_run(run),
            first=address_of_list(run, self.query) if self.cursor else "",
            next=self._next(run, actions),
        )

    def _alike(self, run: Run) -> QuerySet[Action]:
        found = run.actions.all()
        if task := self.query.get("task"):
            found = found.filter(task__name=task)
        if parent := self.query.get("parent"):
            found = found.filter(parent=parent)
        if words := self.query.get("q"):
            found = found.filter(Q(name__icontains=words) | Q(task__name__icontains=words))
        return found

    def _behind(self) -> tuple[str, ...] | None:
        try:
            return decode_cursor(self.cursor, (str,)) if self.cursor else None  # type: ignore[return-value]
        except BadCursor as error:
            raise Http404("This part of the list is not there.") from error

    def _next(self, run: Run, actions: Sequence[Sketch]) -> str:
        if len(actions) <= PAGE:
            return ""
        return address_of_list(
            run, {**self.query, "after": encode_cursor([actions[PAGE - 1].name])}
        )


def _of_phase(phase: str) -> Q:
    """Never given counts as running."""
    never = Q(phase=None) if phase == Phase.RUNNING else Q()
    return Q(phase=phase) | never
