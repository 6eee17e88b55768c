"""Links that come with an execution, in our spelling and in Flyte's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.utils.text import slugify
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from linkhub.lib.durations import parse_duration
from linkhub.runs.flyte_spellings import OF_LINKS, translate
from linkhub.runs.scalars import WHOLE, Described, Finite, Key, Moment, Short, Text


def _duration(value: Any) -> Any:
    if isinstance(value, str):
        parse_duration(value)
    return value


TTL = Described(
    {"pattern": r"^([0-9]{1,9}(\.[0-9]{1,6})?[smh]|[0-9]{1,8}[dw])$", "examples": ["30d"]}
)
# Levels of which a run or action can have thousands of subjects.
SPREAD = frozenset({"attempt", "pod"})
MAX_SPREAD = 50
ParamValue = Annotated[Text, StringConstraints(max_length=8000)] | int | Finite | bool | None


def either_given(one: str, other: str) -> list[Any]:
    """Of two fields exactly one is given, in the words of JSON Schema."""

    def alone(name: str, absent: str) -> dict[str, Any]:
        types = {name: {"type": "string"}, absent: {"type": "null"}}
        return {"required": [name], "properties": types}

    return [alone(one, other), alone(other, one)]


class AttachedLinkDocument(BaseModel):
    """One attached link: with `url`, or with `provider`. Flyte's spellings of the fields, such as
    `uri` and `showWhilePending`, are taken too. `ready` is kept and shown and decides nothing."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"oneOf": either_given("url", "provider")}
    )

    key: Key | None = None
    name: Annotated[Text, StringConstraints(max_length=2000)] = ""
    url: Annotated[Text, StringConstraints(max_length=8000)] | None = None
    provider: Annotated[Text, StringConstraints(max_length=64)] | None = None
    params: Annotated[dict[Text, ParamValue], Field(max_length=100)] = {}
    level: Literal["run", "action", "attempt", "pod"] | None = None
    attempt: Annotated[int, Field(ge=1, le=2**31 - 1), WHOLE] | None = None
    pod: Short | None = None
    link_type: Literal["external", "dashboard", "logs", "ide"] = "external"
    icon: Annotated[Text, StringConstraints(max_length=2000)] = ""
    message_format: Literal["", "csv", "json"] = ""
    ready: bool | None = None
    show_while_pending: bool = True
    hide_once_finished: bool = False
    ttl: Annotated[str, BeforeValidator(_duration), TTL] | None = None
    updated_at: Moment | None = None

    @model_validator(mode="before")
    @classmethod
    def accept_flyte_spellings(cls, given: Any) -> Any:
        return translate(given, OF_LINKS) if isinstance(given, dict) else given

    @model_validator(mode="after")
    def check_url_or_provider(self) -> AttachedLinkDocument:
        if (self.url is None) == (self.provider is None):
            raise ValueError("needs either url or provider")
        return self

    @property
    def place(self) -> tuple[int, str]:
        """Of its attempt and pod, 0 and nothing where it is of none."""
        return self.attempt or 0, self.pod or ""

    def body(self) -> dict[str, Any]:
        """The link as it is stored: our spelling, without what was not given."""
        given = self.model_dump(
            exclude_none=True,
            exclude_defaults=True,
            exclude={"key", "attempt", "pod", "updated_at"},
        )
        return given | {"show_while_pending": self.show_while_pending}


def check_identities(links: list[AttachedLinkDocument]) -> list[AttachedLinkDocument]:
    """The same explicit identity (key, attempt, pod) twice in one list is an error."""
    seen = set()
    for link in links:
        if link.key is None:
            continue
        if (identity := (link.key, *link.place)) in seen:
            raise ValueError(f"has the key {link.key} twice for the same attempt and pod")
        seen.add(identity)
    return links


def check_spread(links: list[AttachedLinkDocument]) -> list[AttachedLinkDocument]:
    """Links for every attempt or pod are few: each of them is made as often as there are pods."""
    spread = [link for link in links if link.level in SPREAD and link.place == (0, "")]
    if len(spread) > MAX_SPREAD:
        raise ValueError(
            f"has {len(spread)} links for every attempt or pod; at most {MAX_SPREAD} are allowed"
        )
    return links


def with_keys(links: list[AttachedLinkDocument]) -> list[tuple[str, AttachedLinkDocument]]:
    """Each link with its key: its own, else the slug of its name, numbered where taken."""
    taken = {(link.key, *link.place) for link in links if link.key}
    keyed = []
    for link in links:
        key = link.key
        if key is None:
            base = slugify(link.name)[:240] or "link"
            key, number = base, 1
            while (key, *link.place) in taken:
                number += 1
                key = f"{base}-{number}"
            taken.add((key, *link.place))
        keyed.append((key, link))
    return keyed
