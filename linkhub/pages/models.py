"""What viewers keep: stars, pins and saved views."""

from __future__ import annotations

from typing import ClassVar

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


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> SavedViewQuerySet:
        """The user's own, and what others share with projects that the user may see."""
        shared = Q(shared=True, project__in=Project.objects.visible_to(user))
        return self.filter(Q(user=user) | shared)


class SavedView(models.Model):
    """A page with its filters under a name: a user's own, or shared with those of a project.

    `path` is the page's own address as `reverse` makes it, `query` what stands behind its `?`.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="saved_views"
    )
    name = models.CharField(max_length=NAME_LENGTH)
    slug = models.SlugField(max_length=NAME_LENGTH)
    path = models.CharField(max_length=2000, default="/links/", db_default="/links/")
    query = models.TextField(blank=True)
    columns = models.JSONField(default=list, blank=True)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "slug"], name="savedview_natural_key"),
            models.CheckConstraint(
                condition=Q(path__startswith="/") & ~Q(path__startswith="//"),
                name="savedview_path_is_own",
            ),
            models.CheckConstraint(
                condition=Q(shared=False) | Q(project__isnull=False),
                name="savedview_shared_with_project",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FeedToken(models.Model):
    """A key that reads one view as a feed, as its user may see it at that moment, and nothing else.

    Only the SHA-256 of the secret is kept: see `ApiToken`. Deleting the row revokes it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="feed_tokens", db_index=False)
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="feed_tokens")
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "view"], name="feedtoken_natural_key"),
            # Serves every request for a feed.
            models.UniqueConstraint(fields=["digest"], name="feedtoken_digest_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"
