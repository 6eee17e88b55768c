"""A run and its links as text to paste elsewhere: Markdown, plain text, JSON.

`?format=` of the run's page, so that it works from an address, and by the page's copy buttons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import orjson
from django.http import HttpResponse

from linkhub.lib import visible
from linkhub.links.read import MAX_ACTIONS, ShownLink, links_of_run
from linkhub.pages.chips import OUT_OF_SIGHT, reason_of
from linkhub.pages.phases import shown_phase
from linkhub.pages.places import Places
from linkhub.pages.times import took
from linkhub.pages.tools import Toolbox
from linkhub.runs.models import Run

# What Markdown reads as more than text.
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


@dataclass(frozen=True, slots=True)
class Told:
    """A run at `url` with its links; those of each action follow the run's own."""

    run: Run
    url: str
    links: Sequence[ShownLink]
    tasks: Mapping[str, str]
    toolbox: Toolbox
    now: datetime

    def facts(self) -> str:
        run = self.run
        length = took(run.started_at, run.ended_at, self.now)
        facts = [
            run.workflow.name if run.workflow else "",
            run.project.name,
            run.domain,
            shown_phase(run.phase).word,
            f"created {run.created_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
            f"took {length}" if length and run.ended_at else "",
            f"by {run.launched_by}" if run.launched_by else "",
        ]
        return " · ".join(visible.plain(fact) for fact in facts if fact)

    def groups(self) -> Iterator[tuple[str, list[tuple[str, ShownLink]]]]:
        """Links in sight, the run's own first, under a heading in words, each with its label."""
        shown = [link for link in self.links if link.state not in OUT_OF_SIGHT]
        places = Places(shown)
        for action, links in groupby(shown, key=lambda link: link.action):
            yield self._heading(action), [(self._label(link, places), link) for link in links]

    def _heading(self, action: str | None) -> str:
        if not action:
            return "Links of this run"
        task = self.tasks.get(action)
        return visible.plain(f"{task} ({action})" if task else action)

    def _label(self, link: ShownLink, places: Places) -> str:
        parts = [self.toolbox.of(link).title, link.name or link.key, places.of(link)]
        return visible.plain(": ".join(dict.fromkeys(part for part in parts if part)))


def run_text(run: Run, form: str, *, url: str, now: datetime) -> HttpResponse:
    """The run as `md`, `txt` or `json`; raises KeyError for any other form."""
    kind, write = FORMS[form]
    names = run.actions.order_by("name").values_list("pk", "name", "task__name")[:MAX_ACTIONS]
    actions = list(names)
    links = links_of_run(run, now=now, actions=[(pk, name) for pk, name, _ in actions])
    tasks = {name: task for _, name, task in actions if task}
    told = Told(run, url, links, tasks, Toolbox.load(), now)
    return HttpResponse(write(told), content_type=f"{kind}; charset=utf-8")


def _markdown(told: Told) -> str:
    lines = [f"# [{_plain_mark(told.run.name)}]({told.url})", "", _plain_mark(told.facts())]
    for heading, links in told.groups():
        lines += ["", f"## {_plain_mark(heading)}", ""]
        lines += [f"- {_marked(label, link)}" for label, link in links]
    return "\n".join(lines) + "\n"


def _marked(label: str, link: ShownLink) -> str:
    text = _plain_mark(label)
    if link.url is None:
        return f"{text}: {link.state}{_plain_mark(_why(link))}"
    # A bracket or blank would end the address; a URL takes them encoded.
    address = link.url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    return f"[{text}]({address})"


def _plain_mark(text: str) -> str:
    return _MARKS.sub(r"\\\1", visible.plain(text))


def _text(told: Told) -> str:
    lines = [visible.plain(told.run.name), told.url, told.facts()]
    for heading, links in told.groups():
        lines += ["", heading]
        lines += [f"  {label}: {link.url or link.state + _why(link)}" for label, link in links]
    return "\n".join(lines) + "\n"


def _why(link: ShownLink) -> str:
    reason = reason_of(link)
    return f" ({reason})" if reason else ""


def _json(told: Told) -> bytes:
    """The run and every link by the API's names, those out of sight too."""
    run = told.run
    fields = ("version", "engine", "phase", "created_at", "started_at", "ended_at", "launched_by")
    document = {
        "project": run.project.name,
        "domain": run.domain,
        "run": run.name,
        "url": told.url,
        "workflow": run.workflow.name if run.workflow else None,
        **{name: getattr(run, name) for name in fields},
        "labels": run.labels,
        "context": run.context,
        "links": [_link(link) for link in told.links],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _link(link: ShownLink) -> dict[str, Any]:
    fields = asdict(link)
    del fields["position"]
    return fields | {"tool": link.tool or None, "provider": link.provider or None}


Writer = Callable[[Told], str | bytes]

FORMS: Mapping[str, tuple[str, Writer]] = {
    "md": ("text/markdown", _markdown),
    "txt": ("text/plain", _text),
    "json": ("application/json", _json),
}
