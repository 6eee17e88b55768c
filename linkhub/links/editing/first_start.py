"""An empty instance's first tools and definitions, from three addresses.

Any address of the tool will do: what a provider reads of it says where the tool begins, and more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from django import forms
from django.db import transaction
from pydantic import ValidationError

from linkhub.accounts.models import User
from linkhub.lib.plain_errors import plain_errors
from linkhub.links.checks import Invalid, check_tool
from linkhub.links.definitions import save_definition
from linkhub.links.documents import DefinitionDocument, ToolDocument
from linkhub.links.editing.rebuilding import identified_by
from linkhub.links.editing.saving import add_tool
from linkhub.links.models import LinkDefinition, Tool

REASON: Final = "first start"
_TITLES: Final = {"flyte": "Flyte", "wandb": "Weights & Biases", "grafana": "Grafana"}
_KINDS: Final = {"flyte": ("flyte2", "flyte1"), "wandb": ("wandb",), "grafana": ("grafana",)}
_WORDS: Final = {"wandb": ("wandb",), "grafana": ("grafana",), "flyte": ("flyte", "union")}
# Pages that each tool has at a fixed place.
_PAGES: Final = {
    "grafana": ("/explore", "/d", "/a", "/dashboards", "/login", "/datasources"),
    "wandb": ("/home", "/login", "/site"),
    "flyte": ("/console", "/v2"),
}
_TRACKED: Final = ("wandb_id", "_wandb_run_id", "wandb_project")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address says: the tool, and parameters for its definitions."""

    name: str
    tool: ToolDocument
    params: Mapping[str, str] = field(default_factory=dict)


class FirstStartForm(forms.Form):
    """Where are Flyte, W&B and Grafana? Any may be left empty; each answer is read by itself."""

    flyte = forms.CharField(
        required=False,
        max_length=2000,
        label="Where is Flyte?",
        help_text="Its console, or any page of it: https://flyte.example.com/v2",
    )
    wandb = forms.CharField(
        required=False,
        max_length=2000,
        label="Where is Weights & Biases?",
        help_text="https://wandb.ai, your own server, or any run of yours there.",
    )
    grafana = forms.CharField(
        required=False,
        max_length=2000,
        label="Where is Grafana?",
        help_text="Its address, or a link to logs in Explore: that names the data source too.",
    )

    answers: dict[str, Answer]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.answers = {}
        for name in _TITLES:
            if text := cleaned.get(name):
                try:
                    self.answers[name] = read_answer(name, text)
                except forms.ValidationError as error:
                    self.add_error(name, error)
        if not self.answers and not self.errors:
            self.add_error(None, "Give at least one address.")
        return cleaned


def read_answer(name: str, text: str) -> Answer:
    """The tool at this address. Raises a form's ValidationError that says what is wrong."""
    url = text.strip() if "://" in text else f"https://{text.strip()}"
    _check_whose(name, url)
    kind, base, params = _read(name, url)
    if Tool.objects.filter(name=name).exists():
        raise forms.ValidationError(f"There is a tool named `{name}` already.")
    settings = _settings(name, url)
    given = {"kind": kind, "title": _TITLES[name], "base_url": base, "settings": settings}
    try:
        tool = ToolDocument.model_validate(given)
        check_tool(tool, stored=None)
    except ValidationError as error:
        raise forms.ValidationError(
            [message for _, message in plain_errors(error, given)]
        ) from error
    except Invalid as error:
        raise forms.ValidationError([one.message for one in error.faults]) from error
    return Answer(name, tool, params)


@transaction.atomic
def save_answers(answers: Mapping[str, Answer], *, user: User) -> list[str]:
    """The tools and their definitions; return the keys that are new. Raises Invalid."""
    keys = []
    for answer in answers.values():
        add_tool(answer.name, answer.tool, user=user, reason=REASON)
        for key, definition in _definitions(answer):
            if LinkDefinition.objects.alive().filter(project=None, key=key).exists():
                continue
            document = DefinitionDocument.model_validate(definition | {"tool": answer.name})
            save_definition(project=None, key=key, document=document, user=user, reason=REASON)
            keys.append(key)
    return keys


def _check_whose(name: str, url: str) -> None:
    """An address in the wrong field is named as what it is."""
    try:
        host = urlsplit(url).netloc.lower()
    except ValueError as error:
        raise forms.ValidationError("This is not an address.") from error
    if "." not in host and "localhost" not in host and ":" not in host:
        raise forms.ValidationError("This is not an address such as https://x.example.com.")
    own = any(word in host for word in _WORDS[name])
    for other, words in _WORDS.items():
        if other != name and not own and any(word in host for word in words):
            raise forms.ValidationError(f"This looks like the address of {_TITLES[other]}.")


def _read(name: str, url: str) -> tuple[str, str, dict[str, str]]:
    """The tool's kind, where it begins, and what more the address says."""
    kinds = _KINDS[name]
    for kind in kinds:
        for found in identified_by(url):
            if found.kind.startswith(kind):
                named = {
                    key: found.parts[key] for key in ("entity", "project") if key in found.parts
                }
                return kind, found.base_url, named if name == "wandb" else {}
    split = urlsplit(url)
    path, page = _cut(name, split.path)
    if (split.query or split.fragment) and not page:
        title = _TITLES[name]
        raise forms.ValidationError(
            f"This page of {title} says too little: give the address that {title} itself has."
        )
    kind = "flyte1" if page == "/console" else kinds[0]
    return kind, f"{split.scheme}://{split.netloc}{path}", {}


def _cut(name: str, path: str) -> tuple[str, str]:
    """The path that the tool begins with, and the page of its own that follows."""
    at, page = min(
        ((f"{path}/".index(f"{page}/"), page) for page in _PAGES[name] if f"{page}/" in f"{path}/"),
        default=(len(path), ""),
    )
    return path[:at].rstrip("/"), page


def _settings(name: str, url: str) -> dict[str, str]:
    """Grafana's data source and organisation, as a link to Explore has them."""
    if name != "grafana":
        return {}
    fields = parse_qs(urlsplit(url).query)
    found = {"loki_uid": _data_source(fields), "org_id": fields.get("orgId", [""])[0]}
    return {key: text for key, text in found.items() if text}


def _data_source(fields: Mapping[str, list[str]]) -> str:
    """The uid of the pane that asks Loki."""
    try:
        panes = json.loads(fields.get("panes", ["{}"])[0])
    except (ValueError, RecursionError):
        return ""
    for pane in panes.values() if isinstance(panes, dict) else ():
        queries = pane.get("queries") if isinstance(pane, dict) else None
        if isinstance(queries, list) and any(
            isinstance(each, dict) and "expr" in each for each in queries
        ):
            return str(pane.get("datasource") or "")
    return ""


def _definitions(answer: Answer) -> Iterator[tuple[str, dict[str, Any]]]:
    match answer.name:
        case "flyte":
            yield "flyte", _flyte(answer.tool.kind)
        case "wandb":
            yield "wandb", _wandb(answer.params)
        case "grafana":
            yield "pod-logs", _logs("Pod logs", "grafana_pod_logs", "pod", 2)
            yield "workflow-logs", _logs("All workflow logs", "grafana_workflow_logs", "run", 1)


def _flyte(kind: str) -> dict[str, Any]:
    """For runs of Flyte, and for those that nobody said an engine of."""
    ours = [
        {"variable": "engine", "op": "glob", "value": "flyte*"},
        {"variable": "engine", "op": "exists", "value": False},
    ]
    provider = "flyte1_execution" if kind == "flyte1" else "flyte2_run"
    return {"name": "Flyte", "level": "run", "provider": provider, "when": {"any": ours}}


def _wandb(params: Mapping[str, str]) -> dict[str, Any]:
    """For actions that say in their context that they log to W&B; the rest has no run there."""
    tracked = [{"variable": f"context.{key}", "op": "exists"} for key in _TRACKED]
    return {
        "name": "Weights & Biases",
        "level": "action",
        "provider": "wandb_run",
        "params": dict(params),
        "when": {"any": tracked},
        "group": "Experiments",
        "link_type": "dashboard",
    }


def _logs(name: str, provider: str, level: str, position: int) -> dict[str, Any]:
    return {
        "name": name,
        "level": level,
        "provider": provider,
        "group": "Logs",
        "link_type": "logs",
        "position": position,
    }
