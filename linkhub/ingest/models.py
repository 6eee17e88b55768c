"""Sources and the runs that each follows; events that arrived by themselves."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from linkhub.accounts.models import Project
from linkhub.runs.models import NAME_LENGTH, Run

DEFAULT_INTERVAL = timedelta(seconds=30)


class Source(models.Model):
    """A connector's configuration, cursor and health.

    Credentials are named by environment variable and never stored. `cursor` is the connector's
    own, by scope. `claim` and `claimed_until` are a lease: who polls holds it, and looks at the
    number again in every transaction that writes. `caught_up_at` is the beginning of the last
    poll after which nothing was left to read.
    """

    name = models.CharField(max_length=NAME_LENGTH)
    kind = models.CharField(max_length=64)
    address = models.CharField(max_length=2000, blank=True)
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    credentials_variable = models.CharField(max_length=NAME_LENGTH, blank=True)
    interval = models.DurationField(null=True, blank=True)
    enabled = models.BooleanField(default=True)
    cursor = models.JSONField(default=dict, blank=True)
    claim = models.BigIntegerField(null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True)
    next_poll_at = models.DateTimeField(db_default=Now(), editable=False)
    last_success_at = models.DateTimeField(null=True, blank=True)
    caught_up_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="source_natural_key"),
            models.CheckConstraint(condition=~Q(name=""), name="source_name_given"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def every(self) -> timedelta:
        """How long after one poll the next begins."""
        return self.interval or DEFAULT_INTERVAL


class FollowedRun(models.Model):
    """A run that a source has found: to be read when `due_at` comes, at rest without one.

    `project`, `domain` and `name` are the back end's. `mark` is what its list said of the run
    when it was found or last changed there; `progress` is the connector's own account of what it
    has read. Rows at rest stay until the cursor is past them, so that a list that is read again
    reads no finished run again.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="followed")
    project = models.CharField(max_length=NAME_LENGTH)
    domain = models.CharField(max_length=NAME_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH)
    created_at = models.DateTimeField()
    mark = models.CharField(max_length=64, blank=True)
    progress = models.JSONField(default=dict, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "project", "domain", "name"], name="followedrun_natural_key"
            ),
        ]
        indexes = [
            # Serves a poll, which reads what is due, and the count of runs that are followed.
            models.Index(
                fields=["source", "due_at"],
                condition=Q(due_at__isnull=False),
                name="followedrun_due",
            ),
            # Serves the health page: the few runs that cannot be read.
            models.Index(
                fields=["source"], condition=Q(failures__gt=0), name="followedrun_failing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}/{self.domain}/{self.name}"


class Arrival(models.Model):
    """An event that was accepted and is not recorded yet: the row is the queue.

    `body` is what will be recorded, as its kind wrote it. One that cannot be recorded rests with
    its error, without `due_at`, and is forgotten after a while.
    """

    class Kind(models.TextChoices):
        OPENLINEAGE = "openlineage"
        CLOUDEVENTS = "cloudevents"

    kind = models.CharField(max_length=16, choices=Kind)
    project = models.ForeignKey(Project, models.CASCADE)
    domain = models.CharField(max_length=NAME_LENGTH)
    body = models.TextField()
    received_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now(), null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            # Serves whoever records: what is due, the oldest first.
            models.Index(fields=["id"], condition=Q(due_at__isnull=False), name="arrival_due"),
            # Serves the clearing of what rests.
            models.Index(
                fields=["received_at"], condition=Q(due_at__isnull=True), name="arrival_resting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.received_at}"


class LineageRun(models.Model):
    """By which names a run id of OpenLineage's is known here: of a run, or of one of its actions.

    What runs below it names it by that id alone. Goes with its run.
    """

    project = models.ForeignKey(Project, models.CASCADE, db_index=False)
    uuid = models.UUIDField()
    run = models.ForeignKey(Run, models.CASCADE)
    action = models.CharField(max_length=NAME_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "uuid"], name="lineagerun_natural_key"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)
