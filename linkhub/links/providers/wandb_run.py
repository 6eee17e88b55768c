"""A run at Weights & Biases, by the rules of `flyteplugins.wandb.Wandb` 2.12."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from linkhub.links.language.catalogue import Level
from linkhub.links.language.template import Part
from linkhub.links.providers import wandb
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request, joined
from linkhub.links.providers.wandb import Piece

_PAGES: Final = frozenset({"runs", "groups"})
_NOT_IN_RUN_ID: Final = re.compile(r"[:;,#?/']|\A\s|\s\Z")


class WandbRun(Provider):
    """One run at W&B, the group of a distributed task's runs, or the project of a shared one."""

    kind = "wandb_run"
    label = "W&B run"
    icon = "wandb"
    level = Level.ACTION
    tool_kind = "wandb"
    group = "Experiment trackers"
    versions = wandb.VERSIONS
    source = wandb.SOURCE
    help = "One run at W&B, the group of a distributed task's runs, or the project of a shared one."
    default_base_url = wandb.DEFAULT_HOST
    parameters = (
        *wandb.PLACE_PARAMETERS,
        Parameter(
            "run_mode",
            "Run mode",
            "`auto`: the parent's W&B run, else one of its own. `new`: always its own. "
            "`shared`: always the parent's.",
            default="auto",
            choices=("auto", "new", "shared"),
        ),
        Parameter(
            "rank_scope",
            "Rank scope",
            "Distributed tasks: one W&B run for all workers, or one a worker.",
            default="global",
            choices=("global", "worker"),
        ),
        Parameter(
            "id",
            "Run id",
            "W&B run id; empty: the context's `wandb_id`, else `<run>-<action>`.",
        ),
        Parameter(
            "is_distributed",
            "Distributed",
            "Whether the task runs in more than one process.",
            default="false",
            choices=("false", "true"),
        ),
        Parameter("worker_index", "Worker index", "Which worker of a distributed task, from 0."),
    )

    def build(self, request: Request) -> Built:
        place = wandb.place(request)
        parts = place.parts()
        distributed = request.flag("is_distributed")
        page, id_parts = _distributed(request) if distributed else _run(request)
        if id_parts:
            parts += (Part(f"/{page}/", None), *wandb.check_id(id_parts))
        notes = (*place.notes(), *_divergences(request, distributed, has_id=bool(id_parts)))
        return Built(joined(parts), tuple(parts), place.host_is_variable, notes=notes)

    def identify(self, url: str) -> Identified | None:
        found = wandb.identify(url, self.kind, _PAGES)
        if found is None:
            return None
        identified, page = found
        parts = {**identified.parts, "page": page}
        return wandb.with_readings(replace(identified, parts=parts))


def _own_id(request: Request) -> list[Part]:
    """The id that was given, else the one that the plugin makes of run and action."""
    given = wandb.given_or_context(request, "id", "wandb_id")
    if given:
        return [wandb.piece(given)]
    return wandb.own_name(request)


def _distributed(request: Request) -> tuple[str, list[Part]]:
    """Links of a distributed task know nothing of a parent's W&B run."""
    page = "groups" if request.text("run_mode") == "new" else "runs"
    parts = _own_id(request)
    worker = request.whole("worker_index")
    if worker is not None and request.text("rank_scope") == "worker":
        parts.append(Part(f"-worker-{worker}", None))
    return page, parts


def _run(request: Request) -> tuple[str, list[Part]]:
    """Every mode but `new` takes the parent's run first, even before an id that was given."""
    mode = request.text("run_mode")
    parent = request.context.get("_wandb_run_id")
    if parent and mode != "new":
        return "runs", [wandb.piece((parent, "context._wandb_run_id"))]
    return "runs", [] if mode == "shared" else _own_id(request)


def _divergences(request: Request, distributed: bool, *, has_id: bool) -> tuple[str, ...]:
    """Where the plugin's own link is known to lead elsewhere than to the run that it starts."""
    given = wandb.given_or_context(request, "id", "wandb_id")
    mode = request.text("run_mode")
    if distributed:
        notes = _distributed_notes(request, mode, given[0]) if given else ()
    else:
        notes = _mode_notes(request.context, mode, given[0] if given else "")
    return (*notes, *_id_notes(given)) if given and has_id else notes


def _mode_notes(context: Mapping[str, str], mode: str, given: str) -> tuple[str, ...]:
    parent = context.get("_wandb_run_id")
    if parent and given and given != parent and mode != "new":
        return (f"The link leads to the parent's run; the task itself logs to `{given}`.",)
    if parent and mode not in {"new", "shared"} and context.get("wandb_run_mode") == "new":
        return ("The context asks for a new run, but the link leads to the parent's.",)
    if mode == "shared" and not parent:
        outcome = f"logs to `{given}`" if given else "fails"
        return (f"There is no parent's run: the link leads to the project; the task {outcome}.",)
    return ()


def _distributed_notes(request: Request, mode: str, given: str) -> tuple[str, ...]:
    if mode == "new":
        return (f"W&B's group is `<run>-<action>`; every rank logs to the run `{given}`.",)
    if request.text("rank_scope") == "worker" and request.whole("worker_index") is not None:
        return (f"Every worker logs to the run `{given}`, without the worker's suffix.",)
    return ()


def _id_notes(given: Piece) -> tuple[str, ...]:
    text, variable = given
    notes = []
    if variable and text.isdecimal():
        notes.append(f"The plugin hands `{text}` from the context to W&B as a number.")
    if _NOT_IN_RUN_ID.search(text):
        notes.append(f"W&B allows no run with the id `{text}`.")
    return tuple(notes)
