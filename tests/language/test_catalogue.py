import pytest

from linkhub.links.language import parse_reference
from linkhub.links.language.catalogue import BY_NAME, MAP_BY_NAME, MAPS, VARIABLES, Kind


def test_it_has_every_name_once() -> None:
    assert len(BY_NAME) == len(VARIABLES)
    assert len(MAP_BY_NAME) == len(MAPS)
    assert not BY_NAME.keys() & MAP_BY_NAME.keys()


@pytest.mark.parametrize("each", VARIABLES, ids=lambda each: each.name)
def test_it_describes_each(each: object) -> None:
    assert each.meaning.endswith(".")  # type: ignore[attr-defined]
    assert each.example  # type: ignore[attr-defined]


def test_it_marks_the_ends_that_may_be_open() -> None:
    marked = {each.name for each in VARIABLES if each.open_ended}
    assert marked == {
        each.name for each in VARIABLES if "Finish" in each.name or each.name.endswith("ndTime")
    }


def test_it_writes_unix_times_in_seconds() -> None:
    unix = {each.name for each in VARIABLES if each.kind is Kind.UNIX}
    assert unix == {"podUnixStartTime", "podUnixFinishTime"}


@pytest.mark.parametrize("name", ["containerId", "containerID", "nodeId", "podUid", "taskId"])
def test_it_takes_flyte_s_spellings(name: str) -> None:
    assert parse_reference(name).name.casefold() == name.casefold()
