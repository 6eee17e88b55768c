"""The private project `secret` with all that a route may ask for, and everybody who asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.http import HttpResponse
from django.test import Client

from linkhub.accounts.models import Membership, Project, User
from linkhub.accounts.tokens import create_token
from linkhub.links.definitions import save_definition, save_tool
from linkhub.links.documents import DefinitionDocument, ToolDocument
from linkhub.pages.models import SavedView
from tests import factories as make

EVERYTHING = ("ingest", "read", "manage")


@dataclass(frozen=True)
class Caller:
    """Asks with a session or a token, or with neither."""

    client: Client
    is_program: bool = False

    def ask(
        self, method: str, address: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> HttpResponse:
        """Whatever is answered, the next request is made as this one was: signed in or not."""
        cookies = self.client.cookies.output(header="", sep=";")
        try:
            return self._ask(method, address, {} if body is None else body, headers)
        finally:
            self.client.cookies = SimpleCookie(cookies)

    def _ask(
        self, method: str, address: str, given: Any, headers: Mapping[str, str] | None
    ) -> HttpResponse:
        if not self.is_program and isinstance(given, dict):
            send = getattr(self.client, method.lower())
            return send(address, given, headers=headers)  # type: ignore[no-any-return]
        data = json.dumps(given).encode() if method != "GET" else b""
        return self.client.generic(method, address, data, "application/json", headers=headers)


def make_world() -> Project:
    """The private project `secret`; nobody is a member yet."""
    project = make.make_private_project("secret")
    make.make_project("open")
    save_tool(name="wiki", document=ToolDocument(kind="wiki", base_url="https://wiki.example.com"))
    for owner, key in ((None, "dashboard"), (project, "board")):
        document = DefinitionDocument(name=key.title(), template=f"https://x.example.com/{key}")
        save_definition(project=owner, key=key, document=document)
    run = make.make_run(project=project, phase="succeeded", ended_at=make.ENDED)
    action = make.make_action(run, phase="succeeded")
    make.make_pod(make.make_attempt(action), "pod-7", uid="uid-7")
    make.make_link(run, action, key="board", url="https://x.example.com/board")
    make.make_link(None, project=project, key="plan", url="https://x.example.com/plan")
    return project


def people(project: Project) -> dict[str, User]:
    """By the names of the columns in `matrix.py`."""
    viewer, maintainer = make.make_user("vera"), make.make_user("max")
    make.make_member(project, viewer, Membership.Role.VIEWER)
    make.make_member(project, maintainer, Membership.Role.MAINTAINER)
    SavedView.objects.create(
        user=viewer, project=project, slug="shared", path="/projects/secret/", shared=True
    )
    return {
        "out": make.make_user("otto"),
        "view": viewer,
        "main": maintainer,
        "admin": make.make_admin(),
    }


def browsers(project: Project) -> dict[str, Caller]:
    """One who is signed in for each column of `PAGES`."""
    found = {"none": Caller(Client())}
    for column, user in people(project).items():
        client = Client()
        client.force_login(user)
        found[column] = Caller(client)
    return found


def programs(project: Project) -> dict[str, Caller]:
    """One with a token for each column of `API`."""
    secrets = {ability: make.make_token(ability, project=project)[1] for ability in EVERYTHING}
    secrets["other"] = make.make_token(project=Project.objects.get(name="open"))[1]
    secrets["all"] = make.make_token()[1]
    for column, user in people(project).items():
        _, secrets[column] = create_token(name=column, abilities=EVERYTHING, owner=user, actor=user)
    callers = {column: Caller(_with(secret), is_program=True) for column, secret in secrets.items()}
    return {"none": Caller(Client(), is_program=True), **callers}


def _with(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})
