"""Reads `presets/<kind>.toml`, one preset a file.

Lines of a template are joined without what stands around them, so that a long address reads well.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from linkhub.links.language.catalogue import Level
from linkhub.links.providers.base import Parameter
from linkhub.links.providers.preset import Spec

FOLDER: Final = Path(__file__).parent / "presets"

_PARAMETER_KEYS: Final = frozenset(
    {"label", "help", "default", "choices", "required", "example", "pattern", "setting"}
)


@lru_cache(maxsize=1)
def read_all() -> tuple[Spec, ...]:
    """Every preset there is, by kind."""
    return tuple(read(path) for path in sorted(FOLDER.glob("*.toml")))


def read(path: Path) -> Spec:
    """Raises ValueError where the file is not one preset."""
    return spec_of(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))


def spec_of(kind: str, data: dict[str, Any]) -> Spec:
    """A file's content as a spec; `template` is short for one template without a choice."""
    rest = dict(data)
    templates = rest.pop("templates", None) or {"": rest.pop("template")}
    parameters = rest.pop("parameters", {})
    try:
        return Spec(
            kind=kind,
            level=Level(rest.pop("level")),
            templates={key: _one_line(text) for key, text in templates.items()},
            parameters=tuple(_parameter(name, each) for name, each in parameters.items()),
            **rest,
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"preset {kind}: {error}") from error


def _one_line(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())


def _parameter(name: str, data: Mapping[str, Any]) -> Parameter:
    if unknown := data.keys() - _PARAMETER_KEYS:
        raise ValueError(f"parameter {name} has unknown {', '.join(sorted(unknown))}")
    return Parameter(
        name=name,
        label=data["label"],
        help=data.get("help", f"{data['label']}."),
        default=data.get("default", ""),
        choices=tuple(data.get("choices", ())),
        required=data.get("required", False),
        example=data.get("example", ""),
        pattern=data.get("pattern", ""),
        is_setting=data.get("setting", False),
    )
