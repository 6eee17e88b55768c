from __future__ import annotations

from typing import Any

import pytest

from linkhub.runs.flyte_spellings import OF_DEFINITIONS, OF_LINKS, as_sent, translate


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        ({"url": "u", "link_type": "DASHBOARD"}, {"url": "u", "link_type": "DASHBOARD"}),
        ({"uri": "u"}, {"show_while_pending": False, "url": "u"}),
        ({"uri": "u", "showWhilePending": True}, {"show_while_pending": True, "url": "u"}),
        ({"icon_uri": "i", "link_type": 2}, {"icon": "i", "link_type": "ide"}),
        ({"linkType": True}, {"link_type": True}),
        ({"uri": "u", "message_format": "CSV"}, {"url": "u", "message_format": "csv"}),
        ({"uri": "u", "other": 1}, {"url": "u", "other": 1}),
    ],
)
def test_it_translates_links(given: dict[str, Any], ours: dict[str, Any]) -> None:
    default = {} if given.keys() == ours.keys() else {"show_while_pending": False}
    assert translate(given, OF_LINKS) == default | ours


def test_it_translates_definitions() -> None:
    given = {"displayName": "n", "templateUri": "t", "iconUri": "i", "linkType": "IDE"}
    assert translate(given, OF_DEFINITIONS) == {
        "show_while_pending": False,
        "name": "n",
        "template": "t",
        "icon": "i",
        "link_type": "ide",
    }


@pytest.mark.parametrize("names", [OF_LINKS, OF_DEFINITIONS])
@pytest.mark.parametrize(
    "given", [{"iconUri": "", "icon": ""}, {"ShowWhilePending": 1, "showWhilePending": 1}]
)
def test_it_refuses_two_spellings_of_a_field(given: dict[str, Any], names: dict[str, str]) -> None:
    one, other = given
    with pytest.raises(ValueError, match=f"has {one} and {other}; give one of them"):
        translate(given, names)


@pytest.mark.parametrize(
    ("given", "field", "sent"),
    [
        ({"uri": 1}, "url", "uri"),
        ({"url": 1}, "url", "url"),
        ({"templateUris": 1}, "template", "templateUris"),
        ({"uri": 1}, "str", None),
    ],
)
def test_it_knows_how_a_field_was_sent(given: dict[str, Any], field: str, sent: str | None) -> None:
    assert as_sent(given, field) == sent
