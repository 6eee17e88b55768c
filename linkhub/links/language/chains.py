"""One expression made ready: read a variable, run its filters, say whose value came out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from linkhub.links.language.catalogue import BY_NAME, Kind
from linkhub.links.language.errors import MissingVariables, NothingLeft, TemplateError
from linkhub.links.language.filtering import Apply, Datum, FilterKind, Notes, Takes
from linkhub.links.language.filters import FILTERS
from linkhub.links.language.syntax import Argument, Expression, Filter, Reference
from linkhub.links.language.time_filters import write_time
from linkhub.links.language.values import Value, Values


@dataclass(frozen=True, slots=True)
class _Step:
    """A bound filter, or (`apply` is None) a fallback for the case that nothing is there."""

    name: str
    apply: Apply | None
    fallback: Argument = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """An expression bound once, evaluated for each subject."""

    reference: Reference
    steps: tuple[_Step, ...]
    last: str = ""  # the filter after which nothing is percent-encoded, if there is one

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every variable it may read, in the order tried."""
        others = (step.fallback for step in self.steps)
        return (self.reference, *(each for each in others if isinstance(each, Reference)))

    def evaluate(self, values: Values, notes: Notes) -> tuple[str, bool]:
        """The text, and whether it is the operator's or the template's own, not a run's.

        Raises MissingVariables, Failed or Refused.
        """
        datum, own = _datum(self.reference.read(values)), self.reference.operators_own
        emptied_by = ""
        for step in self.steps:
            if step.apply is None:
                if datum is None:
                    datum, own = _fallback(step.fallback, values)
            elif datum is not None:
                datum = step.apply(datum, notes) or None
                emptied_by = emptied_by if datum is not None else step.name
        if datum is None:
            if emptied_by:
                raise NothingLeft(f"`{emptied_by}` left nothing of `{self.reference.label}`")
            raise MissingVariables(tuple(each.label for each in self.references))
        return str(datum), own


def bind(expression: Expression) -> Chain:
    """Check an expression's filters and bind them. Raises TemplateError."""
    steps: list[_Step] = []
    kinds = [FILTERS[each.name] for each in expression.filters]
    _check_order(expression.filters, kinds)
    writes = _time_writer(expression.reference)
    written = False
    for each, kind in zip(expression.filters, kinds, strict=True):
        if not written and kind.takes in (Takes.TEXT, Takes.BYTES):
            steps.append(writes)
            written = True
        steps.append(_bind_filter(each, kind))
    if not written:
        steps.append(writes)
    last = kinds[-1].name if kinds and kinds[-1].last else ""
    return Chain(expression.reference, tuple(steps), last)


def _bind_filter(written: Filter, kind: FilterKind) -> _Step:
    try:
        apply = kind.bind(written.arguments)
    except ValueError as error:
        raise TemplateError(f"`{written.name}` {error}", column=written.column) from None
    if kind.name == "default":
        return _Step(kind.name, None, written.arguments[0])
    return _Step(kind.name, apply)


def _check_order(filters: tuple[Filter, ...], kinds: list[FilterKind]) -> None:
    for written, kind, after in zip_longest(filters, kinds, kinds[1:]):
        if kind.last and after is not None:
            raise TemplateError(f"`{kind.name}` must come last", column=written.column)
        if kind.gives_bytes and (after is None or after.takes is not Takes.BYTES):
            raise TemplateError(f"`{kind.name}` needs `base64` after it", column=written.column)


def _time_writer(reference: Reference) -> _Step:
    variable = BY_NAME.get(reference.name.casefold()) if reference.key is None else None
    seconds = variable is not None and variable.kind is Kind.UNIX
    return _Step("", lambda value, notes: write_time(value, notes, seconds=seconds))


def _datum(value: Value | None) -> Datum | None:
    if value is None or value == "":
        return None
    return str(value) if isinstance(value, int) else value


def _fallback(fallback: Argument, values: Values) -> tuple[Datum | None, bool]:
    if isinstance(fallback, Reference):
        return _datum(fallback.read(values)), fallback.operators_own
    return str(fallback), True
