"""Tags of LinkHub's own templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.template.base import Parser, Token
from django.utils.safestring import SafeString, mark_safe

from linkhub.pages import action_markup, markup, run_rows
from linkhub.pages.action_rows import ActionRow
from linkhub.pages.chips import Chip
from linkhub.pages.facts import Fact
from linkhub.pages.icons import Icon, find_icon
from linkhub.pages.phases import ShownPhase
from linkhub.pages.run_page import RunPage
from linkhub.pages.run_table import RunRow, RunTable
from linkhub.pages.theme import theme_of
from linkhub.pages.timeline import Bar
from linkhub.seeing.condition import remembered

register = template.Library()


class Once(template.Node):
    """Markup of our own that is the same in every answer, as the first one had it."""

    def __init__(self, inside: template.NodeList) -> None:
        self.inside = inside
        self.markup: SafeString | None = None

    def render(self, context: template.Context) -> SafeString:
        if self.markup is None:
            # In a context of its own: what a request brings is no part of it.
            self.markup = self.inside.render(context.new())
        return self.markup


@register.tag
def once(parser: Parser, _token: Token) -> Once:
    """What stands up to `endonce` is rendered once in a process; it can use no variable."""
    inside = parser.parse(("endonce",))
    parser.delete_first_token()
    return Once(inside)


@register.filter
def shown(name: object) -> SafeString:
    """A name that others gave: it turns nothing around it, and shows though it be blank."""
    return mark_safe(markup.shown_name(name))  # noqa: S308 (escaped there)


@register.filter
def plain(name: object) -> str:
    """The same for titles and attributes, which take no markup."""
    return markup.plain_name(name)


@register.simple_tag(takes_context=True)
def chosen_theme(context: template.Context) -> str:
    """`light`, `dark`, or `""`; also where an error page has no request."""
    request = context.get("request")
    return theme_of(request) if request else ""


@register.simple_tag
def troubles() -> list[str]:
    """What this process last saw to be away; nothing is asked for a page."""
    seen = remembered()
    return [part.told for part in seen.parts if part.told] if seen else []


@register.filter
def coded(text: object) -> SafeString:
    """Help as it is written: what stands between backticks is code."""
    return markup.coded(str(text))


@register.simple_tag
def link_chip(chip: Chip, with_icon: object = "") -> SafeString:
    """One link."""
    return markup.chip(chip, with_icon=bool(with_icon))


@register.simple_tag
def run_row(row: RunRow, table: RunTable) -> SafeString:
    """A row of the table of runs."""
    return run_rows.run_row(row, table)


@register.simple_tag
def action_row(row: ActionRow, page: RunPage) -> SafeString:
    """A row of a run's tree or list of actions."""
    return action_markup.action_row(row, now=page.now, says_parent=page.part is not None)


@register.simple_tag
def fact_list(facts: Sequence[Fact]) -> SafeString:
    """Labels and values; a long value is folded."""
    return markup.facts(facts)


@register.simple_tag
def phase_mark(phase: ShownPhase, badge: object = "") -> SafeString:
    """A phase in a word and a tone."""
    return markup.phase(phase, badge=bool(badge))


@register.simple_tag
def time_bar(bar: Bar | None) -> SafeString | str:
    """When something ran; nothing where nobody knows."""
    return markup.bar(bar) if bar else ""


@register.simple_tag
def ui_icon(name: str) -> SafeString:
    """An interface icon, for the eye only."""
    return markup.icon(f"ui-{name}")


@register.simple_tag
def tool_icon(icon: Icon) -> SafeString:
    """A tool's brand icon or monogram, for the eye only: its name stands beside it."""
    return markup.tool_icon(icon)


@register.simple_tag
def named_icon(name: str, *candidates: str) -> SafeString:
    """The first icon of these that there is, else the monogram of `name`."""
    return markup.tool_icon(find_icon(name, *candidates))


@register.simple_tag
def moment(when: datetime | None, now: datetime) -> SafeString:
    """A time as it reads now, exact on hover; live.js turns it to the viewer's zone."""
    return markup.moment(when, now)
