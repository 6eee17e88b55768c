"""Recorded facts: what ran, where, when, and the links that came with it.

Every table has an integer key inside and a natural key outside. A foreign key has no index of
its own where a constraint or index begins with it. `stamps` keeps, per field and
per map key, the microsecond since 1970 at which the value held was true; `observed` keeps, per
phase, when it was last seen. `linkhub/runs/merge.py` reads and writes both.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from linkhub.accounts.models import ApiToken, Project, User
from linkhub.runs.phases import Phase

NAME_LENGTH = 255


def known_phase(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(phase__isnull=True) | Q(phase__in=Phase.values), name=name
    )


class Recorded(models.Model):
    """What every recorded row carries for merging: see `linkhub/runs/merge.py`."""

    stamps = models.JSONField(default=dict)

    class Meta:
        abstract = True


class Phased(Recorded):
    """A recorded row with a phase and the times of its life, all UTC."""

    phase = models.CharField(max_length=24, choices=Phase, null=True, blank=True)
    observed = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Workflow(models.Model):
    """What runs execute; `latest_run` is the newest by (created, id)."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="workflows", db_index=False)
    domain = models.CharField(max_length=NAME_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH)
    latest_run = models.ForeignKey("Run", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "domain", "name"], name="workflow_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, viewer: User | Any | ApiToken) -> RunQuerySet:
        """The runs of the projects that `viewer` may see."""
        return self.filter(project__in=Project.objects.visible_to(viewer))


class Run(Phased):
    """One execution of a workflow. `created_at` is the first receipt until it is given."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="runs", db_index=False)
    domain = models.CharField(max_length=NAME_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH)
    workflow = models.ForeignKey(
        Workflow, models.SET_NULL, null=True, blank=True, related_name="runs", db_index=False
    )
    version = models.CharField(max_length=NAME_LENGTH, blank=True)
    engine = models.CharField(max_length=64, blank=True)
    org = models.CharField(max_length=NAME_LENGTH, blank=True)
    launched_by = models.CharField(max_length=NAME_LENGTH, blank=True)
    cluster = models.CharField(max_length=NAME_LENGTH, blank=True)
    namespace = models.CharField(max_length=NAME_LENGTH, blank=True)
    source = models.CharField(max_length=NAME_LENGTH, blank=True)
    source_url = models.TextField(blank=True)
    labels = models.JSONField(default=dict)
    context = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    reopened_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[RunQuerySet] = RunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "domain", "name"], name="run_natural_key"),
            known_phase("run_phase_known"),
        ]
        indexes = [
            # The all-workflow table and GET /runs over every project.
            models.Index(
                fields=["-created_at", "-name", "-domain", "project"], name="run_by_created"
            ),
            # A project's pages, and GET /runs?project=.
            models.Index(
                fields=["project", "-created_at", "-name", "-domain"], name="run_by_project_created"
            ),
            # A workflow's page, its latest run, previous and next run.
            models.Index(fields=["workflow", "-created_at", "-id"], name="run_by_workflow_created"),
            # order=-ended.
            models.Index(
                fields=["project", "-ended_at", "-name", "-domain"],
                condition=Q(ended_at__isnull=False),
                name="run_by_project_ended",
            ),
            # order=-ended over every project.
            models.Index(
                fields=["-ended_at", "-name", "-domain"],
                condition=Q(ended_at__isnull=False),
                name="run_by_ended",
            ),
            # user=: what one person launched, the newest first.
            models.Index(
                fields=["launched_by", "-created_at"],
                condition=~Q(launched_by=""),
                name="run_by_user_created",
            ),
            # /find by a run's name alone.
            models.Index(fields=["name"], name="run_by_name"),
            # Suggestions by how a run's name begins, in the projects that one may see.
            models.Index(
                fields=["project", "name"],
                opclasses=["int8_ops", "varchar_pattern_ops"],
                name="run_by_project_name",
            ),
            # label=k=v.
            GinIndex(fields=["labels"], opclasses=["jsonb_path_ops"], name="run_by_labels"),
        ]

    def __str__(self) -> str:
        return self.name


class Task(Recorded):
    """What actions execute. `links` are the task's static attached links, held once."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="tasks", db_index=False)
    name = models.CharField(max_length=NAME_LENGTH)
    version = models.CharField(max_length=NAME_LENGTH, blank=True)
    links = models.JSONField(default=list)
    change = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "version"], name="task_natural_key"),
        ]
        indexes = [
            # The units that a change of static links makes stale.
            models.Index(fields=["change"], condition=Q(change__gt=0), name="task_by_change"),
        ]

    def __str__(self) -> str:
        return self.name


class Action(Phased):
    """One step of a run. The parent is kept by name: it may be recorded later, or never.

    `context` is null where none was recorded: then the parent's counts, or the run's.
    `task_version` is the action's own; without one, `task` is of the run's version.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="actions", db_index=False)
    name = models.CharField(max_length=NAME_LENGTH)
    parent = models.CharField(max_length=NAME_LENGTH, blank=True)
    task = models.ForeignKey(Task, models.RESTRICT, null=True, blank=True, related_name="+")
    task_version = models.CharField(max_length=NAME_LENGTH, blank=True)
    task_type = models.CharField(max_length=NAME_LENGTH, blank=True)
    labels = models.JSONField(default=dict)
    context = models.JSONField(null=True, blank=True)
    task_config = models.JSONField(default=dict)
    replaces_task_links = models.BooleanField(default=False)
    reopened_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="action_natural_key"),
            known_phase("action_phase_known"),
        ]
        indexes = [
            # The run page's tree; descendants that take their context from a parent.
            models.Index(fields=["run", "parent"], name="action_by_parent"),
            # /find by an action's name alone.
            models.Index(fields=["name"], name="action_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Attempt(Phased):
    """One try of an action, numbered from 1. `variables` are a back end's extra ones."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="attempts", db_index=False)
    number = models.PositiveIntegerField()
    cluster = models.CharField(max_length=NAME_LENGTH, blank=True)
    generated_name = models.CharField(max_length=NAME_LENGTH, blank=True)
    variables = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "number"], name="attempt_natural_key"),
            models.CheckConstraint(condition=Q(number__gte=1), name="attempt_number_from_1"),
            known_phase("attempt_phase_known"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}"


class Pod(Recorded):
    """Where an attempt ran; a distributed attempt has one per worker."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="pods", db_index=False)
    name = models.CharField(max_length=NAME_LENGTH)
    uid = models.CharField(max_length=NAME_LENGTH, blank=True)
    namespace = models.CharField(max_length=NAME_LENGTH, blank=True)
    container = models.CharField(max_length=NAME_LENGTH, blank=True)
    container_id = models.CharField(max_length=NAME_LENGTH, blank=True)
    hostname = models.CharField(max_length=NAME_LENGTH, blank=True)
    node = models.CharField(max_length=NAME_LENGTH, blank=True)
    worker_index = models.PositiveIntegerField(null=True, blank=True)
    primary = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "name"], name="pod_natural_key"),
        ]
        indexes = [
            # /find by pod.
            models.Index(fields=["name"], name="pod_by_name"),
            models.Index(fields=["uid"], condition=~Q(uid=""), name="pod_by_uid"),
        ]

    def __str__(self) -> str:
        return self.name


class AttachedLink(models.Model):
    """A link that came with a run or action: its override layer, or emitted while it ran.

    `body` is the link as recorded, in our own spelling (`linkhub/runs/attached.py`); the
    identity columns stand beside it. `attempt` 0 and `pod` "" mean: not given.
    """

    class Layer(models.TextChoices):
        OVERRIDE = "override"
        EMITTED = "emitted"

    run = models.ForeignKey(Run, models.CASCADE, related_name="attached_links", db_index=False)
    action = models.ForeignKey(
        Action, models.CASCADE, null=True, blank=True, related_name="attached_links"
    )
    layer = models.CharField(max_length=10, choices=Layer)
    key = models.CharField(max_length=NAME_LENGTH)
    attempt = models.PositiveIntegerField(default=0)
    pod = models.CharField(max_length=NAME_LENGTH, blank=True)
    position = models.PositiveIntegerField(default=0)
    body = models.JSONField()
    stamp = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "action", "layer", "key", "attempt", "pod"],
                name="attachedlink_natural_key",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(layer__in=["override", "emitted"]), name="attachedlink_layer_known"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Pending(models.Model):
    """What is to be resolved. The row is the queue: see `linkhub/runs/pending.py`.

    The unit is one action (run and action given), a run's own level (run given), or a
    project's (neither). Generations and claims come from a sequence, never reused.
    """

    class Lane(models.TextChoices):
        MAIN = "main"
        PYTHON = "python"

    class Priority(models.IntegerChoices):
        BACKFILL = 0
        NORMAL = 10

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="+")
    action = models.ForeignKey(Action, models.CASCADE, null=True, related_name="+")
    lane = models.CharField(max_length=8, choices=Lane, default=Lane.MAIN)
    priority = models.SmallIntegerField(choices=Priority, default=Priority.NORMAL)
    generation = models.BigIntegerField()
    claim = models.BigIntegerField(null=True)
    claimed_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    queued_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "pending"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "run", "action", "lane"],
                name="pending_unit",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(action__isnull=True) | Q(run__isnull=False),
                name="pending_action_has_run",
            ),
        ]
        indexes = [
            # Claiming: the next rows of a lane.
            models.Index(fields=["lane", "-priority", "not_before", "id"], name="pending_to_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.lane}:{self.project_id}/{self.run_id}/{self.action_id}"


class WorkflowDay(models.Model):
    """A day's outcomes of a workflow, for strips and coverage; days in UTC.

    `outcomes` is phase -> number of runs created that day; `coverage` is tool -> [runs with a
    ready link, runs whose link is decided]: one that still waits, is hidden or has expired counts
    as neither. A marked day is recomputed from its runs, never incremented, and not before
    `due_at`: the more runs a day has, the longer its pause (`linkhub/links/days.py`).
    """

    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    outcomes = models.JSONField(default=dict)
    coverage = models.JSONField(default=dict)
    marked = models.BooleanField(default=True)
    due_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workflow", "day"], name="workflowday_natural_key"),
        ]
        indexes = [
            # The task that recomputes marked days.
            models.Index(fields=["id"], condition=Q(marked=True), name="workflowday_marked"),
        ]

    def __str__(self) -> str:
        return f"{self.workflow_id} {self.day}"


class DayMark(models.Model):
    """A workflow's day has changed: appended by whoever changed it, see `linkhub/runs/days.py`.

    No foreign key and nothing unique, so that appending waits for nobody and locks nothing.
    """

    workflow_id = models.BigIntegerField()
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.workflow_id} {self.day}"


class ChangeCounter(models.Model):
    """The instance's one counter of changes that reach links.

    One row, taken by UPDATE ... RETURNING, so that values are committed in order. A sequence
    would let a later value commit first, and a worker would miss the earlier one. `wide` is the
    latest value that may reach any link: a tool's, the settings', the code's. All others stand on
    the row that changed, a definition or a task, and reach what that row is for.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    value = models.BigIntegerField(default=0)
    wide = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="changecounter_one_row")]

    def __str__(self) -> str:
        return str(self.value)
