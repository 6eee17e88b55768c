"""The hostile corpus in a real Chromium: nothing runs, nothing is blocked because nothing tries.

A dialog, an error, or a word of the policy in the console would be markup that got through.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from playwright.sync_api import Page

from linkhub.accounts.audit import record_change
from linkhub.accounts.models import Project, User
from linkhub.links.checks import Invalid
from linkhub.links.definitions import save_definition
from linkhub.links.documents import DefinitionDocument
from linkhub.links.models import Level
from tests import factories as make
from tests.security.corpus import EVERY
from tests.security.hostile import record, run_document, single_fields

STEPS = 45
FOREIGN = """() => [...document.querySelectorAll(
    'iframe, object, embed, base, math, marquee, style,'
    + 'script:not([src^="/static/"], [src="/admin/jsi18n/"])'
)].map(each => each.outerHTML.slice(0, 200)).concat(
    [...document.querySelectorAll('*')].flatMap(each => [...each.attributes]
        .filter(one => /^(on|hx-on|srcdoc$|style$)/i.test(one.name)
            || (/^(href|src|action|formaction)$/.test(one.name)
                && /^[\\s\\0-\\x20]*(javascript|data|vbscript|file|blob):/i.test(one.value)))
        .map(one => `${each.tagName} ${one.name}=${one.value.slice(0, 100)}`)))"""


def chunks() -> list[tuple[str, ...]]:
    return [EVERY[at : at + STEPS] for at in range(0, len(EVERY), STEPS)]


def record_all() -> None:
    """A run for each chunk with an action for each of its entries, and a run for each entry."""
    program = Client(headers={"Authorization": f"Bearer {make.make_token()[1]}"})
    place = {"project": "hostile", "domain": "development"}
    documents = []
    for number, texts in enumerate(chunks()):
        for at, text in enumerate(texts):
            action = run_document(text)["actions"][0]
            for name in action:
                step = {"name": f"a{at}", name: action[name]}
                documents.append(place | {"run": f"chunk{number}", "actions": [step]})
    for number, text in enumerate(EVERY):
        documents += [place | {"run": f"r{number}"} | one for one in single_fields(text)]
    assert set(record(program, documents)) <= {200, 201, 422}


def define_all() -> None:
    """As much of an entry as a definition takes, and all of it in the audit log.

    Few of them: each is a link of every run, and every one of these pages resolves them anew.
    """
    for number, text in enumerate(EVERY[::10]):
        plain = text.encode(errors="replace").decode().replace("\0", "0")
        record_change(actor=plain, action="changed", kind="tool", name=plain, after={plain: plain})
        Project.objects.filter(name="hostile").update(title="T", description=plain)
        document = {"name": plain[:255] or "x", "template": "https://good.example.com/"}
        try:
            save_definition(
                project=None,
                key=f"k{number}",
                document=DefinitionDocument(level=Level.RUN, description=plain, **document),
            )
        except (Invalid, ValueError):
            continue


def pages() -> list[str]:
    found = ["/", "/projects/", "/projects/hostile/", "/links/?show=500", "/audit/", "/account/"]
    found += ["/projects/hostile/links/?show=500", "/admin/links/linkdefinition/?all="]
    found += [f"/projects/hostile/development/runs/chunk{n}/" for n, _ in enumerate(chunks())]
    for text in EVERY[::6]:
        asked = urlencode({"q": text.encode("utf-8", "surrogatepass")})
        found += [f"/find?{asked}", f"/links/?{asked}", f"/projects/?{asked}"]
    for number in range(0, len(EVERY), 6):
        found.append(f"/projects/hostile/development/runs/r{number}/")
        found.append(f"/go/hostile/development/r{number}/path+")
    found += [f"/projects/{quote(text, safe='')}/" for text in EVERY[:60:6]]
    return found


@pytest.mark.slow
def test_nothing_of_it_runs(page: Page) -> None:
    record_all()
    define_all()
    User.objects.update(is_superuser=True, is_staff=True)
    page.set_default_timeout(60_000)
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(page.url), dialog.dismiss()))
    elsewhere: list[str] = []
    page.on("request", lambda each: None if "localhost" in each.url else elsewhere.append(each.url))
    for address in pages():
        answer = page.goto(address, wait_until="load")
        assert answer is not None
        assert answer.status in {200, 404}, address
        assert page.evaluate(FOREIGN) == [], address

    assert ran == []
    assert [url for url in elsewhere if not url.startswith("data:")] == []


@pytest.mark.slow
def test_a_way_back_stays_here(page: Page) -> None:
    for text in EVERY[::9]:
        page.context.clear_cookies()
        page.goto(f"/sign-in/?{urlencode({'next': text.encode('utf-8', 'surrogatepass')})}")
        page.fill("[name=username]", "ana")
        page.fill("[name=password]", make.PASSWORD)
        page.click("main button")
        assert page.url.split("/")[2].startswith("localhost"), text
