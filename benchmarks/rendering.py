"""Filling a compiled URL template, beside a plain join and Jinja2's sandbox."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from urllib.parse import quote

from jinja2.sandbox import SandboxedEnvironment

from benchmarks.measuring import Ratio, timed
from linkhub.links.language import Values, compile_template

OURS = (
    "https://grafana.example.com/d/{{ .project }}/{{ .domain }}"
    "?var-run={{ .runName }}&var-pod={{ .podName }}"
)
JINJA = (
    "https://grafana.example.com/d/{{ project | urlencode }}/{{ domain | urlencode }}"
    "?var-run={{ run | urlencode }}&var-pod={{ pod | urlencode }}"
)
JOIN_BAR, COMPILED_BAR, COMPILING_BAR = 4.0, 1.0, 0.1
# As NetBox does it, a render takes so long that fewer must do.
FEWER = 100

Names = tuple[str, str, str, str]


def measure(*, renders: int, rounds: int) -> list[Ratio]:
    rows = _rows(renders)
    few = rows[: max(1, renders // FEWER)]
    return [
        _beside("plain join with quote", _join, rows, rounds, JOIN_BAR),
        _beside("Jinja2 sandbox, compiled once", _jinja_once(), rows, rounds, COMPILED_BAR),
        _beside("Jinja2 sandbox, compiled each time", _jinja_each, few, rounds, COMPILING_BAR),
    ]


def _beside(
    name: str, other: Callable[[Names], str], rows: list[Names], rounds: int, bar: float
) -> Ratio:
    template = compile_template(OURS)
    values = [_values(row) for row in rows]
    if [template.render(each).url for each in values] != [other(row) for row in rows]:
        raise RuntimeError(f"{name} does not render the same URLs")
    ratio = Ratio("template render", name, "URLs", area="render", count=len(rows), bar=bar)
    for _ in range(rounds):
        ratio.ours.append(timed(lambda: [template.render(each).url for each in values]))
        ratio.theirs.append(timed(lambda: [other(row) for row in rows]))
    return ratio


def _rows(number: int) -> list[Names]:
    """Names as they come, and one in ten with something to encode."""
    random = Random(7)
    found = []
    for _ in range(number):
        run = f"r{random.getrandbits(48):012x}"
        odd = "/a b" if random.random() < 0.1 else ""
        found.append(("vision", "development", run + odd, f"{run}-a{random.randint(0, 9)}-0"))
    return found


def _values(row: Names) -> Values:
    return Values(dict(zip(("project", "domain", "runname", "podname"), row, strict=True)))


def _join(row: Names) -> str:
    project, domain, run, pod = row
    return "".join(
        (
            "https://grafana.example.com/d/",
            quote(project, ""),
            "/",
            quote(domain, ""),
            "?var-run=",
            quote(run, ""),
            "&var-pod=",
            quote(pod, ""),
        )
    )


def _environment() -> SandboxedEnvironment:
    # Jinja2's own `urlencode` leaves a slash alone.
    environment = SandboxedEnvironment(autoescape=False)
    environment.filters["urlencode"] = lambda text: quote(text, "")
    return environment


def _jinja_once() -> Callable[[Names], str]:
    template = _environment().from_string(JINJA)

    def render(row: Names) -> str:
        project, domain, run, pod = row
        return template.render(project=project, domain=domain, run=run, pod=pod)

    return render


def _jinja_each(row: Names) -> str:
    return _jinja_once()(row)
