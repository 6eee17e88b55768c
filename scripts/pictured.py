"""What `screenshots.py` takes pictures of: pages by name, and what stands in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import overfull

if TYPE_CHECKING:
    from playwright.sync_api import Page

Pages = dict[str, str]

PROJECT = "/projects/flytesnacks"
RUNS = f"{PROJECT}/development/runs"
FULL = f"/projects/{overfull.PROJECT}/{overfull.DOMAIN}/runs/{overfull.RUN}/"
ADMIN = "/admin/links/linkdefinition"
VIEW = "/links/?project=flytesnacks&phase=failed"
SIGNED_OUT = {"sign-in": "/sign-in/"}
EVERYWHERE = {
    "home": "/",
    "links": "/links/",
    "projects": "/projects/",
    "views": "/views/",
    "palette": "/",
    "find": "/find?q=nothing-has-this-name",
    "account": "/account/",
    "audit": "/audit/",
    "status": "/status/",
}
BARE = "/projects/bare"
EMPTY = EVERYWHERE | {
    "run": f"{BARE}/development/runs/r1/",
    "action": f"{BARE}/development/runs/r1/actions/a0/",
    "keep": f"{BARE}/development/runs/r1/keep/",
    "compare": f"{BARE}/development/runs/r1/compare/",
    "project": f"{BARE}/",
    "workflow": f"{BARE}/workflows/w/",
    "pins": f"{BARE}/pins/",
    "members": f"{BARE}/members/",
    "tokens": f"{BARE}/tokens/",
    "definitions": f"{BARE}/definitions/",
    "badge": "/badge/bare/development/w/",
    "first-start": f"{ADMIN}/first-start/",
    "not-there": f"{RUNS}/rnotthereyet/",
    "not-found": "/projects/absent/",
}
USUAL = EVERYWHERE | {
    "project": f"{PROJECT}/",
    "project-menu": f"{PROJECT}/",
    "project-links": f"{PROJECT}/links/",
    "links-filtered": f"{VIEW}&group=workflow",
    "links-menu": "/links/",
    "workflow": f"{PROJECT}/workflows/train_pipeline/",
    "badge": "/badge/flytesnacks/development/train_pipeline/",
    "run": f"{RUNS}/rk7m2xq4vd9c8w/",
    "run-failed": f"{RUNS}/rp1k7ta5ls3h8v/",
    "run-map": f"{RUNS}/rv2z6ud8ck1n7j/",
    "run-search": f"{RUNS}/rv2z6ud8ck1n7j/?q=trial",
    "compare": f"{RUNS}/rp1k7ta5ls3h8v/compare/?with=rt7a4fh3wp9x5s",
    "keep": f"{RUNS}/rk7m2xq4vd9c8w/keep/",
    "pins": f"{PROJECT}/pins/",
    "action": f"{RUNS}/rp1k7ta5ls3h8v/actions/a2/",
    "explain": f"{RUNS}/rp1k7ta5ls3h8v/actions/a2/?explain=wandb",
    "go": "/go/flytesnacks/development/rb4t8nz1hs6j3p/wandb",
    "find": "/find?q=a2",
    "view-new": f"/views/new?of={quote(VIEW)}",
    "members": f"{PROJECT}/members/",
    "tokens": f"{PROJECT}/tokens/",
    "project-audit": f"{PROJECT}/audit/",
    "definitions": f"{PROJECT}/definitions/",
    "definition": f"{PROJECT}/definitions/wandb/",
    "definition-new": f"{PROJECT}/new-definition/",
    "history": f"{PROJECT}/definitions/wandb/history/",
    "password": "/account/password/",
    "api": "/api/docs",
    "admin-definition": f"{ADMIN}/add/",
}
OVERFULL = EVERYWHERE | {
    "project": f"/projects/{overfull.PROJECT}/",
    "workflow": f"/projects/{overfull.PROJECT}/workflows/{overfull.STRANGE[0]}/",
    "badge": f"/badge/{overfull.PROJECT}/{overfull.DOMAIN}/{overfull.STRANGE[0]}/",
    "run": FULL,
    "run-search": f"{FULL}?phase=failed&q=never",
    "compare": f"{FULL}compare/?with=bare",
    "keep": f"{FULL}keep/",
    "action": f"{FULL}actions/a9/",
    "explain": f"{FULL}?explain=",
    "members": f"/projects/{overfull.PROJECT}/members/",
    "find": f"/find?q={quote(overfull.STRANGE[4])}",
}


def _open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("tra")
    page.wait_for_load_state("networkidle")


def _open(menu: str) -> Callable[[Page], None]:
    return lambda page: page.locator(f"{menu} > summary").first.click()


# What is done before the picture is taken, and seen on the screen alone.
FIRST: dict[str, Callable[[Page], None]] = {
    "palette": _open_palette,
    "project-menu": _open("#project-menu"),
    "links-menu": _open("#column-menu"),
}


def load_bare() -> None:
    _live()
    record("bare", "development", "r1", {"workflow": "w", "actions": [{"name": "a0"}]})


def load_demo() -> None:
    """The demo, and what its people keep: pins, a star, views, members, tokens, an edit."""
    from linkhub.accounts.members import give_role
    from linkhub.accounts.models import Project, User
    from linkhub.accounts.tokens import create_token
    from linkhub.ingest.demo import project as demo
    from linkhub.pages.models import Star
    from linkhub.pages.pins import add_pin
    from linkhub.pages.saved_views import read_address, save_view

    _live()
    demo.load()
    admin, project = User.objects.get(username="admin"), Project.objects.get(name="flytesnacks")
    _edit_definition(project, admin)
    latest = "/go/flytesnacks/development/latest"
    for owner, title, key in ((None, "Newest training", "wandb"), (admin, "Its logs", "pod-logs")):
        address = f"{latest}/{key}?workflow=train_pipeline"
        add_pin(project=project, owner=owner, title=title, address=address)
    Star.objects.get_or_create(user=admin, project=project)
    for name, role in (("ana", "maintainer"), ("ben", "viewer")):
        member, _ = User.objects.get_or_create(username=name)
        give_role(actor=admin, project=project, member=member, role=role)
    create_token(name="nightly", abilities=["ingest"], project=project, actor=admin)
    create_token(name="notebook", abilities=["read"], owner=admin, actor=admin)
    save_view(user=admin, name="What failed", viewed=read_address(VIEW), shared=True)
    resolve()


def _edit_definition(project: object, admin: object) -> None:
    """One more state of it, for its history."""
    from linkhub.ingest.demo.definitions import DEFINITIONS
    from linkhub.links.definitions import save_definition
    from linkhub.links.documents import DefinitionDocument

    changed = {**DEFINITIONS["wandb"], "description": "Curves, samples and model files"}
    save_definition(
        project=project,  # type: ignore[arg-type]
        key="wandb",
        document=DefinitionDocument.model_validate(changed),
        user=admin,  # type: ignore[arg-type]
        reason="Say what is there",
    )


def _live() -> None:
    """Say that a worker and beat live, which pictures need no more of."""
    from linkhub.seeing.condition import wanted_queues
    from linkhub.seeing.storing import say_alive

    say_alive("worker@pictured", "worker", wanted_queues(), "")
    say_alive("beat@pictured", "beat", [], "")


def load_overfull() -> None:
    _live()
    record(overfull.PROJECT, overfull.DOMAIN, overfull.RUN, overfull.document())
    few = overfull.document(links=5, actions=5)
    record(overfull.PROJECT, overfull.DOMAIN, "bare", few)
    resolve()


def record(project: str, domain: str, name: str, document: dict[str, object]) -> None:
    from linkhub.accounts.models import Project
    from linkhub.runs.documents import RunDocument
    from linkhub.runs.record import record_run

    row, _ = Project.objects.get_or_create(name=project)
    text = json.dumps(document, default=str)
    record_run(
        project=row, domain=domain, name=name, document=RunDocument.model_validate_json(text)
    )


def resolve() -> None:
    """What workers do: links, then what strips and plots are drawn from."""
    from linkhub.links.backfill import advance_all
    from linkhub.links.days import recompute_days
    from linkhub.links.work import drain
    from linkhub.runs.models import Pending

    advance_all()
    drain(Pending.Lane.MAIN, seconds=60)
    recompute_days(seconds=60)


# In this order: each content stays where it is while the next is added.
CONTENTS: dict[str, tuple[Callable[[], None], Pages]] = {
    "empty": (load_bare, EMPTY),
    "usual": (load_demo, USUAL),
    "overfull": (load_overfull, OVERFULL),
}
