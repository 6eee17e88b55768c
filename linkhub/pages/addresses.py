"""Addresses of what is shown, made from natural keys: see `linkhub/lib/names.py`."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import escape_uri_path

from linkhub.links.read import ShownLink
from linkhub.runs.models import Run


def of_page(request: HttpRequest) -> str:
    """The page that is asked for, without its query. `request.path` is decoded: no address."""
    return escape_uri_path(request.path)


def of_project(project: str) -> str:
    return reverse("project", args=[project])


@lru_cache(maxsize=4096)
def of_workflow(project: str, workflow: str) -> str:
    return reverse("workflow", args=[project, workflow])


def of_run(run: Run) -> str:
    return of_run_named(run.project.name, run.domain, run.name)


@lru_cache(maxsize=4096)
def of_run_named(project: str, domain: str, run: str) -> str:
    return reverse("run", args=[project, domain, run])


def of_comparison(run: Run, other: Run | None = None) -> str:
    """A run beside another, or the choice of one; `with` is its name where all else is the same."""
    address = reverse("compare", args=[run.project.name, run.domain, run.name])
    if other is None:
        return address
    alike = (other.project_id, other.domain) == (run.project_id, run.domain)
    return f"{address}?{urlencode({'with': other.name if alike else of_run(other)})}"


def of_action(run: Run, action: str) -> str:
    return reverse("action", args=[run.project.name, run.domain, run.name, action])


def of_go(link: ShownLink) -> str:
    """The redirect to this very link."""
    if not link.run:
        return reverse("go_project", args=[link.project, link.key])
    if not link.action:
        return reverse("go_run", args=[link.project, link.domain, link.run, link.key])
    address = reverse(
        "go_action", args=[link.project, link.domain, link.run, link.action, link.key]
    )
    query = {name: value for name in ("attempt", "pod") if (value := getattr(link, name))}
    return f"{address}?{urlencode(query)}" if query else address


def of_reason(link: ShownLink) -> str:
    """The page that says where this link would go, and why, or what it waits for."""
    address, mark, query = of_go(link).partition("?")
    return f"{address}+{mark}{query}"
