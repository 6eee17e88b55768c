"""What the editor shows of a definition that is being written: what is wrong, or what it gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from linkhub.links.admin_definition_form import DefinitionForm
from linkhub.links.editing.catalogue import Word
from linkhub.links.editing.trying import Matches, Tried
from linkhub.links.editing.wording import in_words
from linkhub.links.language import Part, TemplateError, compile_template, compile_text
from linkhub.links.language.catalogue import BY_NAME
from linkhub.links.models import State
from linkhub.links.previewing import Trial
from linkhub.links.resolving.explain import Explanation
from linkhub.links.resolving.facts import Subject, UnitFacts
from linkhub.links.resolving.origins import UsedVariable
from linkhub.links.resolving.subjects import Scope, views
from linkhub.runs.models import Run

NO_LINK = "no link"
UNDECIDED = "undecided"
NEEDS_WORKER = "A Python class gives this link's URL, and only a worker may run it."
MOST_ITEMS = 6
MOST_NAMES = 200
LONGEST_HINT = 80
# Of a long template, what stands around the mistake.
AROUND = 24
_MAPS = {"context": "context", "labels": "labels", "taskconfig": "taskConfig"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one field. `line` and `caret`: the source around it, and the place under
    it; `column` counts from 1, 0 where there is none; `fix`: what was most likely meant."""

    field: str
    label: str
    message: str
    line: str = ""
    caret: str = ""
    column: int = 0
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What comes out for one subject."""

    place: str
    name: str
    state: str
    reason: str
    url: str
    parts: Sequence[Part]
    notes: Sequence[str]
    variables: Sequence[UsedVariable]


@dataclass(frozen=True, slots=True)
class RunChoice:
    """A run that it can be tried on; `address` is what the form sends."""

    address: str
    name: str
    about: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Outcomes:
    """`items` of `shown`, the run that it is tried on; `more` of them are left out."""

    words: str
    runs: Sequence[RunChoice] = ()
    shown: str = ""
    page: Run | None = None
    items: Sequence[Item] = ()
    more: int = 0
    whole: bool = True
    names: Sequence[Word] = field(default_factory=list)


def problems_of(form: DefinitionForm) -> list[Problem]:
    """What is wrong, as the form says it; under the character where a template does not read."""
    return [
        _problem(form, name, message)
        for name, messages in form.errors.items()
        for message in map(str, messages)
    ]


def outcomes_of(form: DefinitionForm, trial: Trial, found: Matches, *, now: datetime) -> Outcomes:
    items = [item for tried in found.tried for item in _items(trial, tried)]
    items.sort(key=lambda item: (item.state == NO_LINK, item.state != State.READY))
    shown = [*found.runs]
    if found.chosen is not None and found.chosen not in shown:
        shown.append(found.chosen)
    project = form.owner.name if form.owner else None
    return Outcomes(
        words=in_words(form.document.model_copy(update={"project": project})),
        runs=[_run(run, found.chosen) for run in shown],
        shown=found.chosen.name if found.chosen else "",
        page=found.chosen,
        items=items[:MOST_ITEMS],
        more=max(0, len(items) - MOST_ITEMS),
        whole=found.whole,
        names=list(_names(found.tried[0].facts, trial, now))[:MOST_NAMES] if found.tried else [],
    )


def _items(trial: Trial, tried: Tried) -> Iterator[Item]:
    for found in tried.explanations:
        if found.layer == trial.own.layer:
            yield _item(tried.facts, found)


def _item(facts: UnitFacts, found: Explanation) -> Item:
    link = found.link
    state = NO_LINK if link is None else link.state or UNDECIDED
    reason = found.why if link is None else link.reason
    ready = state == State.READY
    return Item(
        place=_place(facts, found.subject),
        name=found.name,
        state=state,
        reason=NEEDS_WORKER if state == UNDECIDED else reason,
        url=link.url if link and ready else "",
        parts=found.parts,
        notes=link.notes if link else (),
        variables=found.variables,
    )


def _place(facts: UnitFacts, subject: Subject) -> str:
    """Such as "action a0, attempt 1, pod r7-a0-0"."""
    if facts.run is None:
        return f"project {facts.project}"
    words = [f"action {facts.action.name}" if facts.action else f"run {facts.run.name}"]
    if subject.attempt is not None:
        words.append(f"attempt {subject.attempt}")
    if subject.pod is not None:
        words.append(f"pod {subject.pod}")
    return ", ".join(words)


def _run(run: Run, chosen: Run | None) -> RunChoice:
    workflow = run.workflow.name if run.workflow else "no workflow"
    about = f"{run.project.name} / {run.domain} · {workflow} · {run.created_at:%Y-%m-%d %H:%M}"
    return RunChoice(address_of(run), run.name, about, run == chosen)


def address_of(run: Run) -> str:
    """What a form sends for a run: a key of its own, never the primary key alone."""
    return f"{run.project.name}/{run.domain}/{run.name}"


def _names(facts: UnitFacts, trial: Trial, now: datetime) -> Iterator[Word]:
    """What a template can read here, with the values that it has on this run."""
    found = list(views(Scope(facts, now), frozenset({trial.own.level})))
    values = found[-1].values()
    for name, value in values.plain.items():
        if isinstance(value, str | int) and value != "" and name in BY_NAME:
            yield Word(BY_NAME[name].name, f"= {value}"[:LONGEST_HINT])
    for name, spelt in _MAPS.items():
        for key, value in values.maps.get(name, {}).items():
            yield Word(_of_key(spelt, key), f"= {value}"[:LONGEST_HINT])


def _of_key(name: str, key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return f"{name}.{key}" if plain.isalnum() else f'{name}["{key}"]'


def _problem(form: DefinitionForm, name: str, message: str) -> Problem:
    field = form.fields.get(name)
    label = str((field.label if field else "") or name.replace("_", " ")).capitalize()
    at = f"id_{name}" if field else ""
    if name == "__all__":
        return Problem("", "", message)
    source = form.data.get(name, "") if name in {"template", "name"} else ""
    if name == "params" and ": " in message:
        parameter, _, message = message.partition(": ")
        source, at = form.data.get(f"params-{parameter}", ""), f"id_params-{parameter}"
        label = f"Parameter {parameter}"
    error = _template_error(source, is_url=name == "template")
    if error is None:
        return Problem(at, label, message)
    line, caret = _pointed(source, error.column)
    return Problem(at, label, error.message, line, caret, error.column, error.suggestion)


def _template_error(source: str, *, is_url: bool) -> TemplateError | None:
    try:
        (compile_template if is_url else compile_text)(source)
    except TemplateError as error:
        return error
    return None


def _pointed(source: str, column: int) -> tuple[str, str]:
    """The line around the column, and a caret that stands right below it."""
    at = min(max(column - 1, 0), len(source))
    begins = max(source.rfind("\n", 0, at) + 1, at - AROUND)
    ends = source.find("\n", at)
    line = source[begins : min(ends if ends >= 0 else len(source), at + AROUND)]
    return line, " " * (at - begins) + "^"
