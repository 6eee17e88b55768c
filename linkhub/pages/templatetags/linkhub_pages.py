"""Tags of LinkHub's own templates."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from linkhub.lib import visible
from linkhub.pages.icons import Icon
from linkhub.pages.theme import theme_of
from linkhub.pages.times import ago

register = template.Library()


@register.filter
def shown(name: object) -> SafeString | str:
    """A name that others gave: it turns nothing around it, and shows though it be blank."""
    text = str(name)
    if told := visible.stand_in(text):
        return format_html('<span class="muted mono">{}</span>', told)
    if visible.turns(text):
        return format_html("<bdi>{}</bdi>", text)
    return text


@register.filter
def plain(name: object) -> str:
    """The same for titles and attributes, which take no markup."""
    return visible.plain(str(name))


@register.simple_tag(takes_context=True)
def chosen_theme(context: template.Context) -> str:
    """`light`, `dark`, or `""`; also where an error page has no request."""
    request = context.get("request")
    return theme_of(request) if request else ""


@register.simple_tag
def ui_icon(name: str) -> SafeString:
    """An interface icon, for the eye only."""
    return _use(f"ui-{name}")


@register.simple_tag
def tool_icon(icon: Icon) -> SafeString:
    """A tool's brand icon or monogram, for the eye only: its name stands beside it."""
    if icon.symbol:
        return _use(icon.symbol)
    return format_html(
        '<span class="monogram hue-{}" aria-hidden="true">{}</span>', icon.hue, icon.letter
    )


@register.simple_tag
def moment(when: datetime | None, now: datetime) -> SafeString | str:
    """A time as it reads now, exact on hover; live.js turns the exact one to the viewer's zone."""
    if when is None:
        return ""
    utc = when.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        utc.isoformat(timespec="seconds"),
        f"{utc:%Y-%m-%d %H:%M:%S} UTC",
        ago(when, now),
    )


def _use(symbol: str) -> SafeString:
    return format_html(
        '<svg class="icon" width="16" height="16" aria-hidden="true">'
        '<use href="{}#{}"></use></svg>',
        static("icons.svg"),
        symbol,
    )
