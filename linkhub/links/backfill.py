"""Old runs following a change: marking them as to be resolved, the newest first.

A backfill only adds Pending rows at low priority, a bounded number at a time, so new runs always
go first. It walks over the runs by (created, id) and marks the units that were resolved before
its change and that it reaches (`reached.py`); the others are right already. A unit that a worker
is just resolving is marked too: that worker may have read the definitions before the change.

Before that it walks over the runs that the change is meant for alone (`near.py`), so that these do
not wait until all others have been looked at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet, Value
from django.db.models.functions import Concat, Now
from django.utils import timezone

from linkhub.accounts.models import Project
from linkhub.links.load import load_catalogue
from linkhub.links.models import Backfill, Resolved
from linkhub.links.near import Near, near_of
from linkhub.links.reached import Older, divide, lock_older, move_on
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.runs.models import Pending, Run, Task
from linkhub.runs.nudges import nudge_backfills
from linkhub.runs.pending import Unit, mark

# How many runs are looked at together, and how often in one step.
WINDOW = 500
WINDOWS = 20
# Beyond this many units, the total is the planner's estimate.
COUNTED = 10_000
SAVED = ("marked", "status", "finished_at", "near", "cursor_created", "cursor_run")
# By the catalogue's change value, what it is meant for.
Guesses: TypeAlias = dict[int, Near | None]
TAKEN_OVER = "; taken over by a later change"


def start_backfill(*, change: int, project: Project | None, reason: str) -> Backfill:
    """Have the units of `project` (None: of all) follow the change; in the change's transaction.

    A running backfill of the same or a narrower scope is taken over: this one covers it, and
    begins anew with the newest runs.
    """
    _cover_tasks()
    transaction.on_commit(nudge_backfills, robust=True)
    return _start(change, None if project is None else project.pk, reason)


def cancel_backfill(backfill: Backfill) -> bool:
    """Stop marking; return whether it was still running. What is marked is still resolved."""
    running = Backfill.objects.filter(pk=backfill.pk, status=Backfill.Status.RUNNING)
    return bool(running.update(status=Backfill.Status.CANCELLED, finished_at=Now()))


def advance_all(*, room_for: float = 0.0) -> int:
    """Let each running backfill mark its next units; return how many were marked.

    Together they keep at most LINKHUB_BACKFILL_PENDING units waiting; nothing is done where there
    is less room than for a share `room_for` of them.
    """
    with transaction.atomic():
        _cover_tasks()
    # What workers are at needs no room: they are to find the next when they have done it.
    most = settings.LINKHUB_BACKFILL_PENDING
    room = most - waiting().filter(claim=None).count()
    if room < room_for * most:
        return 0
    marked = 0
    for pk in Backfill.objects.filter(status=Backfill.Status.RUNNING).values_list("pk", flat=True):
        marked += advance(pk, limit=room - marked)
    return marked


def advance(pk: int, *, limit: int) -> int:
    """Mark up to `limit` of a backfill's next units; return how many were marked.

    The last few are left for the next time: where a window's units are not all to be marked, each
    window would be looked at for half of what is left, and again for half of that.
    """
    marked = 0
    guesses: Guesses = {}
    for _ in range(WINDOWS):
        if limit - marked <= limit // 4:
            break
        with transaction.atomic():
            found = _step(pk, limit - marked, guesses)
        if found is None:
            break
        marked += found
    return marked


def mark_new_projects() -> int:
    """Mark the projects whose own level was never resolved; return how many.

    They are made in several places, below this one and by hand; a recorder that marked its
    project would have all recorders of the project wait for each other.
    """
    known = Resolved.objects.filter(run=None).values("project_id")
    queued = Pending.objects.filter(run=None).values("project_id")
    new = Project.objects.exclude(pk__in=known).exclude(pk__in=queued)
    return mark([Unit(pk) for pk in new.values_list("pk", flat=True)])


def waiting() -> QuerySet[Pending]:
    """What backfills have marked and workers have not resolved yet."""
    return Pending.objects.filter(
        priority=Pending.Priority.BACKFILL,
        lane=Pending.Lane.MAIN,
        attempts__lt=settings.LINKHUB_MAX_ATTEMPTS,
    )


def _start(change: int, project_id: int | None, reason: str) -> Backfill:
    covered = Backfill.objects.filter(status=Backfill.Status.RUNNING, change__lte=change)
    if project_id is not None:
        covered = covered.filter(project=project_id)
    covered.update(
        status=Backfill.Status.CANCELLED,
        finished_at=Now(),
        reason=Concat(F("reason"), Value(TAKEN_OVER)),
    )
    total = _stale_units(change, project_id)
    return Backfill.objects.create(change=change, project_id=project_id, reason=reason, total=total)


def _cover_tasks() -> None:
    """Start backfills for the tasks' static links that changed since the latest backfill.

    Recording stores those changes and cannot call up to here. Change values are committed in
    order, so whatever is below the latest backfill's was seen when that one started.
    """
    latest = Backfill.objects.aggregate(latest=Max("change"))["latest"] or 0
    changed = Task.objects.filter(change__gt=latest).values_list("project_id")
    for project_id, change in changed.annotate(newest=Max("change")).order_by("newest"):
        _start(change, project_id, "static links of tasks")


def _stale_units(change: int, project_id: int | None) -> int:
    """About how many units there are to mark: exact as long as that is cheap to count."""
    stale = Resolved.objects.filter(change__lt=change)
    if project_id is not None:
        stale = stale.filter(project=project_id)
    counted = stale.values("pk")[: COUNTED + 1].count()
    if counted <= COUNTED:
        return counted
    [plan] = json.loads(stale.values("pk").explain(format="json"))
    return max(counted, int(plan["Plan"]["Plan Rows"]))


def _step(pk: int, limit: int, guesses: Guesses) -> int | None:
    """Mark what is stale of the next runs; None at the end, or where another worker is at it.

    A transaction of its own, since everyone locks runs before Pending rows.
    """
    running = Backfill.objects.filter(pk=pk, status=Backfill.Status.RUNNING)
    backfill = running.select_for_update(skip_locked=True).first()
    if backfill is None:
        return None
    # Read before the units: whoever takes up one of them from here on knows as much.
    catalogue = load_catalogue()
    near, runs = _runs_to_look_at(backfill, catalogue, guesses)
    levels = {"own": near.runs, "actions": near.actions} if near else {}
    older = lock_older([pk for _, pk in runs], backfill.change, limit, **levels)
    # Those near are looked at again with the others: what is sure is enough here.
    again, passed = divide(older, catalogue, by_keys=near is None)
    projects = _stale_projects(backfill) if backfill.cursor_run is None else []
    units = [*projects, *(one.unit for one in again)]
    marked = mark(units, priority=Pending.Priority.BACKFILL)
    if near is None:
        move_on(passed, catalogue.change)
        backfill.marked += len(passed)
    _move(backfill, runs, older, full=len(older) == limit)
    # The walk has ended; the backfill ends when what it marked has been resolved.
    if not runs and not waiting().exists():
        backfill.status, backfill.finished_at = Backfill.Status.DONE, timezone.now()
    backfill.marked += marked
    backfill.save(update_fields=SAVED)
    return marked if runs else None


def _runs_to_look_at(
    backfill: Backfill, catalogue: Catalogue, guesses: Guesses
) -> tuple[Near | None, list[tuple[datetime, int]]]:
    """The next that the change is meant for; behind the last of these, all from the newest on."""
    if backfill.near:
        # It goes through all workflows: once for the windows of a round.
        if catalogue.change not in guesses:
            guesses[catalogue.change] = near_of(catalogue)
        near = guesses[catalogue.change]
        if near and (runs := list(_next_runs(backfill, near.workflows))):
            return near, runs
        backfill.near, backfill.cursor_created, backfill.cursor_run = False, None, None
    return None, list(_next_runs(backfill))


def _stale_projects(backfill: Backfill) -> list[Unit]:
    resolved = Resolved.objects.filter(run=None, change__gte=backfill.change)
    queued = Pending.objects.filter(
        lane=Pending.Lane.MAIN,
        run=None,
        claim=None,
        attempts__lt=settings.LINKHUB_MAX_ATTEMPTS,
    )
    projects = Project.objects.exclude(pk__in=resolved.values("project_id")).exclude(
        pk__in=queued.values("project_id")
    )
    if backfill.project_id is not None:
        projects = projects.filter(pk=backfill.project_id)
    return [Unit(pk) for pk in projects.values_list("pk", flat=True)]


def _next_runs(
    backfill: Backfill, workflows: Sequence[int] = ()
) -> QuerySet[Run, tuple[datetime, int]]:
    runs = Run.objects.order_by("-created_at", "-pk")
    if workflows:
        runs = runs.filter(workflow__any_of=workflows)
    if backfill.project_id is not None:
        runs = runs.filter(project=backfill.project_id)
    created, pk = backfill.cursor_created, backfill.cursor_run
    if created is not None and pk is not None:
        # The first condition says what the second says already: the index knows times alone.
        runs = runs.filter(created_at__lte=created).filter(
            Q(created_at__lt=created) | Q(created_at=created, pk__lt=pk)
        )
    return runs.values_list("created_at", "pk")[:WINDOW]


def _move(
    backfill: Backfill, runs: list[tuple[datetime, int]], older: list[Older], *, full: bool
) -> None:
    """Move the cursor behind the last run that is done as a whole."""
    done = [pk for _, pk in runs].index(older[-1].run_id) if full else len(runs)
    if done:
        backfill.cursor_created, backfill.cursor_run = runs[done - 1]
