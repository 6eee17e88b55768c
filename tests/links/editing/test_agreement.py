"""What preview, impact and explain say of a definition is what resolution then stores."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkhub.links.backfill import advance_all
from linkhub.links.definitions import save_definition
from linkhub.links.documents import DefinitionDocument
from linkhub.links.editing.impact import KINDS, impact_of
from linkhub.links.editing.trying import try_on_run
from linkhub.links.explaining import explain_action, explain_run
from linkhub.links.models import Link, State
from linkhub.links.previewing import trial_of
from linkhub.links.work import drain
from linkhub.runs.models import Action, Pending, Run
from linkhub.runs.pending import mark
from tests import factories as make

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("LINKHUB_EXAMPLES", "8"))
Place = tuple[str, str | None, int | None, str | None]
Said = tuple[str, str]

TEMPLATES = st.sampled_from(
    [
        "https://b.example.com/{{ .runName }}",
        "https://b.example.com/{{ .context.board }}",
        "https://b.example.com/{{ .podName }}?t={{ .startTime | epoch_ms }}",
        "https://b.example.com/{{ .labels.team | default('none') }}",
        "{{ .context.host }}/x",
        "https://b.example.com/{{ .actionName }}/{{ .attempt }}",
    ]
)
SELECTS = st.fixed_dictionaries(
    {},
    optional={
        "workflow": st.sampled_from(["train", "tr*", "score"]),
        "task": st.sampled_from(["fit", "*"]),
        "phase": st.sampled_from(["running", ["failed", "succeeded"]]),
        "labels": st.sampled_from([{"team": "vision"}, {"team": "*"}]),
    },
)
RULES = st.sampled_from(
    [
        {},
        {"all": [{"variable": "context.board", "op": "exists"}]},
        {"any": [{"variable": "phase", "op": "equals", "value": "failed"}]},
        {"all": [{"variable": "attempt", "op": "gt", "value": 1}]},
    ]
)


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    made = draw(
        st.one_of(
            st.builds(lambda text: {"template": text}, TEMPLATES),
            st.just({"provider": "grafana_pod_logs"}),
            st.just({"provider": "wandb_run", "params": {"entity": "e", "project": "p"}}),
        )
    )
    return made | {
        "level": draw(st.sampled_from(["run", "action", "attempt", "pod"])),
        "select": draw(SELECTS),
        "when": draw(RULES),
        "show_while_pending": draw(st.booleans()),
        "hide_once_finished": draw(st.booleans()),
        "enabled": draw(st.sampled_from([True, True, True, False])),
    }


@st.composite
def worlds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Runs with an action each, as fields of their rows."""
    word = st.sampled_from(["", "x", "a/b"])
    context = st.fixed_dictionaries(
        {}, optional={"board": word, "host": st.just("https://elsewhere.example.com")}
    )
    run = st.fixed_dictionaries(
        {
            "workflow": st.sampled_from(["train", "score", ""]),
            "phase": st.sampled_from(["queued", "running", "failed", "succeeded"]),
            "labels": st.sampled_from([{}, {"team": "vision"}]),
            "context": context,
            "attempts": st.integers(0, 2),
            "attached": st.booleans(),
        }
    )
    return draw(st.lists(run, min_size=1, max_size=3))


def record(world: list[dict[str, Any]]) -> None:
    for number, fields in enumerate(world):
        own = {key: value for key, value in fields.items() if key in {"phase", "labels"}}
        run = make.make_run(f"run-{number}", workflow=fields["workflow"], **own)
        action = make.make_action(
            run, "a0", task="fit", phase=fields["phase"], context=fields["context"]
        )
        for attempt in range(1, fields["attempts"] + 1):
            make.make_pod(make.make_attempt(action, attempt, phase=fields["phase"]))
        if fields["attached"]:
            make.make_attached(run, action, key="board")


def resolve() -> None:
    units = [make.unit_of(each) for each in [*Run.objects.all(), *Action.objects.all()]]
    mark(units)
    advance_all()
    drain(Pending.Lane.MAIN, seconds=30)


def stored() -> dict[Place, Said]:
    rows = Link.objects.filter(key="board").values_list(
        "run__name", "action__name", "attempt__number", "pod__name", "state", "url"
    )
    return {
        (run, action, attempt, pod): (state, url if state == State.READY else "")
        for run, action, attempt, pod, state, url in rows
    }


def said(run: str, action: str | None, explanations: Any) -> dict[Place, Said]:
    found = {}
    for each in explanations:
        if each.wins:
            url = each.link.url if each.link.state == State.READY else ""
            place = (run, action, each.subject.attempt, each.subject.pod)
            found[place] = (each.link.state, url)
    return found


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(worlds(), definitions(), st.none() | definitions())
def test_they_agree_with_what_is_then_stored(
    world: list[dict[str, Any]], new: dict[str, Any], old: dict[str, Any] | None
) -> None:
    with transaction.atomic():
        agree(world, new, old)
        transaction.set_rollback(True)


def agree(world: list[dict[str, Any]], new: dict[str, Any], old: dict[str, Any] | None) -> None:
    record(world)
    if old is not None:
        save_definition(project=None, key="board", document=DefinitionDocument.model_validate(old))
    resolve()
    before = stored()
    document = DefinitionDocument.model_validate(new | {"key": "board"})
    trial, now = trial_of(document), timezone.now()
    impact = impact_of(trial, make.make_admin(f"root-{now.timestamp()}"), now=now)
    previewed = [(run, try_on_run(trial, run, now=now)) for run in Run.objects.all()]
    save_definition(project=None, key="board", document=document)
    resolve()
    after = stored()

    for run, tried in previewed:
        for each in tried:
            action = each.facts.action.name if each.facts.action else None
            shown = said(run.name, action, each.explanations)
            wanted = {
                place: link for place, link in after.items() if place[:2] == (run.name, action)
            }
            assert shown == wanted
    for run in Run.objects.all():
        now_run = said(run.name, None, explain_run(run, now=now, key="board"))
        actions = [
            said(run.name, one.name, explain_action(one, now=now, key="board"))
            for one in run.actions.all()
        ]
        explained = now_run | {place: link for each in actions for place, link in each.items()}
        assert explained == {place: link for place, link in after.items() if place[0] == run.name}
    counted = dict.fromkeys(KINDS, 0)
    for place in before.keys() | after.keys():
        was, will = before.get(place, ("", "")), after.get(place, ("", ""))
        if was != will:
            ready = was[0] == "ready", will[0] == "ready"
            kind = (
                KINDS[0]
                if ready == (False, True)
                else KINDS[1]
                if ready == (True, False)
                else KINDS[2]
            )
            counted[kind] += 1
    assert impact.counts == counted
    assert impact.whole
