import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkhub.lib import url_form
from linkhub.lib.url_policy import normalise_url, url_digest


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        ("  https://example.com/x \n", "https://example.com/x"),
        ("HTTPS://Example.COM:443/x", "https://example.com/x"),
        ("http://example.com.:80", "http://example.com/"),
        ("https://example.com/?", "https://example.com/#"),
        ("https://example.com/%41%7e%2fb", "https://example.com/A~%2Fb"),
        ("https://example.com/it's|é", "https://example.com/it%27s%7C%c3%a9"),
        ("https://example.com/?q=%22a%20b%22", 'https://example.com/?q="a b"'),
        ("https://example.com/#/a(b)", "https://example.com/#/a%28b%29"),
    ],
)
def test_it_finds_a_pasted_url(pasted: str, stored: str) -> None:
    assert normalise_url(pasted) == normalise_url(stored)
    assert url_digest(pasted) == url_digest(stored)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com/?q=a%26b", "https://example.com/?q=a&b"),
        ("https://example.com/?q=a%2Bb", "https://example.com/?q=a+b"),
        ("https://example.com/A", "https://example.com/a"),
        ("https://example.com/#x", "https://example.com/#y"),
        ("https://example.com:8080/", "https://example.com/"),
        ("https://example.com/x%2541", "https://example.com/xA"),
    ],
)
def test_it_keeps_different_pages_apart(one: str, other: str) -> None:
    assert url_digest(one) != url_digest(other)


def test_it_keeps_its_own_form() -> None:
    for url in ("https://example.com/é?q='#%zz", "not a url %4", "", "\ud800"):
        assert normalise_url(normalise_url(url)) == normalise_url(url)


def test_it_takes_16_bytes() -> None:
    assert len(url_digest("https://example.com/")) == 16


@given(st.text("aZ09%2EeFf7:/?#.~-_é '\ud800", max_size=30), st.sampled_from(["https", "http"]))
def test_it_leaves_alone_what_is_in_that_form_alone(text: str, scheme: str) -> None:
    for url in (f"{scheme}://{text}", f"{scheme}://a.example.com/{text}"):
        slowly = url_form._normalised(url)
        assert normalise_url(url) == slowly


def test_it_sees_at_once_that_most_urls_are_in_that_form() -> None:
    assert url_form._is_normal("https://a.example.com/x%20y?q=%C3%A9&at=%22#/z")
