from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from linkhub.links.documents import DefinitionDocument


def definition(**fields: Any) -> DefinitionDocument:
    return DefinitionDocument.model_validate({"template": "https://x.example.com"} | fields)


@pytest.mark.parametrize("ttl", ["soon", "-1d", "30", "10001d", "9" * 9 + "w", ""])
def test_it_refuses_a_lifetime_that_is_none(ttl: str) -> None:
    with pytest.raises(ValidationError, match="ttl"):
        definition(ttl=ttl)


def test_it_shows_while_pending_in_our_spelling() -> None:
    assert definition().show_while_pending is True
    assert definition(show_while_pending=False).show_while_pending is False


def test_it_reads_flytes_spelling_with_flytes_default() -> None:
    document = DefinitionDocument.model_validate(
        {
            "displayName": "Logs",
            "templateUris": ["https://x.example.com/{{ .podName }}"],
            "hideOnceFinished": True,
            "linkType": "DASHBOARD",
            "iconUri": "grafana",
        }
    )
    assert document.show_while_pending is False
    assert (document.name, document.template) == ("Logs", "https://x.example.com/{{ .podName }}")
    assert (document.hide_once_finished, document.link_type) == (True, "dashboard")
    assert document.icon == "grafana"


def test_it_takes_flytes_word_for_showing_while_pending() -> None:
    document = DefinitionDocument.model_validate(
        {"uri": "https://x.example.com", "ShowWhilePending": True}
    )
    assert document.show_while_pending is True


def test_it_refuses_two_spellings_of_one_field() -> None:
    with pytest.raises(ValidationError, match="has template and uri; give one"):
        definition(uri="https://y.example.com")


@pytest.mark.parametrize("fields", [{"provider": "wandb_run"}, {"template": None}])
def test_it_wants_a_provider_or_a_template(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="needs either provider or template"):
        definition(**fields)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"nme": "x"}, "nme"),
        ({"level": "workflow"}, "level"),
        ({"position": "1"}, "position"),
        ({"position": 2**31}, "position"),
        ({"enabled": "yes"}, "enabled"),
        ({"select": {"phase": []}}, "select.phase"),
        ({"select": {"user": "ana"}}, "select.user"),
        ({"select": {"labels": {"team": 1}}}, "select.labels.team"),
        ({"when": {"all": [{"variable": "phase", "op": "is"}]}}, "when.all.0.op"),
        ({"params": {"x": float("inf")}}, "params.x"),
        ({"name": "a\x00b"}, "name"),
        ({"key": "a b"}, "key"),
    ],
)
def test_it_names_the_field_at_fault(fields: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        definition(**fields)
    assert ".".join(map(str, caught.value.errors()[0]["loc"])).startswith(place)
