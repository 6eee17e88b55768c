"""Redirects to links, at addresses that anybody can derive: see design 9.

A ready link is redirected to, its policy checked once more; any other becomes a page with its
state and reason. A trailing `+` shows where it would go, and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.accounts.models import Project
from linkhub.lib.url_form import ascii_url
from linkhub.links.direct import Address
from linkhub.links.explained import in_words
from linkhub.links.models import State
from linkhub.links.read import ShownLink, links_of_action, links_of_project, links_of_runs
from linkhub.pages import addresses
from linkhub.pages.access import project_or_404, signed_in
from linkhub.pages.chips import broken_of
from linkhub.pages.clicks import count_redirect
from linkhub.pages.destinations import (
    choose,
    find_action,
    find_run,
    known_or_404,
    straight_to,
    straight_to_run,
)
from linkhub.pages.facts import Fact
from linkhub.pages.rendering import asked_partial, page
from linkhub.pages.requests import Request


@dataclass(frozen=True, slots=True)
class Subject:
    """What the address is about: its name, its page, and whose project it is."""

    project: Project
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class GoPage:
    """A link that is not followed: `live` while it may yet become ready."""

    key: str
    subject: str
    subject_href: str
    name: str
    state: str
    reason: str
    url: str
    facts: list[Fact]
    live: bool


@require_safe
@signed_in
def to_project(request: Request, project: str, key: str) -> HttpResponse:
    if direct := straight_to(request, project, key):
        return _follow(request, project, direct)
    found = project_or_404(request, project)
    subject = Subject(found, str(found), addresses.of_project(found.name))
    return _answer(request, key, links_of_project(found, now=timezone.now()), subject)


@require_safe
@signed_in
def to_run(request: Request, project: str, domain: str, run: str, key: str) -> HttpResponse:
    """The run's own link, else its root action's."""
    if direct := straight_to_run(request, project, domain, run, key):
        return _follow(request, project, direct)
    found = find_run(request, project, domain, run)
    links = links_of_runs([found], now=timezone.now()).get(found.pk, [])
    wanted = key.removesuffix("+")
    own = [link for link in links if not link.action and link.key == wanted]
    subject = Subject(found.project, found.name, addresses.of_run(found))
    return _answer(request, key, own or links, subject)


@require_safe
@signed_in
def to_action(
    request: Request, project: str, domain: str, run: str, action: str, key: str
) -> HttpResponse:
    if direct := straight_to_run(request, project, domain, run, key, action):
        return _follow(request, project, direct)
    found = find_run(request, project, domain, run)
    step = find_action(found, action)
    href = addresses.of_action(found, step.name)
    subject = Subject(found.project, f"{found.name} / {step.name}", href)
    return _answer(request, key, links_of_action(step, now=timezone.now()), subject)


def _answer(
    request: Request, asked: str, links: Sequence[ShownLink], subject: Subject
) -> HttpResponse:
    key = asked.removesuffix("+")
    query = request.GET
    link = choose(links, key, attempt=query.get("attempt"), pod=query.get("pod"))
    if link is None:
        known_or_404(subject.project, key)
        return _page(request, _not_applying(key, subject))
    if link.url and link.state == State.READY and not asked.endswith("+"):
        return _follow(request, subject.project.name, link)
    return _page(request, _go_page(link, subject))


def _follow(request: Request, project: str, link: ShownLink | Address) -> HttpResponse:
    """302; a page that waited for this link is sent there by htmx's own header.

    The address of the run stays out of what the tool is told.
    """
    count_redirect(request, project, link)
    url = link.url or ""
    headers = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    if asked_partial(request) == "go_state":
        return HttpResponse(status=204, headers=headers | {"HX-Redirect": ascii_url(url)})
    return HttpResponse(status=302, headers=headers | {"Location": ascii_url(url)})


def _page(request: Request, go: GoPage) -> HttpResponse:
    return page(request, "go.html", {"go": go}, partials={"go_state"})


def _not_applying(key: str, subject: Subject) -> GoPage:
    reason = "there is such a link, but it is not offered here"
    return GoPage(key, subject.name, subject.href, key, "does not apply", reason, "", [], False)


def _go_page(link: ShownLink, subject: Subject) -> GoPage:
    facts = [
        Fact("Defined by", in_words(link.origin)),
        Fact("For", _place(link)),
        Fact("Provider", link.provider),
        Fact("Tool", link.tool or ""),
        Fact("Missing", ", ".join(link.missing)),
        Fact("Broken", broken_of(link)),
        *(Fact("Note", note) for note in link.notes),
    ]
    return GoPage(
        key=link.key,
        subject=subject.name,
        subject_href=subject.href,
        name=link.name or link.key,
        state=link.state,
        reason=link.reason,
        url=link.url or "",
        facts=[fact for fact in facts if fact.value],
        live=link.state == State.WAITING or link.updating,
    )


def _place(link: ShownLink) -> str:
    within = {"action": link.action, "attempt": link.attempt, "pod": link.pod}
    return ", ".join(f"{level} {name}" for level, name in within.items() if name) or link.level
