"""What viewers keep: stars, pins and saved views."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from linkhub.accounts.models import Project, User
from linkhub.runs.models import NAME_LENGTH, Workflow


class Star(models.Model):
    """A user's starred project or workflow."""

    user = models.ForeignKey(User, models.CASCADE, related_name="stars")
    project = models.ForeignKey(Project, models.CASCADE, related_name="stars")
    workflow = models.ForeignKey(
        Workflow, models.CASCADE, null=True, blank=True, related_name="stars"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "project", "workflow"],
                name="star_natural_key",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.project_id}"


class Pin(models.Model):
    """A link kept at the top of a project's page: for one user, or (no user) for the team."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="pins")
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="pins")
    title = models.CharField(max_length=NAME_LENGTH)
    address = models.CharField(max_length=2000)
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "user", "address"],
                name="pin_natural_key",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(address__startswith="/") & ~Q(address__startswith="//"),
                name="pin_address_is_own",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SavedView(models.Model):
    """A list's filters under a name: a user's own, or shared with a project."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="saved_views"
    )
    name = models.CharField(max_length=NAME_LENGTH)
    slug = models.SlugField(max_length=NAME_LENGTH)
    query = models.TextField(blank=True)
    columns = models.JSONField(default=list, blank=True)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "slug"], name="savedview_natural_key"),
        ]

    def __str__(self) -> str:
        return self.name
