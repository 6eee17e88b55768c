"""For which executions a definition is: globs over names, phases and labels.

Globs are case-sensitive and compiled once: `*`, `?`, `[abc]`, `[!abc]`. Python writes them as
patterns with atomic groups, so that no name can make one backtrack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from typing import Any, TypeAlias

Matcher: TypeAlias = Callable[[str], object]

NAMES = ("project", "domain", "workflow", "task")
_MAGIC = re.compile(r"[*?\[]")


class SelectError(ValueError):
    """A selector is not what it should be; the message names the field."""


def anything(text: str) -> bool:  # noqa: ARG001
    return True


def compile_globs(globs: tuple[str, ...]) -> Matcher:
    """One test for all globs together; `anything` where every text matches."""
    if not globs or "*" in globs:
        return anything
    plain = frozenset(glob for glob in globs if not _MAGIC.search(glob))
    patterns = [translate(glob) for glob in globs if _MAGIC.search(glob)]
    if not patterns:
        return plain.__contains__
    match = re.compile("|".join(patterns)).match
    return lambda text: text in plain or match(text)


def given_globs(value: Any, name: str) -> tuple[str, ...]:
    """A string or a list of strings; nothing or empty is no restriction."""
    values = value if isinstance(value, list | tuple) else [] if value in (None, "") else [value]
    if not all(isinstance(each, str) for each in values):
        raise SelectError(f"`{name}` must be a string or a list of strings")
    return tuple(values)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that has to match; `name` is a field's, or a label's key."""

    name: str
    globs: tuple[str, ...]
    matches: Matcher

    @classmethod
    def compile(cls, name: str, value: Any) -> Criterion:
        globs = given_globs(value, name)
        return cls(name, globs, compile_globs(globs))

    @property
    def literals(self) -> frozenset[str] | None:
        """The texts that match, where they can be listed."""
        return None if any(map(_MAGIC.search, self.globs)) else frozenset(self.globs)

    def why_not(self, what: str, text: str) -> str:
        wanted = " or ".join(f"`{glob}`" for glob in self.globs)
        return f"{what} is `{text}`, not {wanted}" if text else f"no {what}; it must be {wanted}"


@dataclass(frozen=True, slots=True)
class Selector:
    """What restricts: `names` of project, domain, workflow and task; the subject's own phase;
    labels that must be there."""

    names: tuple[Criterion, ...] = ()
    phase: Criterion | None = None
    labels: tuple[Criterion, ...] = ()

    @classmethod
    def compile(cls, select: Mapping[str, Any]) -> Selector:
        """Raises SelectError."""
        if unknown := select.keys() - {*NAMES, "phase", "labels"}:
            raise SelectError(f"`{min(unknown)}` is not something to select by")
        labels = select.get("labels") or {}
        if not isinstance(labels, Mapping):
            raise SelectError("`labels` must be a map")
        phase = Criterion.compile("phase", select.get("phase"))
        names = (Criterion.compile(name, select.get(name)) for name in NAMES)
        return cls(
            tuple(name for name in names if name.matches is not anything),
            None if phase.matches is anything else phase,
            tuple(Criterion.compile(key, value) for key, value in labels.items()),
        )

    def literals(self, name: str) -> frozenset[str] | None:
        """The values of a name that match, where they can be listed."""
        return next((each.literals for each in self.names if each.name == name), None)

    def takes_project(self, project: str) -> bool:
        return all(each.matches(project) for each in self.names if each.name == "project")

    def takes_names(self, names: Mapping[str, str]) -> bool:
        """`names` are project, domain, workflow and task; absent is the empty string."""
        return all(each.matches(names[each.name]) for each in self.names)

    def takes_subject(self, phase: str, labels: Mapping[str, str]) -> bool:
        """Whether phase and labels match, in which the subjects of one unit can differ."""
        if self.phase is not None and not self.phase.matches(phase):
            return False
        return all(each.name in labels and each.matches(labels[each.name]) for each in self.labels)

    def why_not(self, names: Mapping[str, str], phase: str, labels: Mapping[str, str]) -> str:
        """The first thing that does not match, in words; empty where everything does."""
        for each in self.names:
            if not each.matches(names[each.name]):
                return each.why_not(each.name, names[each.name])
        if self.phase is not None and not self.phase.matches(phase):
            return self.phase.why_not("phase", phase)
        for each in self.labels:
            if each.name not in labels or not each.matches(labels[each.name]):
                return each.why_not(f"label `{each.name}`", labels.get(each.name, ""))
        return ""
