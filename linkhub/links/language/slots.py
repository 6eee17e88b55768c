"""What one expression puts into a URL, by where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from linkhub.links.language.chains import Chain, bind
from linkhub.links.language.encode import (
    PATH_EXTRAS,
    check_host,
    check_port,
    check_raw,
    encode_fragment,
    encode_path,
    encode_query,
)
from linkhub.links.language.errors import TemplateError
from linkhub.links.language.filtering import Notes
from linkhub.links.language.positions import Position
from linkhub.links.language.syntax import Expression
from linkhub.links.language.values import NOTHING, Values

Fill: TypeAlias = Callable[[Values, Notes], str]
Encode: TypeAlias = Callable[[str], str]

_has_host = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]").match


def make_slot(expression: Expression, position: Position, safe: str) -> tuple[Chain, Fill]:
    """The expression's chain, and the function that gives its text. Raises TemplateError."""
    chain = bind(expression)
    if position is Position.SCHEME:
        message = "a URL begins with a scheme such as `https://`, or with a variable"
        raise TemplateError(message, column=expression.column)
    if position.decides_host:
        if chain.last:
            message = f"`{chain.last}` may not stand in the scheme or host"
            raise TemplateError(message, column=expression.filters[-1].column)
        return chain, _HOST_SLOTS[position](chain)
    if position is Position.TEXT:
        return chain, _text_slot(chain)
    return chain, _encoded_slot(chain, _encoder(chain, position, safe))


def check_safe(safe: str) -> None:
    """Raises ValueError where a safe set holds what would end a path segment."""
    if not set(safe) <= PATH_EXTRAS:
        raise ValueError(f"only {''.join(sorted(PATH_EXTRAS))} can be safe in a path segment")


def _encoder(chain: Chain, position: Position, safe: str) -> Encode:
    if chain.last == "raw":
        return check_raw
    if chain.last:
        return str
    if position is Position.PATH:
        return partial(encode_path, safe=safe) if safe else encode_path
    return encode_query if position is Position.QUERY else encode_fragment


def _encoded_slot(chain: Chain, encode: Encode) -> Fill:
    def fill(values: Values, notes: Notes) -> str:
        return encode(chain.evaluate(values, notes)[0])

    # Without filters most values are plain text: the short way spares them the chain.
    reference = chain.reference
    if len(chain.steps) > 1:
        return fill
    if reference.key is None or reference.name == "variables":
        return _short_plain((reference.key or reference.name).lower(), encode, fill)
    return _short_map(reference.name.lower(), reference.key, encode, fill)


def _short_plain(name: str, encode: Encode, long_way: Fill) -> Fill:
    def fill(values: Values, notes: Notes) -> str:
        value = values.plain.get(name)
        if value.__class__ is str and value:
            return encode(value)
        return long_way(values, notes)

    return fill


def _short_map(name: str, key: str, encode: Encode, long_way: Fill) -> Fill:
    def fill(values: Values, notes: Notes) -> str:
        value = values.maps.get(name, NOTHING).get(key)
        if value.__class__ is str and value:
            return encode(value)
        return long_way(values, notes)

    return fill


def _text_slot(chain: Chain) -> Fill:
    def fill(values: Values, notes: Notes) -> str:
        text, own = chain.evaluate(values, notes)
        notes.host_from_variable |= not own
        return text

    return fill


def _start_slot(chain: Chain) -> Fill:
    """A value that begins the URL goes in as it is: the URL policy judges the outcome."""

    def fill(values: Values, notes: Notes) -> str:
        text, own = chain.evaluate(values, notes)
        # Where even an operator's value ends before its host, what follows decides the host.
        notes.host_from_variable |= not (own and _has_host(text))
        return text

    return fill


def _host_slot(chain: Chain) -> Fill:
    def fill(values: Values, notes: Notes) -> str:
        text, own = chain.evaluate(values, notes)
        notes.host_from_variable |= not own
        return check_host(text)

    return fill


def _port_slot(chain: Chain) -> Fill:
    return lambda values, notes: check_port(chain.evaluate(values, notes)[0])


_HOST_SLOTS: dict[Position, Callable[[Chain], Fill]] = {
    Position.START: _start_slot,
    Position.HOST: _host_slot,
    Position.PORT: _port_slot,
}
