"""Hold the addresses of every Grafana provider against Grafana's own reading of them.

    python -m scripts.logql.check_links [--values 500] [--seed N]

Random values stand for every name. Grafana's `@grafana/data` decodes the address, and its grammar
of LogQL reads the queries: each pane must keep its query, its data source and its two times, and
each value must come out as it went in.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from linkhub.links.language import Values
from linkhub.links.language.errors import LanguageError
from linkhub.links.providers import Request, ToolFacts, registry
from scripts.logql.check import MOST_SHOWN, install, random_values, say
from tests.language.go_literals import unquote

LINKS = Path(__file__).parent / "links"
START, END = datetime(2026, 1, 5, 10, tzinfo=UTC), datetime(2026, 1, 5, 11, tzinfo=UTC)
FROM, TO = "2026-01-05T09:55:00.000Z", "2026-01-05T11:05:00.000Z"
TIMES = {
    **dict.fromkeys(("podrfc3339starttime", "runstarttime", "starttime", "actionstarttime"), START),
    **dict.fromkeys(("podrfc3339finishtime", "runendtime", "endtime", "actionendtime"), END),
}


@dataclass(frozen=True)
class Case:
    """A provider, what it is asked beside the value, and how many panes there must be."""

    kind: str
    panes: int = 1
    form: str = "panes"
    params: dict[str, str] = field(default_factory=dict)
    is_promql: bool = False
    is_open: bool = False


CASES = (
    *(
        Case(kind, form=form)
        for kind in ("grafana_pod_logs", "grafana_workflow_logs")
        for form in ("panes", "left", "list")
    ),
    Case("grafana_pod_logs", params={"matcher": "=~"}),
    *(Case("grafana_metrics", form=form, is_promql=True) for form in ("panes", "left", "list")),
    *(Case("grafana_traces", form=form) for form in ("panes", "left", "list")),
    Case("grafana_logs_and_traces", panes=2),
    Case("grafana_flyte_traces", is_open=True),
    Case("grafana_flyte_traces", params={"scope": "action"}, is_open=True),
    Case("grafana_dashboard", panes=0, params={"uid": "abc", "var-pod": "VALUE"}),
    Case("grafana_logs_drilldown", panes=0),
    Case("grafana_logs_drilldown", panes=0, params={"matcher": "=~", "filter": "VALUE"}),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Check our links with Grafana's own packages.")
    parser.add_argument("--values", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20260105)
    options = parser.parse_args()
    say(f"{options.values} random values, seed {options.seed}")
    install(LINKS)
    values = list(random_values(options.values, Random(options.seed)))  # noqa: S311
    failures = [line for case in CASES for line in check(case, values)]
    for failure in failures[:MOST_SHOWN]:
        say(failure)
    sys.exit(f"{len(failures)} links are not right" if failures else 0)


def check(case: Case, values: Sequence[str]) -> Iterator[str]:
    """A line for each value whose link Grafana reads otherwise, and one for all in between."""
    asked = [(value, url) for value in values if (url := url_of(case, value))]
    wrong = 0
    for (value, url), read in zip(asked, read_by_grafana([url for _, url in asked]), strict=True):
        if problem := problem_of(case, value, read):
            wrong += 1
            yield f"{case.kind} ({case.form}): {value!r}: {problem}: {url}"
    refused = len(values) - len(asked)
    say(f"{case.kind} ({case.form}): {len(asked) - wrong} right, {wrong} wrong, {refused} refused")


def url_of(case: Case, value: str) -> str:
    """The link, or "" where LinkHub refuses the value (`.` as a whole segment)."""
    names = dict.fromkeys(("podname", "namespace", "runname", "actionname"), value)
    params = {name: value if text == "VALUE" else text for name, text in case.params.items()}
    tool = ToolFacts("grafana", "grafana", "https://grafana.example.com", {"explore": case.form})
    try:
        return registry.get(case.kind).build(Request(params, Values({**names, **TIMES}), tool)).url
    except LanguageError:
        return ""


def problem_of(case: Case, value: str, read: dict[str, Any]) -> str:
    if len(read["panes"]) != case.panes:
        return f"{len(read['panes'])} panes"
    for pane in read["panes"]:
        if problem := problem_of_pane(case, value, pane):
            return problem
    if case.panes == 0 and (read["from"], read["to"]) != (FROM, TO):
        return f"from {read['from']} to {read['to']}"
    fields = read["fields"]
    shown = filter_of(fields["var-filters"]) if "var-filters" in fields else fields.get("var-pod")
    return "" if shown in (value, None) else f"a variable is {shown!r}"


def filter_of(filters: str | list[str]) -> str:
    """The value of the first filter, without the app's escapes."""
    first = filters if isinstance(filters, str) else filters[0]
    text = first.split("|", 2)[2]
    return text.replace("__gfp__", "|").replace("__gfc__", ",").replace("__gfh__", "#")


def problem_of_pane(case: Case, value: str, pane: dict[str, Any]) -> str:
    if not case.is_open and (pane["from"], pane["to"]) != (FROM, TO):
        return f"from {pane['from']} to {pane['to']}"
    if case.is_open and (pane["from"], pane["to"]) != ("now-7d", "now"):
        return f"from {pane['from']} to {pane['to']}"
    if len(pane["queries"]) != 1:
        return f"{len(pane['queries'])} queries"
    if not case.is_promql and any(pane["errors"]):
        return f"{pane['errors']} errors in {pane['queries'][0]!r}"
    return "" if value in texts_of(pane["queries"][0]) else "the value is not in the query"


def texts_of(query: str) -> set[str]:
    """What the query's literals say, as text and, of regular expressions, without escapes."""
    texts = set()
    for literal in literals_of(query):
        text = unquote(literal)
        plain = text.removesuffix("-.*").removesuffix(".*")
        texts |= {text, "".join(unescaped(plain))}
    return texts


def unescaped(regex: str) -> Iterator[str]:
    signs = iter(regex)
    for sign in signs:
        yield next(signs, "") if sign == "\\" else sign


def literals_of(query: str) -> Iterator[str]:
    """The double-quoted literals; a backslash takes the character after it along."""
    at = query.find('"')
    while at >= 0:
        end = at + 1
        while query[end] != '"':
            end += 2 if query[end] == "\\" else 1
        yield query[at : end + 1]
        at = query.find('"', end + 1)


def read_by_grafana(urls: Sequence[str]) -> list[dict[str, Any]]:
    lines = "".join(json.dumps(url) + "\n" for url in urls)
    command = ["node", str(LINKS / "read.mjs")]
    done = subprocess.run(  # noqa: S603
        command, input=lines, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]


if __name__ == "__main__":
    main()
