"""What admins define, and what became of it: tools, definitions, and their links."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from simple_history.models import HistoricalRecords

from linkhub.accounts.models import ApiToken, Project, User
from linkhub.links.checking.models import Target
from linkhub.links.editing.models import PythonPreview
from linkhub.links.edits import current_author, current_user, current_way
from linkhub.links.usage.models import ClickDay, Tally
from linkhub.runs.models import NAME_LENGTH, Action, Attempt, Pod, Run

__all__ = [
    "Backfill",
    "ClickDay",
    "Level",
    "Link",
    "LinkDefinition",
    "LinkType",
    "Origin",
    "PythonPreview",
    "Resolved",
    "State",
    "Tally",
    "Target",
    "Tool",
]


class Level(models.TextChoices):
    """What one link is made for, from the widest to the deepest."""

    PROJECT = "project"
    RUN = "run"
    ACTION = "action"
    ATTEMPT = "attempt"
    POD = "pod"


class LinkType(models.TextChoices):
    EXTERNAL = "external"
    DASHBOARD = "dashboard"
    LOGS = "logs"
    IDE = "ide"


class State(models.TextChoices):
    """A link's state, in the order in which it is decided; `ready` is the last."""

    HIDDEN = "hidden"
    EXPIRED = "expired"
    WAITING = "waiting"
    MISSING = "missing"
    FAILED = "failed"
    BLOCKED = "blocked"
    READY = "ready"


class Origin(models.TextChoices):
    """The layer a link came from, lowest precedence first."""

    INSTANCE = "instance"
    PROJECT = "project"
    TASK = "task"
    OVERRIDE = "override"
    EMITTED = "emitted"


class HistoryRow(models.Model):
    """What a row of history says beside the user, the time and the reason.

    `author` is the API token where no user made the change; `way` is how it came (`edits.py`).
    """

    author = models.CharField(max_length=255, default=current_author, db_default="")
    way = models.CharField(max_length=50, default=current_way, db_default="")

    class Meta:
        abstract = True


def _history() -> HistoricalRecords:
    return HistoricalRecords(
        excluded_fields=["change"],
        bases=[HistoryRow],
        get_user=current_user,
        history_change_reason_field=models.TextField(null=True),
    )


class Tool(models.Model):
    """A configured instance of an outside system: "our Grafana".

    `overrides` is a list of `{"domain": glob, "cluster": glob, "base_url", "settings"}`; the
    first that matches wins. `change` is the counter's value at the last edit. `managed_by` is the
    label of the file that keeps it, which alone may change it (`as_code/`). With `check_links` a
    worker asks whether what its links lead to is there (`checking/`).
    """

    name = models.CharField(max_length=NAME_LENGTH)
    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=NAME_LENGTH, blank=True)
    base_url = models.CharField(max_length=2000, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    overrides = models.JSONField(default=list, blank=True)
    icon = models.CharField(max_length=NAME_LENGTH, blank=True)
    position = models.IntegerField(default=0)
    check_links = models.BooleanField(default=False, db_default=False)
    managed_by = models.CharField(
        max_length=100, blank=True, default="", db_default="", editable=False
    )
    change = models.BigIntegerField(default=0, editable=False)
    history = _history()

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["name"], name="tool_natural_key")]

    def __str__(self) -> str:
        return self.title or self.name


class DefinitionQuerySet(models.QuerySet["LinkDefinition"]):
    def alive(self) -> DefinitionQuerySet:
        """Without the tombstones that deleted definitions leave."""
        return self.filter(deleted=False)

    def visible_to(self, viewer: User | ApiToken) -> DefinitionQuerySet:
        """The instance's own and those of the projects that `viewer` may see."""
        projects = Project.objects.visible_to(viewer)
        return self.filter(Q(project__isnull=True) | Q(project__in=projects))


class LinkDefinition(models.Model):
    """What an admin writes: how a link is made, for which executions, shown how and when.

    Owned by the instance (no project) or by one project. A deleted one stays as a tombstone
    with its change value, so that units resolved before can be told stale. `managed_by` is the
    label of the file that keeps it, which alone may change it (`as_code/`).
    """

    project = models.ForeignKey(
        Project,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="link_definitions",
        db_index=False,
    )
    key = models.SlugField(max_length=NAME_LENGTH, db_index=False)
    name = models.CharField(max_length=2000)
    description = models.TextField(blank=True)
    level = models.CharField(max_length=8, choices=Level, default=Level.ACTION)
    tool = models.ForeignKey(
        Tool, models.PROTECT, null=True, blank=True, related_name="definitions"
    )
    provider = models.CharField(max_length=64, blank=True)
    params = models.JSONField(default=dict, blank=True)
    template = models.TextField(blank=True)
    select = models.JSONField(default=dict, blank=True)
    when = models.JSONField(default=dict, blank=True)
    show_while_pending = models.BooleanField(default=True)
    hide_once_finished = models.BooleanField(default=False)
    ttl = models.DurationField(null=True, blank=True)
    group = models.CharField(max_length=NAME_LENGTH, blank=True)
    position = models.IntegerField(default=0)
    icon = models.CharField(max_length=NAME_LENGTH, blank=True)
    link_type = models.CharField(max_length=10, choices=LinkType, default=LinkType.EXTERNAL)
    new_tab = models.BooleanField(default=True)
    backlink = models.BooleanField(default=False, db_default=False)
    enabled = models.BooleanField(default=True)
    deleted = models.BooleanField(default=False, editable=False)
    managed_by = models.CharField(
        max_length=100, blank=True, default="", db_default="", editable=False
    )
    change = models.BigIntegerField(default=0, editable=False)
    history = _history()

    objects: ClassVar[DefinitionQuerySet] = DefinitionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["position", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "key"],
                name="linkdefinition_natural_key",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(provider="") ^ Q(template=""),
                name="linkdefinition_provider_or_template",
            ),
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="linkdefinition_level_known"
            ),
        ]
        indexes = [
            # A worker's first question: what changed since this unit was resolved?
            models.Index(fields=["change"], name="linkdefinition_by_change"),
        ]

    def __str__(self) -> str:
        return self.key


class LinkQuerySet(models.QuerySet["Link"]):
    def visible_to(self, viewer: User | ApiToken) -> LinkQuerySet:
        return self.filter(project__in=Project.objects.visible_to(viewer))


class Link(models.Model):
    """A definition or attached link resolved for one subject: a URL, or why there is none.

    Written by Pending workers only. `run_created` repeats the run's created time for keyset
    paging. `url_digest` is of the URL's normal form (`linkhub/lib/url_form.py`).
    `depends_on_now` and `expires_at` say what time alone can change.
    """

    # Their indexes stand below: most links have no attempt, no pod, and many no action.
    project = models.ForeignKey(Project, models.CASCADE, related_name="links", db_index=False)
    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="links", db_index=False)
    action = models.ForeignKey(
        Action, models.CASCADE, null=True, related_name="links", db_index=False
    )
    attempt = models.ForeignKey(
        Attempt, models.CASCADE, null=True, related_name="links", db_index=False
    )
    pod = models.ForeignKey(Pod, models.CASCADE, null=True, related_name="links", db_index=False)
    key = models.CharField(max_length=NAME_LENGTH)
    run_created = models.DateTimeField(null=True)
    name = models.TextField()
    description = models.TextField(blank=True)
    level = models.CharField(max_length=8, choices=Level)
    url = models.TextField(blank=True)
    url_digest = models.BinaryField(max_length=16, null=True)
    host_origin = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=8, choices=State)
    reason = models.TextField(blank=True)
    missing = ArrayField(models.TextField(), default=list)
    notes = ArrayField(models.TextField(), default=list)
    origin = models.CharField(max_length=8, choices=Origin)
    definition = models.ForeignKey(LinkDefinition, models.SET_NULL, null=True, related_name="links")
    tool = models.ForeignKey(Tool, models.SET_NULL, null=True, related_name="links", db_index=False)
    provider = models.CharField(max_length=64, blank=True)
    group = models.CharField(max_length=NAME_LENGTH, blank=True)
    position = models.IntegerField(default=0)
    icon = models.TextField(blank=True)
    link_type = models.CharField(max_length=10, choices=LinkType)
    message_format = models.CharField(max_length=10, blank=True)
    new_tab = models.BooleanField(default=True)
    depends_on_now = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)
    digest = models.BinaryField(max_length=16)
    resolved_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[LinkQuerySet] = LinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            # Also serves a run's and an action's links.
            models.UniqueConstraint(
                fields=["project", "run", "action", "attempt", "pod", "key"],
                name="link_natural_key",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(url=""), name="link_ready_has_url"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="link_state_known"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="link_origin_known"),
        ]
        indexes = [
            # Deleting and re-resolving an action; the action page.
            models.Index(
                fields=["action"], condition=Q(action__isnull=False), name="link_by_action"
            ),
            # Cascades.
            models.Index(
                fields=["attempt"], condition=Q(attempt__isnull=False), name="link_by_attempt"
            ),
            models.Index(fields=["pod"], condition=Q(pod__isnull=False), name="link_by_pod"),
            # A run's links, and cascades.
            models.Index(fields=["run"], condition=Q(run__isnull=False), name="link_by_run"),
            # GET /links over every project, newest first.
            models.Index(
                fields=["-run_created"],
                condition=Q(run_created__isnull=False),
                name="link_by_created",
            ),
            # GET /links of one project, newest first.
            models.Index(fields=["project", "-run_created"], name="link_by_project_created"),
            # tool=, newest first.
            models.Index(
                fields=["tool", "-run_created"],
                condition=Q(tool__isnull=False),
                name="link_by_tool_created",
            ),
            # state=: what is wrong is rare, and looked for.
            models.Index(
                fields=["state", "-run_created"],
                condition=~Q(state="ready"),
                name="link_by_state_created",
            ),
            # GET /links by key, newest first.
            models.Index(fields=["project", "key", "-run_created"], name="link_by_project_key"),
            # /find by a pasted URL.
            models.Index(fields=["url_digest"], condition=~Q(url_digest=None), name="link_by_url"),
        ]

    def __str__(self) -> str:
        return self.name


class Backlink(models.Model):
    """The way back: LinkHub's address in the notes of the W&B run that a link leads to.

    The row is the queue; it is about the `url` that the link had when it was asked for, and is
    asked for anew when that changes. Written by the workers of `links/backlinks` alone. `attempts`
    counts those that failed. No constraint in the database: whoever deletes links need not know of
    this table, and rows without their link are cleared away once a day.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        WRITTEN = "written"
        FAILED = "failed"

    link = models.OneToOneField(
        Link, models.DO_NOTHING, related_name="backlink", db_constraint=False
    )
    url = models.TextField()
    state = models.CharField(max_length=7, choices=State, default=State.PENDING)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(db_default=Now())
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "written", "failed"]),
                name="backlink_state_known",
            ),
        ]
        indexes = [
            # A worker's claim: what is due, the longest due first.
            models.Index(fields=["not_before"], condition=Q(state="pending"), name="backlink_due"),
        ]

    def __str__(self) -> str:
        return f"{self.link_id}: {self.state}"


class Resolved(models.Model):
    """The change value at which a unit (action, run's own level, project) was resolved."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="+")
    action = models.ForeignKey(Action, models.CASCADE, null=True, related_name="+")
    change = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "run", "action"],
                name="resolved_unit",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            # The backfill's walk over what was resolved before a change.
            models.Index(fields=["change"], name="resolved_by_change"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}/{self.run_id}/{self.action_id} at {self.change}"


class Backfill(models.Model):
    """Old runs following a change: adds Pending rows, newest first, a bounded number at a time.

    `cursor_created` and `cursor_run` say where the walk over runs stands; while `near`, that over
    the runs which the change is meant for (`near.py`).
    """

    class Status(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        CANCELLED = "cancelled"

    change = models.BigIntegerField()
    reason = models.TextField(blank=True)
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    near = models.BooleanField(default=True, db_default=True)
    cursor_created = models.DateTimeField(null=True, blank=True)
    cursor_run = models.BigIntegerField(null=True, blank=True)
    marked = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["running", "done", "cancelled"]),
                name="backfill_status_known",
            ),
        ]
        indexes = [
            # The beat task that advances what is unfinished.
            models.Index(fields=["id"], condition=Q(status="running"), name="backfill_running"),
        ]

    def __str__(self) -> str:
        return f"backfill to {self.change}"
