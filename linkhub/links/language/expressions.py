"""One `{{ … }}`: a variable and its filters."""

from __future__ import annotations

import re
from difflib import get_close_matches

from linkhub.links.language.catalogue import BY_NAME, MAP_BY_NAME, MAPS, VARIABLES
from linkhub.links.language.errors import TemplateError
from linkhub.links.language.filters import FILTERS
from linkhub.links.language.syntax import Argument, Expression, Filter, Reference, quoted

MAX_FILTERS = 16

# Go's blanks; Python's `\s` would also take a no-break space and a vertical tab.
_BLANKS = re.compile(r"[\t\n\f\r ]*")
_NAME = re.compile(r"[^\W\d]\w*")
_KEY = re.compile(r"[\w-]+")
_AWKWARD_KEY = re.compile(r"[\w./-]*")
_NUMBER = re.compile(r"-?[0-9]{1,9}\b")
_STRING = re.compile(r"""(["'])((?:\\.|(?!\1)[^\\])*)\1""", re.DOTALL)
_ESCAPED = re.compile(r"""\\(["'\\])""")
# Flyte's own pattern for a task's configuration takes any character for the sigil.
_TASK_CONFIG = re.compile(
    r"\{\{[\t\n\f\r ]*[^\n]taskConfig[.$](?P<key>[a-zA-Z_]+)[\t\n\f\r ]*\}\}", re.IGNORECASE
)
_HELM = re.compile(r"\{\{`([^`]*)(?:`\}\})?")
_LONGEST_NAME = 64


def parse_expression(source: str, start: int) -> tuple[Expression, int]:
    """The expression whose `{{` is at `start`, and where the text after its `}}` begins."""
    if config := _TASK_CONFIG.match(source, start):
        reference = Reference("taskConfig", config["key"], start + 1)
        return Expression(reference, (), start + 1), config.end()
    scanner = _Scanner(source, start + 2, start)
    scanner.reject_foreign_syntax()
    scanner.blanks()
    reference = scanner.reference()
    filters: list[Filter] = []
    scanner.blanks()
    while scanner.take("|"):
        scanner.blanks()
        filters.append(scanner.filter())
        scanner.blanks()
        if len(filters) > MAX_FILTERS:
            raise scanner.error(f"more than {MAX_FILTERS} filters")
    if not scanner.take("}}"):
        raise scanner.unexpected("`|` or `}}`")
    return Expression(reference, tuple(filters), start + 1), scanner.at


def parse_name(text: str) -> Reference:
    """A variable's name alone, in any spelling. Raises TemplateError."""
    scanner = _Scanner(text, 0)
    scanner.blanks()
    reference = scanner.reference()
    scanner.blanks()
    if scanner.at != len(text):
        raise scanner.error("a variable's name ends here")
    return reference


class _Scanner:
    """A position in the source, and what can be read there; `opened` is where its `{{` is."""

    def __init__(self, source: str, at: int, opened: int | None = None) -> None:
        self.source = source
        self.at = at
        self.bare = opened is None
        self.opened = opened or 0

    def error(self, message: str, *, at: int | None = None, suggestion: str = "") -> TemplateError:
        column = (self.at if at is None else at) + 1
        return TemplateError(message, column=column, suggestion=suggestion)

    def unexpected(self, wanted: str) -> TemplateError:
        """What to say where something else was expected."""
        if self.bare and self.at >= len(self.source):
            return self.error(f"expected {wanted}")
        if self.at >= len(self.source) or self.source.startswith("{{", self.at):
            return self.error("`{{` is not closed by `}}`", at=self.opened)
        found = self.source[self.at]
        if found.isspace() or not found.isprintable():
            return self.error(f"U+{ord(found):04X} is not a blank that templates know")
        return self.error(f"expected {wanted}, not `{found}`")

    def blanks(self) -> None:
        blank = _BLANKS.match(self.source, self.at)
        self.at = blank.end() if blank else self.at

    def take(self, text: str) -> bool:
        found = self.source.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.source, self.at)
        self.at = found.end() if found else self.at
        return found

    def reject_foreign_syntax(self) -> None:
        """Say what to do about the template syntax of others, rather than that it is wrong."""
        if helm := _HELM.match(self.source, self.opened):
            message = "this is Helm's escaping, which only Helm takes away"
            raise self.error(message, at=self.opened, suggestion=helm[1])
        if self.source.startswith("-", self.at):
            raise self.error("`{{-` is not known here; write `{{`", at=self.opened)

    def reference(self) -> Reference:
        start = self.at
        sigil = self.take(".") or self.take("$")
        if sigil and _BLANKS.match(self.source, self.at).end() > self.at:  # type: ignore[union-attr]
            raise self.error("no blank may stand between the sigil and the name")
        name = self.match(_NAME)
        if name is None:
            raise self.unexpected("the name of a variable")
        folded = name[0].casefold()
        if folded in MAP_BY_NAME:
            return self.map_reference(MAP_BY_NAME[folded].name, start)
        if folded not in BY_NAME:
            raise self.unknown("variable", name[0], name.start(), _SUGGESTED)
        return Reference(BY_NAME[folded].name, None, start + 1)

    def map_reference(self, name: str, start: int) -> Reference:
        if self.take("["):
            self.blanks()
            key = self.string()
            self.blanks()
            if key is None or not self.take("]"):
                raise self.error(f'expected a key such as `{name}["a.b"]`')
            return Reference(name, key, start + 1)
        plain = self.match(_KEY) if self.take(".") or self.take("$") else None
        if plain is None:
            raise self.error(f"`{name}` needs a key: `{name}.KEY`", at=start)
        if self.source.startswith((".", "/"), self.at):
            rest = _AWKWARD_KEY.match(self.source, plain.start())
            key = rest[0] if rest else plain[0]
            raise self.error("this key needs quotes", suggestion=f"{name}[{quoted(key)}]")
        return Reference(name, plain[0], start + 1)

    def filter(self) -> Filter:
        start = self.at
        name = self.match(_NAME)
        if name is None:
            raise self.unexpected("the name of a filter")
        if name[0] not in FILTERS:
            raise self.unknown("filter", name[0], start, {each: each for each in FILTERS})
        arguments: list[Argument] = []
        if self.take("("):
            self.blanks()
            while not self.take(")"):
                if arguments and not self.take(","):
                    raise self.unexpected("`,` or `)`")
                self.blanks()
                arguments.append(self.argument())
                self.blanks()
        return Filter(name[0], tuple(arguments), start + 1)

    def argument(self) -> Argument:
        text = self.string()
        if text is not None:
            return text
        if number := self.match(_NUMBER):
            return int(number[0])
        return self.reference()

    def string(self) -> str | None:
        """A quoted string; a backslash stands for itself except before a quote or a backslash."""
        if self.source[self.at : self.at + 1] not in ("'", '"'):
            return None
        text = self.match(_STRING)
        if text is None:
            raise self.error("this string is not closed")
        return _ESCAPED.sub(r"\1", text[2])

    def unknown(self, what: str, name: str, at: int, known: dict[str, str]) -> TemplateError:
        near = get_close_matches(name.casefold()[:_LONGEST_NAME], known, n=1, cutoff=0.7)
        suggestion = known[near[0]] if near else ""
        return self.error(f"unknown {what} `{name[:_LONGEST_NAME]}`", at=at, suggestion=suggestion)


_SUGGESTED = {
    **{each.name.casefold(): each.name for each in VARIABLES},
    **{each.name.casefold(): each.name for each in MAPS},
}
