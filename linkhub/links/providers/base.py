"""What a provider is: it knows how to build one kind of link for one kind of tool."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from linkhub.links.language.catalogue import Level
from linkhub.links.language.errors import Failed, MissingVariables
from linkhub.links.language.template import Part
from linkhub.links.language.values import Value, Values

ParamValue = str | int | bool | None

_EMPTY: Mapping[str, str] = MappingProxyType({})
_NEVER_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a definition may set; left empty, it means its default."""

    name: str
    label: str
    help: str
    default: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    pattern: str = ""
    """A regular expression that the whole text must match; empty: any text."""
    is_setting: bool = False
    """Whether the tool's setting of this name stands in where a definition gives none."""


@dataclass(frozen=True, slots=True)
class ToolFacts:
    """The tool that a link belongs to, with its overrides for domain and cluster applied."""

    name: str
    kind: str
    base_url: str = ""
    settings: Mapping[str, str] = field(default_factory=lambda: _EMPTY)

    def setting(self, name: str, default: str = "") -> str:
        return self.settings.get(name) or default


@dataclass(frozen=True, slots=True)
class Request:
    """One link to build.

    `params` holds rendered text: no template is left in it. `variable_params` names those whose
    text came from the run by way of a template; a host among them is the run's, not the author's.
    """

    params: Mapping[str, ParamValue]
    values: Values
    tool: ToolFacts | None = None
    variable_params: frozenset[str] = frozenset()

    @property
    def context(self) -> Mapping[str, str]:
        return self.values.maps.get("context", _EMPTY)

    def text(self, name: str, default: str = "") -> str:
        """The parameter as text; `default` where it is absent or empty."""
        value = self.params.get(name)
        return default if value is None or value == "" else str(value)

    def flag(self, name: str) -> bool:
        """The parameter as a truth value; absent or empty is false."""
        value = self.params.get(name)
        if isinstance(value, bool):
            return value
        text = str(value or "").strip().lower()
        if text and text not in _TRUE | _FALSE:
            raise Failed(f"parameter `{name}` is `{text[:40]}`, but must be true or false")
        return text in _TRUE

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of `choices`; the first where the parameter is absent or empty."""
        text = self.text(name, choices[0])
        if text not in choices:
            raise Failed(f"parameter `{name}` is `{text[:40]}`, but must be {' or '.join(choices)}")
        return text

    def whole(self, name: str) -> int | None:
        """The parameter as a whole number, or none where it is absent or empty."""
        text = self.text(name).strip()
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise Failed(f"parameter `{name}` is `{text[:40]}`, but must be a whole number")
        return int(text)

    def value(self, variable: str) -> Value | None:
        """A plain variable's value, without parsing its name as a template's; "" is none."""
        value = self.values.plain.get(variable.lower())
        return None if value == "" else value

    def required(self, variable: str) -> str:
        """The variable's text; raises MissingVariables where it has none."""
        value = self.value(variable)
        if value is None:
            raise MissingVariables((variable,))
        return str(value)


@dataclass(frozen=True, slots=True)
class Built:
    """A finished link.

    `notes` say where the link is known to lead elsewhere than one would think. `name` and `icon`
    are what the provider calls the link itself, for a definition that says nothing.
    """

    url: str
    parts: tuple[Part, ...]
    origin_is_variable: bool = False
    depends_on_now: bool = False
    notes: tuple[str, ...] = ()
    name: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Identified:
    """What a URL says, if it has the shape of a provider's links.

    Shape only: whether `base_url` is a tool of ours is for the caller to see. `parts` are the
    values that went in. Where the URL joins run and action with a dash, `runs` lists every
    (run, action) that this can mean, the shortest run name first.
    """

    kind: str
    base_url: str
    parts: Mapping[str, str]
    runs: tuple[tuple[str, str], ...] = ()


class Provider(ABC):
    """One kind of link. Instances never change and are shared between threads.

    `group` is where `docs/tools.md` lists it; `versions` and `source` say which versions of the
    tool its format is for, and where the format is from.
    """

    kind: str
    label: str
    icon: str
    level: Level
    tool_kind: str
    group: str
    help: str
    versions: str
    source: str
    parameters: tuple[Parameter, ...]
    tool_settings: tuple[Parameter, ...] = ()
    default_base_url: str = ""
    open_parameters: bool = False
    """Whether parameters that are not listed are taken too."""
    runs_code: bool = False
    """Whether building runs other people's code: only by a worker, in a lane of its own."""

    @abstractmethod
    def build(self, request: Request) -> Built:
        """The link; raises MissingVariables, Refused or Failed."""

    def identify(self, url: str) -> Identified | None:  # noqa: ARG002
        """What went into `url`, or none where it does not look like one of these links."""
        return None


def is_plain(text: str) -> bool:
    """Whether the text can be looked up: nothing that no recorded name can hold."""
    return _NEVER_IN_NAMES.search(text) is None


def joined(parts: list[Part]) -> str:
    return "".join([part.text for part in parts])
