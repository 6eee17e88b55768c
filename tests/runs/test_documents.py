"""What documents accept, and the message for what they do not."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from linkhub.runs.attached import with_keys
from linkhub.runs.documents import RunDocument


def parse(**document: Any) -> RunDocument:
    return RunDocument.model_validate_json(json.dumps(document))


def fault(**document: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        parse(**document)
    error = caught.value.errors()[0]
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}"


def test_it_tells_left_out_from_null() -> None:
    assert parse(version=None).given(frozenset()) == {"version": None}
    assert parse().given(frozenset()) == {}


def test_it_names_an_unknown_field() -> None:
    assert fault(phases="running") == "phases: Extra inputs are not permitted"


def test_it_takes_no_wrong_types() -> None:
    assert fault(version=3) == "version: Input should be a valid string"
    assert fault(labels={"team": 3}) == "labels.team: Input should be a valid string"


def test_it_takes_no_nul() -> None:
    assert "NUL" in fault(version="a\x00b")


def test_it_needs_a_time_zone() -> None:
    assert "timezone" in fault(started_at="2026-01-05T10:00:00")


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"],
)
def test_it_takes_only_times_that_can_be_stored(moment: str) -> None:
    assert "1970" in fault(started_at=moment)


def test_it_takes_only_numbers_that_json_has() -> None:
    body = '{"links": [{"name": "n", "provider": "wandb_run", "params": {"x": NaN}}]}'
    with pytest.raises(ValidationError):
        RunDocument.model_validate_json(body)


def link(**fields: Any) -> Any:
    [parsed] = parse(links=[fields]).links or []
    return parsed


def test_it_takes_flytes_spellings() -> None:
    flyte = link(name="n", uri="https://x", ShowWhilePending=True, iconUri="i", linkType="IDE")
    ours = link(name="n", url="https://x", show_while_pending=True, icon="i", link_type="ide")
    assert flyte.body() == ours.body()


def test_it_shows_while_pending_by_default_in_our_spelling_only() -> None:
    assert link(name="n", url="https://x").show_while_pending
    assert not link(name="n", uri="https://x").show_while_pending


def test_it_refuses_both_spellings_at_once() -> None:
    assert "uri and url" in fault(links=[{"uri": "https://x", "url": "https://y"}])


def test_it_needs_a_url_or_a_provider() -> None:
    assert "either url or provider" in fault(links=[{"name": "n"}])


def test_it_refuses_one_identity_twice() -> None:
    twice = [{"key": "k", "url": "https://x", "attempt": 1}] * 2
    assert "twice" in fault(links=twice)


def test_it_names_a_wrong_duration() -> None:
    assert "such as 30d" in fault(links=[{"name": "n", "url": "https://x", "ttl": "30 days"}])


@pytest.mark.parametrize("none", [{}, {"pod": ""}, {"pod": None, "attempt": None}])
def test_it_takes_no_pod_and_a_blank_one_for_the_same(none: dict[str, Any]) -> None:
    blank = {"key": "k", "url": "https://x", "pod": ""}
    assert "twice" in fault(links=[blank, {"key": "k", "url": "https://x", **none}])
    named = [{"url": "https://x", **each} for each in ({"pod": ""}, none)]
    links = RunDocument.model_validate({"links": named}).links
    assert [key for key, _ in with_keys(links or [])] == ["link", "link-2"]


def test_it_takes_few_links_for_every_pod() -> None:
    def links(**place: Any) -> list[Any]:
        return [{"key": f"k{n}", "url": "https://x", "level": "pod"} | place for n in range(51)]

    assert "at most 50" in fault(links=links())
    assert parse(links=links(pod="p1")).links
