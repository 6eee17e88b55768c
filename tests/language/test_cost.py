"""Cost grows with the length: eight times the input takes far less than 64 times the time."""

from collections.abc import Callable
from itertools import count
from time import process_time

import pytest

from linkhub.lib.url_policy import HostOrigin, UrlPolicy, check_url, normalise_url
from linkhub.links.language import LanguageError, Values, compile_template, compile_text

NEVER_SEEN = count()  # compiled templates are kept
HUGE = 10_000_000
VALUES = Values({"podname": "p/x"}, {"context": {}})
POLICY = UrlPolicy(max_length=HUGE)

SOURCES = [
    "{{.podName}}",
    "{{ .podName",
    "{",
    "[",
    "[[",
    "[[a",
    "]]",
    "[[&a={{.podName}}]]",
    "[[/{{.context.x}}]]",
    "{{ .podName | default('a",
    "{{ .context['",
    "\\",
    "/.",
    "{{podName|replace('x','y')}}",
]


def best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = process_time()
        work()
        times.append(process_time() - start)
    return min(times)


def grows_linearly(work: Callable[[int], object], size: int) -> None:
    small, large = best(lambda: work(size)), best(lambda: work(8 * size))
    assert large < 32 * max(small, 0.001)


@pytest.mark.parametrize("beginning", ["https://", "https://h/", ""])
@pytest.mark.parametrize("repeated", SOURCES)
def test_it_compiles_and_renders_in_linear_time(beginning: str, repeated: str) -> None:
    def work(size: int) -> None:
        source = f"{beginning}{repeated * (size // len(repeated))}{next(NEVER_SEEN)}"
        try:
            if beginning:
                compile_template(source, max_length=HUGE).render(VALUES)
            else:
                compile_text(source, max_length=HUGE).render(VALUES)
        except LanguageError:
            return

    grows_linearly(work, 2_000)


@pytest.mark.parametrize("repeated", ["a", "%", "/.", "..", "[", ":", "@", "#", "é", "%2e", ";"])
def test_it_judges_urls_in_linear_time(repeated: str) -> None:
    def work(size: int) -> None:
        for beginning in ("https://", "https://h/", "https://h/#", ""):
            url = beginning + repeated * size
            check_url(url, origin=HostOrigin.ADMIN, policy=POLICY)
            normalise_url(url)

    grows_linearly(work, 2_000)
