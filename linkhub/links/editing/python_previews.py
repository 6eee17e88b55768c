"""Previews of Python `Link` classes: asked for by the web process, tried by a worker alone.

The row is the question and, later, the answer; the message is a nudge for it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from pydantic import ValidationError

from linkhub.accounts.models import User
from linkhub.links.checks import Invalid
from linkhub.links.documents import DefinitionDocument
from linkhub.links.editing.models import PythonPreview
from linkhub.links.load import load_units
from linkhub.links.models import State
from linkhub.links.previewing import trial_of
from linkhub.links.python_lane import allowance
from linkhub.links.resolving.explain import Explanation, explain_unit
from linkhub.runs.models import Pending
from linkhub.runs.nudges import QUEUES
from linkhub.runs.pending import Unit

TASK = "linkhub.links.preview_python"
# Of one run: a person waits for them.
MOST_UNITS = 3

log = structlog.get_logger(__name__)


def ask(user: User, document: DefinitionDocument, units: Iterable[Unit]) -> uuid.UUID:
    """Have a worker try the definition; return the ticket by which its answer is asked for."""
    ticket = uuid.uuid4()
    wanted = [[one.project_id, one.run_id, one.action_id] for one in units][:MOST_UNITS]
    given = {"definition": document.model_dump(mode="json"), "units": wanted, "answer": None}
    PythonPreview.objects.update_or_create(
        user=user, defaults=given | {"ticket": ticket, "asked_at": timezone.now()}
    )
    transaction.on_commit(lambda: _nudge(ticket), robust=True)
    return ticket


def answer_to(user: User, ticket: uuid.UUID) -> list[dict[str, str]] | None:
    """One link an item: `place`, `state`, `url`, `reason`; none while no worker has answered."""
    found = PythonPreview.objects.filter(user=user, ticket=ticket).first()
    return found.answer if found else []


def try_in_worker(ticket: uuid.UUID) -> None:
    """Run the class and keep what it gives; nothing where it is no longer asked for."""
    asked = PythonPreview.objects.filter(ticket=ticket, answer__isnull=True).first()
    if asked is None:
        return
    units = [Unit(*ids) for ids in asked.units]
    try:
        found = _tried(DefinitionDocument.model_validate(asked.definition), units)
    except (Invalid, ValidationError) as error:
        found = [{"place": "", "state": State.FAILED.value, "url": "", "reason": str(error)}]
    PythonPreview.objects.filter(ticket=ticket).update(answer=found)


def _tried(document: DefinitionDocument, units: Sequence[Unit]) -> list[dict[str, str]]:
    trial = trial_of(document)
    python = allowance()
    return [
        _said(facts.action.name if facts.action else "", one)
        for facts in load_units(units).values()
        for one in explain_unit(
            facts, trial.after, now=timezone.now(), key=trial.key, python=python
        )
        if one.layer == trial.own.layer
    ]


def _said(action: str, found: Explanation) -> dict[str, Any]:
    link = found.link
    if link is None:
        return {"place": action, "state": "no link", "url": "", "reason": found.why}
    url = link.url if link.state == State.READY else ""
    return {"place": action, "state": link.state, "url": url, "reason": link.reason}


def _nudge(ticket: uuid.UUID) -> None:
    """Where Redis is away nothing is tried: the page says that it still waits."""
    if not settings.REDIS_URL:
        return
    queue = QUEUES[Pending.Lane.PYTHON]
    try:
        current_app.send_task(
            TASK, kwargs={"ticket": str(ticket)}, queue=queue, retry=False, expires=60
        )
    except OperationalError as error:
        log.warning("preview_lost", error=str(error))
