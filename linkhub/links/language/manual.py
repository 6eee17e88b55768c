"""Writes `docs/template-language.md` from the catalogue, the filters and templates run for real.

python -m linkhub.links.language.manual docs/template-language.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from linkhub.links.language.catalogue import MAPS, VARIABLES, Variable
from linkhub.links.language.examples import EXAMPLES
from linkhub.links.language.filtering import FilterKind
from linkhub.links.language.filters import FILTERS
from linkhub.links.language.template import MAX_LENGTH, compile_template

_INTRODUCTION = f"""\
# The template language

A link's URL is made from a template: fixed text with variables in it.

    https://g.example.com/d/pods?var-pod={{{{ .podName }}}}&from={{{{ .startTime | epoch_ms }}}}

A template from a Flyte configuration works unchanged. Names of variables are case-insensitive; \
the `.` or `$` before them and the blanks are optional. Keys of maps are case-sensitive: `{{{{ \
.context.wandb_id }}}}`, or `{{{{ context["a.b"] }}}}` where a key has more than letters, \
digits, `_` and `-`. A template has at most {MAX_LENGTH:,} characters \
(`LINKHUB_MAX_TEMPLATE_LENGTH`).

## Rules

- **Values are percent-encoded where they stand**: in a path, a query or after `#`. A value \
never adds a segment, a parameter or a fragment, and is never expanded again.
- **A variable without a value** makes the link wait, and the page names it. An empty text is no \
value.
- **In a host** a value may hold only letters, digits, `.`, `-` and `_`, in a port only digits. \
A scheme can hold no value.
- **A template may begin with a variable**, which then goes in as it is. `{{{{ tool.base_url \
}}}}` and the other settings of a tool are the operator's; a host that comes from a run is \
blocked unless it is a tool's or matches `LINKHUB_VARIABLE_HOSTS`.
- **A segment that becomes `.` or `..`** blocks the link.
- **An optional piece**, `[[&panel={{{{ .params.panel }}}}]]`, vanishes when a variable in it \
has no value. One that begins with `?` or `&` gets the one that fits. `[[` without a variable \
before its `]]` is plain text; a JSON list of lists with a variable in it is written `%5B%5B`.
- **Names and parameters** of links take the same syntax; there values go in as they are.
- **Filters** follow `|` and are applied from left to right. Texts are written in `"` or `'`; a \
backslash stands for itself except before a quote or a backslash.
"""

_TEMPLATES = (
    "https://wandb.ai/vision/{{ .context.wandb_project }}/runs/{{ .context.wandb_id }}",
    "{{ tool.base_url }}/d/pods?var-pod={{ .podName }}"
    "&from={{ .startTime | shift('-5m') | epoch_ms }}&to={{ .endTime | epoch_ms('now') }}",
    "https://h.example/x?node={{ .nodeName | default('any') }}[[&panel={{ .params.panel }}]]",
    "https://h.example/{{ .taskID | regex('([^.]+)$') | upper }}",
    "https://h.example/explore?expr=%7Bpod%3D{{ .podName | logql }}%7D",
)


def manual() -> str:
    """The whole document."""
    return "\n".join([_INTRODUCTION, *_examples(), *_variables(), *_maps(), *_filters()])


def _examples() -> Iterator[str]:
    yield "## Examples\n"
    for template in _TEMPLATES:
        yield f"    {template}\n    -> {compile_template(template).render(EXAMPLES).url}\n"


def _variables() -> Iterator[str]:
    yield "## Variables\n"
    yield (
        "The level is the deepest thing that a value belongs to; for a link of a level above it, "
        "the newest attempt's primary pod is meant. Those marked Flyte have Flyte's name and "
        "meaning. The end of something is now while it goes on.\n"
    )
    yield from _table(("variable", "level", "meaning", "example", ""), map(_row, VARIABLES))


def _row(each: Variable) -> tuple[str, ...]:
    origin = "Flyte" if each.flyte else ""
    return f"`{each.name}`", each.level.value, each.meaning, f"`{each.example}`", origin


def _maps() -> Iterator[str]:
    yield "## Maps\n"
    rows = (
        (f"`{each.name}.KEY`", each.meaning, f"`{each.name}.{each.example_key}`: `{each.example}`")
        for each in MAPS
    )
    yield from _table(("map", "meaning", "example"), rows)


def _filters() -> Iterator[str]:
    yield "## Filters\n"
    for group, kinds in groupby(FILTERS.values(), key=lambda kind: kind.group):
        yield f"### {group}\n"
        yield from _table(("filter", "meaning", "example"), map(_filter_row, kinds))


def _filter_row(kind: FilterKind) -> tuple[str, ...]:
    value, written, outcome = kind.example
    usage = ", ".join(f"`{each}`" for each in kind.usage)
    shown = f"`{value}`" if value else "no value"
    return usage, kind.meaning, f"{shown}, `{written}`: `{outcome}`"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _line(head)
    yield "|" + "---|" * len(head)
    yield from map(_line, rows)
    yield ""


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(manual(), encoding="utf-8")
