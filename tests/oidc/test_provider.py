"""Signing in at a real provider: `oidc-provider`, which the OpenID Foundation certified.

It insists on PKCE, and puts the groups that a file names into a person's claims.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from django.db import connections
from pytest_django.live_server_helper import LiveServer

from linkhub.accounts.models import AuditEntry, Project, User
from linkhub.accounts.oidc.claims import Roles
from tests import factories as make

HERE = Path(__file__).parent
SIGN_IN = "/sign-in/oidc/"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("npm") is None, reason="the provider comes from npm"),
]


@pytest.fixture(scope="session", autouse=True)
def quiet_server() -> None:
    """No connection may outlive its request, and so the test database."""
    connections.settings["default"]["CONN_MAX_AGE"] = 0


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the provider's own packages, as its lock file has them."""
    folder = tmp_path_factory.mktemp("provider")
    for name in ("package.json", "package-lock.json", "provider.mjs"):
        shutil.copy(HERE / name, folder)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=folder, check=True, timeout=300)
    return folder


@pytest.fixture
def people(folder: Path) -> Path:
    """The file of the claims of each."""
    file = folder / "people.json"
    file.write_text("{}")
    return file


@pytest.fixture
def issuer(folder: Path, people: Path, live_server: LiveServer) -> Iterator[str]:
    command = ["node", "provider.mjs", str(people), f"{live_server.url}{SIGN_IN}callback/"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=folder, text=True, **pipes) as provider:  # type: ignore[call-overload]
        yield next(line.strip() for line in provider.stdout if line.startswith("http"))
        provider.stdin.close()
        provider.wait(10)


@pytest.fixture
def site(live_server: LiveServer, issuer: str, settings: Any) -> str:
    """LinkHub, which knows the provider."""
    app = {
        "provider_id": "oidc",
        "name": "Test",
        "client_id": "linkhub",
        "secret": "a-secret-of-tests",
        "settings": {"server_url": issuer},
    }
    settings.LINKHUB_OIDC_NAME = "Test"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "SCOPE": ["openid", "profile"],
            "APPS": [app],
        }
    }
    return str(live_server.url)


class Browser:
    """Follows redirects and fills in the provider's two forms, as a person would."""

    def __init__(self, site: str) -> None:
        self.session = requests.Session()
        self.site = site
        self.visited: list[str] = []

    def sign_in(self, name: str, then: str = "") -> requests.Response:
        return self.finish(self.start(then), name)

    def start(self, then: str = "") -> requests.Response:
        return self._keep(self.session.get(f"{self.site}{SIGN_IN}", params={"next": then}))

    def finish(self, answer: requests.Response, name: str) -> requests.Response:
        """From wherever the provider is, until it has nothing more to ask."""
        while found := re.search(r'<form[^>]*action="([^"]*/interaction/[^"]*)"', answer.text):
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert prompt is not None
            form = {"prompt": prompt[1], "login": name, "password": "any"}
            answer = self._keep(self.session.post(urljoin(answer.url, found[1]), form))
        return answer

    def is_signed_in(self) -> bool:
        return self.session.get(f"{self.site}/account/", allow_redirects=False).status_code == 200

    def _keep(self, answer: requests.Response) -> requests.Response:
        self.visited += [each.url for each in (*answer.history, answer)]
        return answer


def groups_are(people: Path, **groups: list[str]) -> None:
    people.write_text(json.dumps({name: {"groups": each} for name, each in groups.items()}))


def test_it_signs_in_with_pkce_and_leads_where_one_wanted(site: str) -> None:
    browser = Browser(site)
    arrived = browser.sign_in("ana", then="/links/?show=100")
    (asked,) = [url for url in browser.visited if "code_challenge=" in url]
    query = parse_qs(urlsplit(asked).query)

    assert arrived.url == f"{site}/links/?show=100"
    assert query["code_challenge_method"] == ["S256"]
    assert browser.is_signed_in()
    user = User.objects.get()
    assert (user.username, user.has_usable_password()) == ("ana", False)


def test_roles_follow_the_groups_at_each_sign_in(site: str, people: Path, settings: Any) -> None:
    settings.OIDC_ROLES = Roles(admins=frozenset({"root"}))
    settings.LINKHUB_OIDC_ROLES = [("leads", "secret", "maintainer")]
    make.make_private_project("secret")
    seen = []
    for groups in (["leads"], ["root"], []):
        groups_are(people, ana=groups)
        Browser(site).sign_in("ana")
        user = User.objects.get()
        maintained = [each.name for each in Project.objects.maintained_by(user)]
        seen.append((user.is_superuser, maintained))

    assert seen == [(False, ["secret"]), (True, ["secret"]), (False, [])]
    assert AuditEntry.objects.filter(kind="user", actor="OpenID Connect").count() >= 3


def test_a_person_of_no_required_group_stays_outside(
    site: str, people: Path, settings: Any
) -> None:
    settings.OIDC_ROLES = Roles(required=frozenset({"staff"}))
    groups_are(people, ana=["staff"], eve=["others"])
    eve, ana = Browser(site), Browser(site)
    refused = eve.sign_in("eve")

    assert refused.status_code == 403
    assert "in none of the groups" in refused.text
    assert not eve.is_signed_in()
    assert not User.objects.filter(username="eve").exists()
    ana.sign_in("ana")
    assert ana.is_signed_in()


def test_a_name_there_takes_no_account_here(site: str) -> None:
    local = make.make_admin("ana", email="ana@example.com")
    browser = Browser(site)
    browser.sign_in("ana")
    mine = User.objects.exclude(pk=local.pk).get()

    assert browser.is_signed_in()
    assert mine.username != "ana"
    assert not mine.is_superuser


def test_who_is_switched_off_here_stays_outside(site: str) -> None:
    Browser(site).sign_in("ana")
    User.objects.update(is_active=False)
    browser = Browser(site)
    refused = browser.sign_in("ana")

    assert (refused.status_code, browser.is_signed_in()) == (403, False)
    assert "switched off" in refused.text


def test_an_answer_is_taken_once_and_by_the_browser_that_asked(site: str) -> None:
    browser, other = Browser(site), Browser(site)
    browser.sign_in("ana")
    (answer,) = {url for url in browser.visited if "/callback/?" in url}
    for thief in (other, browser):
        again = thief.session.get(answer)
        assert again.status_code == 403
        assert "did not confirm" in again.text

    assert not other.is_signed_in()


def test_an_answer_with_another_code_or_state_is_refused(site: str) -> None:
    browser = Browser(site)
    state = parse_qs(urlsplit(browser.start().history[0].headers["Location"]).query)["state"][0]
    for query in (
        {"state": state, "code": "made-up"},
        {"state": "made-up", "code": "made-up"},
        {"state": state, "error": "access_denied"},
        {"state": state, "error": "<script>"},
        {},
    ):
        refused = browser.session.get(f"{site}{SIGN_IN}callback/", params=query)
        assert refused.status_code == 403
        assert "<script>" not in refused.text

    assert not browser.is_signed_in()


@pytest.mark.parametrize("then", ["https://evil.example.com/", "//evil.example.com", "/\\evil"])
def test_it_leads_nowhere_else(site: str, then: str) -> None:
    assert urlsplit(Browser(site).sign_in("ana", then).url).netloc == urlsplit(site).netloc


def test_a_provider_that_is_away_is_said_so(site: str, settings: Any) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://127.0.0.1:9"
    refused = Browser(site).start()

    assert refused.status_code == 502
    assert "cannot be reached" in refused.text


def test_the_session_ends_when_roles_are_to_be_looked_at_again(site: str, settings: Any) -> None:
    settings.LINKHUB_OIDC_SESSION_HOURS = 1
    browser = Browser(site)
    browser.sign_in("ana")
    (cookie,) = [each for each in browser.session.cookies if each.name == "sessionid"]

    assert cookie.expires is not None
    assert cookie.has_nonstandard_attr("HttpOnly")
