"""A badge: how the latest run of a workflow stands, as a picture for READMEs and wikis.

Who may see the workflow sees its badge. Elsewhere nobody is signed in, so the badge's page gives
an address with a key: it opens this one picture and nothing else, names no user, and holds as long
as SECRET_KEY does. Without either the answer is 404, as for a workflow that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.html import escape
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from linkhub.accounts.models import Project
from linkhub.pages.access import signed_in, workflows_or_404
from linkhub.pages.phases import shown_phase
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.runs.models import Workflow

SALT = "linkhub.pages.badge"
# Letters of a label; of a longer one the beginning.
MOST_LETTERS = 60
# Of the typeface, in pixels; `textLength` makes up for what a browser's own is wider.
LETTER, MARGIN = 7, 6
# By the tone of a phase; white stands on each of them with a contrast of 4.5 and more.
COLOURS = {
    "good": "#2a7d3f",
    "bad": "#c0362c",
    "busy": "#1f5fbf",
    "warn": "#8a5a00",
    "idle": "#5f6672",
}
DARK = "#3f3f46"


@dataclass(frozen=True, slots=True)
class Half:
    """One half of the picture: its text, and where it stands, in pixels."""

    text: str
    left: int
    colour: str

    @property
    def length(self) -> int:
        return max(len(self.text), 1) * LETTER

    @property
    def width(self) -> int:
        return self.length + 2 * MARGIN

    @property
    def begin(self) -> int:
        return self.left + MARGIN


class Line(NamedTuple):
    """What to paste, and into what."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class BadgePage:
    """`picture` and `target` are whole addresses, for other sites."""

    project: str
    domain: str
    workflow: str
    picture: str
    target: str

    @property
    def lines(self) -> list[Line]:
        image = escape(self.picture)
        html = f'<a href="{escape(self.target)}"><img src="{image}" alt="LinkHub"></a>'
        markdown = f"[![LinkHub]({_unbracketed(self.picture)})]({_unbracketed(self.target)})"
        return [Line("Markdown", markdown), Line("HTML", html)]


@require_safe
def picture(request: HttpRequest, project: str, domain: str, workflow: str) -> HttpResponse:
    """`?key=` as the badge's page gives it; `?label=` in place of the workflow's name."""
    found = (
        Workflow.objects.filter(project__name=project, domain=domain, name=workflow)
        .select_related("latest_run")
        .first()
    )
    keyed = constant_time_compare(
        request.GET.get("key", ""), key_of(found.project_id if found else 0, domain, workflow)
    )
    seen = request.user.is_authenticated and (
        Project.objects.visible_to(request.user).filter(name=project).exists()
    )
    if found is None or not (keyed or seen):
        raise Http404("There is no such workflow, or you may not see it.")
    left, right = halves(request.GET.get("label") or workflow, found)
    response = render(
        request,
        "workflows/badge.svg",
        {"left": left, "right": right, "width": left.width + right.width},
        content_type="image/svg+xml",
    )
    response["Cache-Control"] = "no-cache"
    # Opened by itself it is a document of this site: nothing in it may load or run.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Content-Disposition"] = content_disposition_header(False, "badge.svg") or "inline"
    return response


@require_safe
@signed_in
def badge(request: Request, project: str, domain: str, workflow: str) -> HttpResponse:
    """The badge with the lines that show it elsewhere."""
    for found in workflows_or_404(request, project, workflow):
        if found.domain == domain:
            return page(request, "workflows/badge.html", {"page": badge_page(request, found)})
    raise Http404("There is no such workflow, or you may not see it.")


def badge_page(request: HttpRequest, workflow: Workflow) -> BadgePage:
    project, domain, name = workflow.project.name, workflow.domain, workflow.name
    key = key_of(workflow.project_id, domain, name)
    picture = reverse("badge_picture", args=[project, domain, name])
    return BadgePage(
        project,
        domain,
        name,
        picture=request.build_absolute_uri(f"{picture}?{urlencode({'key': key})}"),
        target=request.build_absolute_uri(reverse("workflow", args=[project, name])),
    )


def key_of(project_id: int, domain: str, workflow: str) -> str:
    """Of the project itself, not of its name: a later one of the same name has other keys."""
    value = "\n".join((str(project_id), domain, workflow))
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()[:40]


def halves(label: str, workflow: Workflow) -> tuple[Half, Half]:
    run = workflow.latest_run
    left = Half(_plain(label), 0, DARK)
    if run is None:
        return left, Half("no runs", left.width, COLOURS["idle"])
    phase = shown_phase(run.phase)
    return left, Half(phase.word, left.width, COLOURS[phase.tone])


def _unbracketed(address: str) -> str:
    """A bracket would end the address in Markdown."""
    return address.replace("(", "%28").replace(")", "%29")


def _plain(text: str) -> str:
    """What XML takes and a line shows; a browser shows nothing at all of what is no XML."""
    kept = "".join(each if each.isprintable() else " " for each in text).strip()
    return kept if len(kept) <= MOST_LETTERS else kept[: MOST_LETTERS - 1] + "…"
