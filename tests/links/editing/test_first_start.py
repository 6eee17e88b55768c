"""An empty instance's first definitions, from three addresses."""

from __future__ import annotations

import pytest
from django.forms import ValidationError
from django.test import Client

from linkhub.links.checks import Invalid
from linkhub.links.editing.first_start import FirstStartForm, read_answer, save_answers
from linkhub.links.models import Link, LinkDefinition, State, Tool
from linkhub.links.work import drain
from linkhub.runs.models import Pending
from linkhub.runs.pending import mark
from tests import factories as make

pytestmark = pytest.mark.django_db
START = "/admin/links/linkdefinition/first-start/"
EXPLORE = (
    "https://g.example.com/grafana/explore?schemaVersion=1&orgId=3&panes=%7B%22a%22%3A%7B%22"
    "datasource%22%3A%22loki-7%22%2C%22queries%22%3A%5B%7B%22refId%22%3A%22A%22%2C%22expr%22%3A"
    "%22%7Bpod%3D%5C%22x%5C%22%7D%22%7D%5D%7D%7D"
)


def start(**answers: str) -> list[str]:
    form = FirstStartForm(answers)
    assert form.is_valid(), form.errors
    return save_answers(form.answers, user=make.make_admin())


@pytest.mark.parametrize(
    ("name", "text", "kind", "base"),
    [
        ("grafana", "grafana.example.com", "grafana", "https://grafana.example.com"),
        ("grafana", "https://g.example.com/x/", "grafana", "https://g.example.com/x"),
        ("grafana", EXPLORE, "grafana", "https://g.example.com/grafana"),
        (
            "grafana",
            "https://grafana.example.com/d/ab/c?x=1",
            "grafana",
            "https://grafana.example.com",
        ),
        ("wandb", "https://wandb.ai/vision/cats/runs/8a1f", "wandb", "https://wandb.ai"),
        ("wandb", "https://w.example.com", "wandb", "https://w.example.com"),
        ("wandb", "https://w.example.com/home", "wandb", "https://w.example.com"),
        ("grafana", "https://g.example.com/x/explore", "grafana", "https://g.example.com/x"),
        ("grafana", "https://g.example.com/explore?a=1", "grafana", "https://g.example.com"),
        ("flyte", "https://f.example.com/console", "flyte1", "https://f.example.com"),
        ("flyte", "https://flyte.example.com/v2", "flyte2", "https://flyte.example.com"),
        (
            "flyte",
            "https://flyte.example.com/console/projects/p/domains/d/executions/f3a",
            "flyte1",
            "https://flyte.example.com",
        ),
        (
            "flyte",
            "https://flyte.example.com/v2/domain/development/project/p/runs/r1",
            "flyte2",
            "https://flyte.example.com",
        ),
    ],
)
def test_any_address_of_a_tool_says_where_it_is(name: str, text: str, kind: str, base: str) -> None:
    answer = read_answer(name, text)

    assert (answer.tool.kind, answer.tool.base_url) == (kind, base)


def test_an_address_says_more_than_where_the_tool_is() -> None:
    wandb = read_answer("wandb", "https://wandb.ai/vision/cats/runs/8a1f")

    assert read_answer("grafana", EXPLORE).tool.settings == {"loki_uid": "loki-7", "org_id": "3"}
    assert wandb.params == {"entity": "vision", "project": "cats"}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("grafana", "https://wandb.ai", "looks like the address of Weights & Biases"),
        ("grafana", "our grafana", "not an address"),
        ("grafana", "https://grafana.example.com/?x=1", "says too little"),
        ("wandb", "ftp://wandb.example.com", "must begin with http"),
        ("wandb", "https://user:pw@wandb.example.com", "user"),
        ("flyte", "https://[", "not an address"),
    ],
)
def test_a_wrong_answer_is_named(name: str, text: str, message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        read_answer(name, text)

    assert message in str(raised.value)


def test_three_answers_make_links_that_work() -> None:
    keys = start(flyte="https://flyte.example.com/v2", wandb="https://wandb.ai", grafana=EXPLORE)
    run = make.make_run(engine="flyte2")
    context = {"wandb_project": "cats", "wandb_entity": "vision", "wandb_id": "8a1f"}
    pod = make.make_pod(make.make_attempt(make.make_action(run, context=context)))
    mark([make.unit_of(run), make.unit_of(pod.attempt.action)])
    drain(Pending.Lane.MAIN, seconds=10)

    assert sorted(keys) == ["flyte", "pod-logs", "wandb", "workflow-logs"]
    assert set(Link.objects.values_list("state", flat=True)) == {State.READY}
    urls = dict(Link.objects.values_list("key", "url"))
    assert urls["wandb"] == "https://wandb.ai/vision/cats/runs/8a1f"
    assert urls["flyte"].startswith("https://flyte.example.com/v2/domain/development/")
    assert "loki-7" in urls["pod-logs"]


def test_what_does_not_track_has_no_link_to_wandb() -> None:
    start(wandb="https://wandb.ai")
    mark([make.unit_of(make.make_action())])
    drain(Pending.Lane.MAIN, seconds=10)

    assert not Link.objects.exists()


def test_the_page_keeps_what_is_wrong_and_saves_nothing() -> None:
    client = Client()
    client.force_login(make.make_admin())
    page = client.post(START, {"grafana": "https://wandb.ai", "flyte": "f.example.com"})

    assert "looks like the address of Weights &amp; Biases" in page.content.decode()
    assert not Tool.objects.exists()
    assert client.post(START, {}).status_code == 200
    assert client.post(START, {"grafana": "g.example.com"}).status_code == 302
    assert LinkDefinition.objects.count() == 2


def test_the_page_is_for_admins() -> None:
    client = Client()
    client.force_login(make.make_user())
    assert client.get(START).status_code == 403
    client.force_login(make.make_user("bob", is_staff=True))
    assert client.get(START).status_code == 403


def test_it_stands_any_panes() -> None:
    panes = "%7B%22a%22%3A%7B%22queries%22%3A%5B5%2Cnull%5D%7D%7D"
    answer = read_answer("grafana", f"https://grafana.example.com/explore?panes={panes}")
    assert answer.tool.settings == {}


def test_it_takes_the_place_of_no_tool_that_was_made_meanwhile() -> None:
    form = FirstStartForm({"grafana": "grafana.example.com"})
    assert form.is_valid()
    make.make_tool("grafana", base_url="https://theirs.example.com")
    with pytest.raises(Invalid, match="already"):
        save_answers(form.answers, user=make.make_admin())
    assert Tool.objects.get().base_url == "https://theirs.example.com"
