"""Hold what we write in LogQL against Grafana's own grammar of it.

    python -m scripts.logql.check [--values 5000] [--seed N]

Random values go through the template language's encoders and through the Grafana providers. Of
each kind of query, every one must be free of error nodes and have the same tree, and each literal
must decode to its value: as a regular expression, to one that matches the value alone.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote as percent_decoded
from urllib.parse import urlsplit

import re2  # type: ignore[import-untyped]

from linkhub.links.language import Values, compile_template, compile_text
from linkhub.links.providers import Request, ToolFacts, registry
from tests.language.go_literals import unquote

FOLDER = Path(__file__).parent
NO_NODE = (
    "This check needs npm and node (20 or later): what it reads with are Grafana's own packages."
    " Install Node.js, then try again. Nothing else of LinkHub needs it."
)
PLAIN = "abcxyzABC019._-"
SIGNS = "\"\\`'{}[]()|=~!<>,;:.*+?^$%&#@/ \t\n\r\v\f\0\x01\x1b\x7f\x85\xa0"
WIDE = "éßλжא中\u200b\u2028\u202e\ufeff\ufffd\U0001f600\U0010ffff"
MOST_SHOWN = 20
STARTED = datetime(2026, 1, 5, 10, tzinfo=UTC)

Make = Callable[[str], str]


@dataclass(frozen=True)
class Literal:
    """What a literal must say of the value: the text itself, or a regular expression for it.

    `before` and `after` stand around it as they are.
    """

    is_regex: bool = False
    before: str = ""
    after: str = ""

    def is_right(self, literal: str, value: str) -> bool:
        try:
            return self._says(unquote(literal), value)
        except (ValueError, re2.error):  # not a literal, or not a regular expression
            return False

    def _says(self, text: str, value: str) -> bool:
        if not (text.startswith(self.before) and text.endswith(self.after)):
            return False
        inner = text[len(self.before) : len(text) - len(self.after)]
        if not self.is_regex:
            return inner == value
        return bool(
            re2.fullmatch(inner, value)
            and not re2.fullmatch(inner, f"{value}x")
            and not re2.fullmatch(inner, value[1:])
        )


@dataclass(frozen=True)
class Kind:
    """A way to make a query of a value, and what the first of its literals must be."""

    make: Make
    literals: Sequence[Literal]


TEXT, REGEX, PREFIX = Literal(), Literal(is_regex=True), Literal(is_regex=True, after=".*")


def main() -> None:
    parser = argparse.ArgumentParser(description="Check our LogQL with Grafana's grammar.")
    parser.add_argument("--values", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=20260105)
    options = parser.parse_args()
    say(f"{options.values} random values, seed {options.seed}")
    install()
    values = list(random_values(options.values, Random(options.seed)))  # noqa: S311
    failures = [line for name, kind in kinds().items() for line in check(name, kind, values)]
    for failure in failures[:MOST_SHOWN]:
        say(failure)
    sys.exit(f"{len(failures)} queries are not right" if failures else 0)


def install(folder: Path = FOLDER) -> None:
    """The packages that the folder's package-lock.json pins, where they are not there yet."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        sys.exit(NO_NODE)
    installed = folder / "node_modules/.package-lock.json"
    pins = folder / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= pins.stat().st_mtime:
        return
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if subprocess.run(command, cwd=folder).returncode:  # noqa: S603
        sys.exit(f"npm could not install the packages that {pins} pins.")


def random_values(number: int, random: Random) -> Iterator[str]:
    """Texts that hold what could end a literal, a matcher or a query early."""
    for _ in range(number):
        alphabet = random.choice((PLAIN, PLAIN + SIGNS, SIGNS, PLAIN + SIGNS + WIDE, WIDE))
        yield "".join(random.choices(alphabet, k=random.randint(1, 40)))


def kinds() -> Mapping[str, Kind]:
    return {**language_kinds(), **provider_kinds("panes"), **provider_kinds("left")}


def language_kinds() -> Mapping[str, Kind]:
    url = (
        "https://grafana.example.com/x?expr=%7Ba%3D{{ context.v | logql }}%7D"
        "%20%7C%3D%20%22{{ context.v | logql_inner }}%22"
    )
    return {
        "logql": Kind(filling("{a={{ context.v | logql }}} |= ``"), (TEXT,)),
        "logql_inner": Kind(
            filling('{a="<{{ context.v | logql_inner }}>"} |= "{{ context.v | logql_inner }}"'),
            (Literal(before="<", after=">"), TEXT),
        ),
        "regex_escape": Kind(filling("{a=~{{ context.v | regex_escape | logql }}}"), (REGEX,)),
        "regex_escape, inner": Kind(
            filling('{a=~"{{ context.v | regex_escape | logql_inner }}.*"}'), (PREFIX,)
        ),
        "in a URL": Kind(from_url(url), (TEXT, TEXT)),
    }


def filling(template: str) -> Make:
    compiled = compile_text(template)
    return lambda value: compiled.render(given(value))


def from_url(template: str) -> Make:
    compiled = compile_template(template, max_length=100_000)
    return lambda value: percent_decoded(compiled.render(given(value)).url.partition("expr=")[2])


def given(value: str) -> Values:
    return Values({}, {"context": {"v": value}})


def provider_kinds(form: str) -> Mapping[str, Kind]:
    """The Grafana providers with the value as every name and as the line filter."""
    pod, run = "grafana_pod_logs", "grafana_workflow_logs"
    return {
        f"{pod} ({form})": Kind(building(pod, form, "="), (TEXT, TEXT, TEXT)),
        f"{pod} =~ ({form})": Kind(building(pod, form, "=~"), (TEXT, PREFIX, TEXT)),
        f"{run} ({form})": Kind(
            building(run, form, "=~"), (Literal(is_regex=True, after="-.*"), TEXT)
        ),
        f"{run} = ({form})": Kind(building(run, form, "="), (TEXT, TEXT)),
    }


def building(kind: str, form: str, matcher: str) -> Make:
    provider = registry.get(kind)
    tool = ToolFacts("grafana", "grafana", "https://grafana.example.com", {"explore": form})

    def build(value: str) -> str:
        named = dict.fromkeys(("podname", "namespace", "runname"), value)
        times = dict.fromkeys(("podrfc3339starttime", "runstarttime"), STARTED)
        params = {"matcher": matcher, "filter": value}
        url = provider.build(Request(params, Values({**named, **times}), tool)).url
        return query_of(url, form)

    return build


def query_of(url: str, form: str) -> str:
    """The query as Grafana takes it from the address."""
    fields = dict(pair.split("=", 1) for pair in urlsplit(url).query.split("&"))
    state = percent_decoded(fields[form])
    if form == "left":  # which Grafana decodes once more
        return str(json.loads(percent_decoded(state))["queries"][0]["expr"])
    (pane,) = json.loads(state).values()
    return str(pane["queries"][0]["expr"])


def check(name: str, kind: Kind, values: Sequence[str]) -> Iterator[str]:
    """A line for each value whose query is not right, and one for all in between."""
    queries = [kind.make(value) for value in values]
    found = parsed(queries)
    shape = found[0]["shape"]
    wrong = 0
    for value, query, tree in zip(values, queries, found, strict=True):
        literals = tree["literals"][: len(kind.literals)]
        right = (
            tree["errors"] == 0
            and tree["shape"] == shape
            and len(literals) == len(kind.literals)
            and all(
                literal.is_right(text, value)
                for literal, text in zip(kind.literals, literals, strict=True)
            )
        )
        if not right:
            wrong += 1
            yield f"{name}: {value!r} gives {query!r}: {tree}"
    say(f"{name}: {len(values) - wrong} of {len(values)} right")


def parsed(queries: Sequence[str]) -> list[dict[str, Any]]:
    lines = "".join(json.dumps(query) + "\n" for query in queries)
    command = ["node", str(FOLDER / "parse.mjs")]
    done = subprocess.run(  # noqa: S603
        command, input=lines, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
