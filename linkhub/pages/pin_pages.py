"""The pages on which links are kept: a project's pins, and the addresses of a run's links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from linkhub.accounts.models import Project, User
from linkhub.links.read import ShownLink, links_of_action, links_of_runs
from linkhub.pages import addresses, pins
from linkhub.pages.access import action_or_404, project_or_404, run_or_404, signed_in
from linkhub.pages.go_addresses import go_address, latest_address, own_address
from linkhub.pages.models import Pin
from linkhub.pages.rendering import asked_partial, page
from linkhub.pages.requests import Request
from linkhub.pages.tools import Toolbox, ToolFace
from linkhub.runs.models import NAME_LENGTH, Action, Run

TEAM, MINE = "team", "mine"
DONE = {"add": "Pinned.", "up": "Moved up.", "down": "Moved down.", "remove": "Removed."}


@dataclass(frozen=True, slots=True)
class PinRow:
    """`dom_id` keeps the focus where the row moves; `first` and `last` have nowhere to go."""

    dom_id: str
    title: str
    address: str
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class PinList:
    """The pins of one owner (`TEAM` or `MINE`); `may_change` where the viewer may."""

    owner: str
    heading: str
    rows: list[PinRow]
    may_change: bool


@dataclass(frozen=True, slots=True)
class PinsPage:
    """`told` is what became of a form, `problem` where nothing did; `given` is put back then."""

    project: Project
    lists: list[PinList]
    told: str
    problem: bool
    given: str

    @property
    def maintained(self) -> bool:
        return any(each.may_change for each in self.lists if each.owner == TEAM)


@dataclass(frozen=True, slots=True)
class KeptLink:
    """A link and its addresses, that of this run and that of whatever ran last."""

    dom_id: str
    name: str
    tool: ToolFace
    at: str
    this: str
    latest: str


@dataclass(frozen=True, slots=True)
class KeepPage:
    """`may_pin_for_team` where the viewer looks after the project."""

    project: Project
    subject: str
    href: str
    rows: list[KeptLink]
    may_pin_for_team: bool


class PinForm(forms.Form):
    address = forms.CharField(max_length=Pin._meta.get_field("address").max_length)
    title = forms.CharField(max_length=NAME_LENGTH, required=False)
    owner = forms.ChoiceField(choices=[(MINE, MINE), (TEAM, TEAM)], required=False)
    do = forms.ChoiceField(choices=[(each, each) for each in DONE])


class NotDone(ValueError):
    """A form that asks for what cannot be; the message says why."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def pins_page(request: Request, project: str) -> HttpResponse:
    """The pins of a project, to order and remove; every form that pins posts here."""
    found = project_or_404(request, project)
    told, problem = "", False
    if request.method == "POST":
        try:
            told = _change(request, found)
        except NotDone as error:
            told, problem = str(error), True
        if not problem and not asked_partial(request):
            return redirect("pins", found.name)
    given = request.POST.get("address", "") if problem else ""
    lists = _lists(request.user, found)
    shown = PinsPage(found, lists, told, problem, given)
    return page(
        request, "projects/pins.html", {"page": shown}, partials={"pin_lists", "pin_status"}
    )


@require_safe
@signed_in
def run_keep(request: Request, project: str, domain: str, run: str) -> HttpResponse:
    """The links of a run's own level and of its root action, to copy and pin."""
    found = run_or_404(request, project, domain, run)
    links = links_of_runs([found], now=timezone.now()).get(found.pk, [])
    return _keep(request, found, found.name, addresses.of_run(found), links)


@require_safe
@signed_in
def action_keep(request: Request, project: str, domain: str, run: str, action: str) -> HttpResponse:
    """The links of one action, its attempts and pods, to copy and pin."""
    found = run_or_404(request, project, domain, run)
    step = action_or_404(found, action)
    links = links_of_action(step, now=timezone.now())
    subject, href = f"{found.name} / {step.name}", addresses.of_action(found, step.name)
    return _keep(request, found, subject, href, links, step=_lasting_name(step))


def _keep(
    request: Request,
    run: Run,
    subject: str,
    href: str,
    links: Sequence[ShownLink],
    *,
    step: str = "",
) -> HttpResponse:
    workflow = run.workflow.name if run.workflow else ""
    shown = KeepPage(
        project=run.project,
        subject=subject,
        href=href,
        rows=_kept_links(links, workflow, step),
        may_pin_for_team=run.project.is_maintained_by(request.user),
    )
    return page(request, "runs/keep.html", {"page": shown})


def _kept_links(links: Iterable[ShownLink], workflow: str, step: str) -> list[KeptLink]:
    toolbox = Toolbox.load()
    rows = []
    for link in links:
        this = addresses.of_go(link)
        at = [f"attempt {link.attempt}" if link.attempt else "", link.pod or ""]
        rows.append(
            KeptLink(
                dom_id=f"keep-{crc32(this.encode()):08x}",
                name=link.name or link.key,
                tool=toolbox.of(link),
                at=" · ".join(filter(None, [link.action or "", *at])),
                this=this,
                latest=latest_address(link, workflow=workflow, step=step),
            )
        )
    return rows


def _lasting_name(step: Action) -> str:
    """What the action is called in other runs too: its task's name where no other step has it."""
    if step.task is None:
        return step.name
    of_task = Action.objects.filter(run=step.run_id, task__name=step.task.name)
    alone = Counter(of_task.values_list("pk", flat=True)[:2]).total() == 1
    return step.task.name if alone else step.name


def _lists(user: User, project: Project) -> list[PinList]:
    found = pins.pins_of(project, user)
    team = [pin for pin in found if pin.user_id is None]
    mine = [pin for pin in found if pin.user_id is not None]
    return [
        PinList(TEAM, "For the team", _rows(TEAM, team), project.is_maintained_by(user)),
        PinList(MINE, "For you", _rows(MINE, mine), True),
    ]


def _rows(owner: str, found: Sequence[Pin]) -> list[PinRow]:
    last = len(found) - 1
    return [
        PinRow(
            dom_id=f"{owner}-{crc32(pin.address.encode()):08x}",
            title=pin.title,
            address=pin.address,
            first=at == 0,
            last=at == last,
        )
        for at, pin in enumerate(found)
    ]


def _change(request: Request, project: Project) -> str:
    """Do what the form says, and tell it. Raises NotDone."""
    form = PinForm(request.POST)
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        raise NotDone(f"{field}: {problems[0]}")
    given = form.cleaned_data
    owner = None if given["owner"] == TEAM else request.user
    if owner is None and not project.is_maintained_by(request.user):
        raise NotDone("Only maintainers of the project pin for its team.")
    address = go_address(own_address(given["address"], request.get_host()), project.name)
    if not address:
        raise NotDone("That is no link of this project: its address begins with /go/.")
    _do(given["do"], given["title"], project=project, owner=owner, address=address)
    return DONE[given["do"]]


def _do(what: str, title: str, *, project: Project, owner: User | None, address: str) -> None:
    match what:
        case "add":
            key = address.partition("?")[0].rpartition("/")[2]
            try:
                pins.add_pin(project=project, owner=owner, title=title or key, address=address)
            except pins.TooManyPins as error:
                raise NotDone(str(error)) from error
        case "remove":
            pins.remove_pin(project=project, owner=owner, address=address)
        case _:
            by = pins.EARLIER if what == "up" else pins.LATER
            pins.move_pin(project=project, owner=owner, address=address, by=by)
