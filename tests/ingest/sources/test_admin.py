"""Sources in the admin: what a person sees and may enter."""

from typing import Any

import pytest
from django.test import Client

from linkhub.accounts.audit import AuditEntry
from linkhub.ingest.models import FollowedRun, Source
from tests.factories import make_admin, make_user
from tests.ingest.sources.fake import START, BackEnd, make_source
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
ADD = "/admin/ingest/source/add/"
LIST = "/admin/ingest/source/"
FORM: dict[str, Any] = {
    "name": "lab",
    "kind": "fake",
    "address": "https://flyte.example.com/",
    "enabled": "on",
    "projects": "flytesnacks/development\n\n a/b -> c/d ",
    "settings": '{"page": 3}',
    "followed-TOTAL_FORMS": "0",
    "followed-INITIAL_FORMS": "0",
}


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_admin())
    return client


def test_it_makes_a_source(admin: Client, back_end: BackEnd) -> None:
    assert admin.post(ADD, FORM).status_code == 302
    source = Source.objects.get()
    assert source.address == "https://flyte.example.com"
    assert source.settings == {"page": 3, "projects": ["flytesnacks/development", "a/b -> c/d"]}
    assert AuditEntry.objects.get(kind="source").actor == "root"


def test_it_edits_a_source(admin: Client, back_end: BackEnd) -> None:
    source = make_source()
    changed = FORM | {"address": "https://other.example.com", "name": "x", "kind": "y"}
    assert admin.post(f"{LIST}{source.pk}/change/", changed).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.kind) == ("lab", "fake")
    assert source.address == "https://other.example.com"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("credentials_variable", "SECRET_KEY", "LINKHUB_SOURCE_"),
        ("address", "file:///etc/passwd", "may not be asked"),
        ("projects", "flytesnacks", "is not project/domain"),
        ("settings", '{"pages": 3}', "pages"),
        ("settings", "[]", "not a JSON object"),
        ("interval", "0", "At least one second"),
        ("kind", "nonsense", "valid choice"),
    ],
)
def test_it_refuses_what_cannot_work(
    admin: Client, back_end: BackEnd, field: str, value: str, said: str
) -> None:
    answer = admin.post(ADD, FORM | {field: value})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Source.objects.exists()


def test_it_shows_how_sources_are(admin: Client, back_end: BackEnd) -> None:
    source = make_source(failures=2, last_error="The connection was refused.")
    FollowedRun.objects.create(
        source=source, project="p", domain="d", name="r13", created_at=START, failures=1, error="X!"
    )
    assert "failing" in (page := admin.get(LIST).content.decode())
    assert "The connection was refused." in page
    page = admin.get(f"{LIST}{source.pk}/change/").content.decode()
    assert "failing: the last poll failed" in page
    assert "X!" in page


def test_the_list_costs_the_same_for_any_number(admin: Client, back_end: BackEnd) -> None:
    make_source("one")
    few = queries_of(lambda: admin.get(LIST))
    for number in range(5):
        make_source(f"more-{number}")
    assert queries_of(lambda: admin.get(LIST)) == few


@pytest.mark.parametrize(("action", "enabled"), [("pause", False), ("resume", True)])
def test_it_pauses_and_resumes(
    admin: Client, back_end: BackEnd, action: str, enabled: bool
) -> None:
    source = make_source(enabled=not enabled)
    admin.post(LIST, {"action": action, "_selected_action": [source.pk]})
    assert Source.objects.get().enabled is enabled


@pytest.mark.parametrize("action", ["poll", "anew"])
def test_it_polls_at_once(admin: Client, back_end: BackEnd, action: str) -> None:
    source = make_source(next_poll_at="2100-01-01T00:00Z", cursor={"x": 1})
    admin.post(LIST, {"action": action, "_selected_action": [source.pk]})
    stored = Source.objects.get()
    assert stored.next_poll_at.year < 2100
    assert stored.cursor == ({} if action == "anew" else {"x": 1})


def test_it_deletes_a_source(admin: Client, back_end: BackEnd) -> None:
    source = make_source()
    admin.post(f"{LIST}{source.pk}/delete/", {"post": "yes"})
    assert not Source.objects.exists()


def test_it_is_for_admins_alone(back_end: BackEnd) -> None:
    client = Client()
    client.force_login(make_user(is_staff=True))
    assert client.get(LIST).status_code == 403
    assert client.post(ADD, FORM).status_code == 403
