"""The markup of what a page shows by the hundred: a chip, a fact, a phase, an icon, a bar of time.

Each would be a template of ten lines; included hundreds of times, those took half of a page's
time. Every value is escaped here, one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from html import escape

from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from linkhub.lib import visible
from linkhub.pages.chips import KEPT, Chip
from linkhub.pages.facts import Fact
from linkhub.pages.icons import Icon
from linkhub.pages.phases import ShownPhase
from linkhub.pages.timeline import Bar
from linkhub.pages.times import ago, is_date

LONG_VALUE, START_OF_VALUE = 160, 120
CODE = re.compile(r"`([^`]+)`")


def shown_name(name: object) -> str:
    """A name that others gave: it turns nothing around it, and shows though it be blank."""
    text = str(name)
    if told := visible.stand_in(text):
        return f'<span class="muted mono">{escape(told)}</span>'
    if visible.turns(text):
        return f"<bdi>{escape(text)}</bdi>"
    return escape(text)


def plain_name(name: object) -> str:
    """The same for titles and attributes, which take no markup."""
    return visible.plain(str(name))


@lru_cache(maxsize=KEPT)
def chip(link: Chip, *, with_icon: bool) -> SafeString:
    """One link: to its tool where it is ready, else to the page that says why it is not."""
    return _safe("".join(_chip(link, with_icon)))


def _chip(link: Chip, with_icon: bool) -> Iterator[str]:
    yield f'<a class="chip {escape(link.state)}" href="{escape(link.href)}"'
    if link.new_tab:
        yield ' target="_blank"'
    if link.ready:
        yield ' rel="noopener noreferrer"'
    if link.click:
        yield f' data-click="{escape(link.click)}"'
    if link.ready and link.reason:
        yield f' title="{escape(plain_name(link.reason))}"'
    yield ">"
    if with_icon:
        yield tool_icon(link.icon)
    yield f'<span class="label">{shown_name(link.name)}</span>'
    if link.at:
        yield f'<span class="at">{shown_name(link.at)}</span>'
    if not link.ready:
        yield f'<span class="state" aria-hidden="true">{escape(link.state)}</span>'
        yield f'<span class="tip">{escape(_state_of(link))}</span>'
    if link.broken:
        yield '<span class="broken" aria-hidden="true">broken</span>'
        yield f'<span class="tip">broken: {escape(plain_name(link.broken))}</span>'
    if link.updating:
        yield '<span class="updating">updating</span>'
    if link.new_tab:
        tool = escape(plain_name(link.tool.title))
        yield f'<span class="vh"> (opens {tool} in a new tab)</span>'
    yield "</a>"


def _state_of(link: Chip) -> str:
    """Read aloud with the link, and seen while it is pointed at or has the focus."""
    return f"{link.state}: {plain_name(link.reason)}" if link.reason else link.state


def phase(found: ShownPhase, *, badge: bool) -> SafeString:
    """A phase in a word and a tone."""
    kind = f"phase {found.tone} badge" if badge else f"phase {found.tone}"
    return _safe(f'<span class="{kind}">{found.word}</span>')


def moment(when: datetime | None, now: datetime) -> SafeString:
    """A time as it reads now, exact on hover; live.js turns it to the viewer's zone."""
    if when is None:
        return _safe("")
    exact = f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    dated = " data-date" if is_date(when, now) else ""
    title = f"{exact.replace('T', ' ')} UTC"
    return _safe(f'<time datetime="{exact}+00:00" title="{title}"{dated}>{ago(when, now)}</time>')


def bar(drawn: Bar) -> SafeString:
    """Attempts over the time of their run, each told in words too."""
    return _safe("".join(_bar(drawn)))


def _bar(drawn: Bar) -> Iterator[str]:
    yield f'<svg class="bar" role="img" aria-label="{escape(drawn.words)}">'
    for each in drawn.segments:
        yield f'<rect class="{each.tone}" x="{each.start:.2f}%" width="{each.width:.2f}%" rx="2">'
        yield f"<title>{escape(each.words)}</title></rect>"
    yield "</svg>"


def facts(listed: Iterable[Fact]) -> SafeString:
    """A list of labels and values; a long value is folded, a link where it leads somewhere."""
    pairs = [f"<dt>{shown_name(fact.label)}</dt><dd>{_value(fact)}</dd>" for fact in listed]
    return _safe(f'<dl class="facts panel">{"".join(pairs)}</dl>')


def _value(fact: Fact) -> str:
    whole = shown_name(fact.value)
    if fact.href:
        return f'<a href="{escape(fact.href)}">{whole}</a>'
    if len(fact.value) <= LONG_VALUE:
        return whole
    start = shown_name(Truncator(fact.value).chars(START_OF_VALUE))
    return f'<details class="long"><summary>{start}</summary>{whole}</details>'


def icon(symbol: str) -> SafeString:
    """A symbol of the sprite, for the eye only."""
    return _safe(
        '<svg class="icon" width="16" height="16" aria-hidden="true">'
        f'<use href="{_sprite()}#{escape(symbol)}"></use></svg>'
    )


def tool_icon(found: Icon) -> SafeString:
    """A tool's brand icon or monogram, for the eye only: its name stands beside it."""
    if found.symbol:
        return icon(found.symbol)
    letter = f'<span class="monogram hue-{found.hue}" aria-hidden="true">{escape(found.letter)}'
    return _safe(f"{letter}</span>")


@lru_cache(maxsize=1)
def _sprite() -> str:
    """The sprite's address, which is the same as long as this process lives."""
    return escape(static("icons.svg"))


def forget_sprite() -> None:
    """For tests, which change how static files are named."""
    _sprite.cache_clear()
    chip.cache_clear()


def coded(text: str) -> SafeString:
    """What stands between backticks, as code."""
    return _safe(CODE.sub(r"<code>\1</code>", escape(text)))


def _safe(markup: str) -> SafeString:
    """Markup whose values have been escaped above."""
    return mark_safe(markup)  # noqa: S308
