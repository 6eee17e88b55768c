from urllib.parse import unquote

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path, register_converter, resolve, reverse
from hypothesis import given
from hypothesis import strategies as st

from linkhub.lib.names import NameConverter, check_name, from_segment, to_segment

NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=255)

register_converter(NameConverter, "test_name")


def view(request: HttpRequest, **names: str) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("projects/<test_name:project>/runs/<test_name:run>/", view, name="run")]


@pytest.fixture
def _own_paths(settings: object) -> None:
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]


@pytest.mark.usefixtures("_own_paths")
@pytest.mark.parametrize(
    "name",
    ["../../x?y#z é", ".", "..", "~", "~2F", "a/b", "%2F", "a%b", "a b+c&d;e", "/", "...", "日本"],
)
def test_it_round_trips_through_django(name: str) -> None:
    address = reverse("run", args=[name, "r"])
    assert len(address.split("/")) == 6
    assert resolve(unquote(address)).kwargs == {"project": name, "run": "r"}


@given(NAMES)
def test_it_gives_every_name_one_segment_of_its_own(name: str) -> None:
    segment = to_segment(name)
    assert "/" not in segment
    assert segment not in (".", "..")
    assert from_segment(segment) == name


def test_it_escapes_as_the_contract_says() -> None:
    assert to_segment("a/b~c") == "a~2Fb~7Ec"
    assert [to_segment("."), to_segment("..")] == ["~2E", "~2E~2E"]
    assert to_segment("v1.2..3") == "v1.2..3"


@pytest.mark.parametrize("segment", ["~ZZ", "~", "a~2", "~41", "a\x00b", "a~2Fb\n", "x" * 256])
def test_it_finds_nothing_under_a_wrong_segment(segment: str) -> None:
    with pytest.raises(ValueError, match=r"escape|name"):
        from_segment(segment)


@pytest.mark.parametrize("name", ["", "a\nb", "\x7f", "\x85", "x" * 256, "\ud800"])
def test_it_says_what_is_wrong_with_a_name(name: str) -> None:
    assert check_name(name)
    with pytest.raises(ValueError, match="A name has"):
        NameConverter().to_url(name)


def test_it_takes_255_characters_of_any_script() -> None:
    assert check_name("é" * 255) is None
    assert check_name("a\u200bb \u2028") is None
