"""Link definitions and tools as documents, the same in JSON and YAML: shapes and defaults.

What needs more than the document itself (the tool, the provider, the policy) is looked at by
`linkhub/links/checks.py`. `docs/api.md` describes both for their users.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    StringConstraints,
    model_validator,
)

from linkhub.lib.durations import format_duration, parse_duration
from linkhub.links.models import LinkDefinition, Tool
from linkhub.runs.attached import either_given
from linkhub.runs.documents import Name
from linkhub.runs.flyte_spellings import OF_DEFINITIONS, as_sent, translate
from linkhub.runs.scalars import WHOLE, Described, Key, Short, Text

LONGEST_TTL = timedelta(days=10_000)


def _check_ttl(text: str) -> str:
    if parse_duration(text) > LONGEST_TTL:
        raise ValueError(f"is longer than {format_duration(LONGEST_TTL)}")
    return text


def _as_text(value: Any) -> Any:
    """Settings are text; a number or truth value is taken as it would be written."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _only_one(templates: Any) -> Any:
    """Flyte's `templateUris` is a list; of several, a definition could make only one link."""
    alone = isinstance(templates, list) and len(templates) == 1
    return templates[0] if alone else templates


def _base_url(url: str) -> str:
    """Without a trailing slash, so that a template can put a path after it."""
    if url and not url.lower().startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ValueError("is not a URL") from error
    if "?" in url or "#" in url or (url and not parts.netloc):
        raise ValueError("must have a host, and neither a query nor a fragment")
    return url.rstrip("/")


Kind = Annotated[Text, StringConstraints(min_length=1, max_length=64)]
BaseUrl = Annotated[Text, StringConstraints(max_length=2000), AfterValidator(_base_url)]
Glob = Annotated[Text, StringConstraints(min_length=1, max_length=255)]
Globs = Glob | Annotated[list[Glob], Field(min_length=1, max_length=100)]
Setting = Annotated[
    Text, StringConstraints(max_length=8000), BeforeValidator(_as_text, json_schema_input_type=Any)
]
Settings = Annotated[dict[Short, Setting], Field(max_length=100)]
Scalar = (
    Annotated[Text, StringConstraints(max_length=8000)]
    | int
    | Annotated[float, Field(allow_inf_nan=False)]
    | bool
)
Position = Annotated[int, Field(ge=-(2**31), lt=2**31), WHOLE]


# Whatever fits is shorter than `LONGEST_TTL`.
TTL = Described(
    {
        "pattern": r"^([0-9]{1,8}s|[0-9]{1,7}m|[0-9]{1,5}h|[0-9]{1,4}d|[0-9]{1,3}w)$",
        "examples": ["30d"],
    }
)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class Condition(Strict):
    """One rule; without a value it holds for `exists` only."""

    variable: Annotated[Text, StringConstraints(min_length=1, max_length=255)]
    op: Literal["equals", "in", "glob", "regex", "exists", "lt", "le", "gt", "ge"]
    value: Scalar | Annotated[list[Scalar], Field(max_length=1000)] | None = None


class When(Strict):
    """All of `all` and, where there are some, one of `any`."""

    all: Annotated[list[Condition], Field(max_length=100)] = []
    any: Annotated[list[Condition], Field(max_length=100)] = []


class Select(Strict):
    """For which executions: globs, case-sensitive; what is left out restricts nothing."""

    project: Globs | None = None
    domain: Globs | None = None
    workflow: Globs | None = None
    task: Globs | None = None
    phase: Globs | None = None
    labels: Annotated[dict[Glob, Globs], Field(max_length=100)] = {}


class DefinitionDocument(Strict):
    """A link definition. `key` and `project` repeat its address; elsewhere they may be left out."""

    model_config = ConfigDict(json_schema_extra={"oneOf": either_given("provider", "template")})

    project: Name | None = None
    """The project that owns it; null for the instance."""
    key: Key | None = None
    """A slug, unique in its owner."""
    name: Annotated[Text, StringConstraints(max_length=2000)] = ""
    """What the link is called; may hold variables. Without one, the key."""
    description: Annotated[Text, StringConstraints(max_length=10_000)] = ""
    level: Literal["project", "run", "action", "attempt", "pod"] = "action"
    """What one link is made for."""
    tool: Name | None = None
    """The tool's name."""
    provider: Kind | None = None
    """What makes the URL, unless `template` does."""
    params: Annotated[dict[Short, Scalar | None], Field(max_length=100)] = {}
    """The provider's, or what a template reads as `params.KEY`; text may hold variables."""
    template: Annotated[Text, StringConstraints(min_length=1)] | None = None
    """The URL, with variables."""
    select: Select = Select()
    when: When = When()
    show_while_pending: bool = True
    """False: hidden while queued or initializing."""
    hide_once_finished: bool = False
    """True: hidden once finished."""
    ttl: Annotated[str, AfterValidator(_check_ttl), TTL] | None = None
    """How long it is shown after the end, such as `30d`."""
    group: Short = ""
    """Links of a group stand together."""
    position: Position = 0
    icon: Short = ""
    link_type: Literal["external", "dashboard", "logs", "ide"] = "external"
    new_tab: bool = True
    """Whether it opens in a new tab."""
    backlink: bool = False
    """True: the run's address in LinkHub is written into the notes of the W&B run it leads to."""
    enabled: bool = True
    """False: it takes no part."""

    # How the sender spells the fields, for what is said of them.
    _spelt: dict[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def accept_flyte_spellings(cls, given: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(given, dict):
            return validate(given)
        ours = translate(given, OF_DEFINITIONS)
        if (sent := as_sent(given, "template")) not in {None, "template"}:
            ours["template"] = _only_one(given[sent])
        document = validate(ours)
        document._spelt = {field: as_sent(given, field) or field for field in ours}
        return document

    @model_validator(mode="after")
    def check_provider_or_template(self) -> DefinitionDocument:
        if (self.provider is None) == (self.template is None):
            raise ValueError("needs either provider or template")
        return self

    def as_sent(self, field: str) -> str:
        """The field's name in the spelling that the document came in."""
        return self._spelt.get(field, field)

    @property
    def lifetime(self) -> timedelta | None:
        return None if self.ttl is None else parse_duration(self.ttl)


def _either(*names: str) -> dict[str, Any]:
    """At least one of the fields is given, in the words of JSON Schema."""
    given = {"not": {"type": "null"}}
    return {"anyOf": [{"required": [name], "properties": {name: given}} for name in names]}


class ToolOverride(Strict):
    """Another base URL, or other settings, where domain and cluster match these globs."""

    domain: Globs | None = None
    cluster: Globs | None = None
    base_url: BaseUrl | None = None
    settings: Settings | None = None

    model_config = ConfigDict(
        json_schema_extra={"allOf": [_either("domain", "cluster"), _either("base_url", "settings")]}
    )

    @model_validator(mode="after")
    def check_it_says_something(self) -> ToolOverride:
        if self.domain is None and self.cluster is None:
            raise ValueError("needs a domain or a cluster that it is for")
        if self.base_url is None and self.settings is None:
            raise ValueError("needs a base_url or settings")
        return self


class ToolDocument(Strict):
    """A tool: where it is and how it is set up. `name` repeats its address."""

    name: Name | None = None
    """Unique."""
    kind: Kind
    """Such as `grafana` or `wandb`; it decides which providers can use it."""
    title: Short = ""
    """What people read; without one, the name."""
    base_url: BaseUrl = ""
    """Where it is, without a query; a trailing slash is dropped."""
    settings: Settings = {}
    """What providers of the kind know, and what templates read as `tool.KEY`."""
    overrides: Annotated[list[ToolOverride], Field(max_length=100)] = []
    """The first that matches wins; the attempt's cluster counts before the run's."""
    icon: Short = ""
    position: Position = 0
    check_links: bool = False
    """True: a worker asks whether what its links lead to is there."""


def definition_as_document(row: LinkDefinition) -> dict[str, Any]:
    """What is stored, as a document that stores the same again."""
    document = {name: getattr(row, name) for name in DefinitionDocument.model_fields}
    return document | {
        "project": row.project.name if row.project else None,
        "tool": row.tool.name if row.tool else None,
        "provider": row.provider or None,
        "template": row.template or None,
        "ttl": None if row.ttl is None else format_duration(row.ttl),
    }


def tool_as_document(row: Tool) -> dict[str, Any]:
    """What is stored, as a document that stores the same again."""
    return {name: getattr(row, name) for name in ToolDocument.model_fields}


def definition_columns(document: DefinitionDocument, key: str) -> dict[str, Any]:
    """What a row holds of the document; its owner and its tool are other rows."""
    columns = document.model_dump(exclude={"project", "key", "tool"})
    return columns | {
        "name": document.name or key,
        "provider": document.provider or "",
        "template": document.template or "",
        "select": _plain(document.select),
        "when": _plain(document.when),
        "ttl": document.lifetime,
    }


def tool_columns(document: ToolDocument) -> dict[str, Any]:
    columns = document.model_dump(exclude={"name"})
    return columns | {"overrides": [_plain(each) for each in document.overrides]}


def _plain(document: BaseModel) -> dict[str, Any]:
    """What of the document was given."""
    return document.model_dump(exclude_unset=True, exclude_none=True)
