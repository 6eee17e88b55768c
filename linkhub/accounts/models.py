"""Who may see and do what: users, projects, memberships and API tokens; and who changed it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, AnonymousUser, Group
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone


class User(AbstractUser):
    """A person who signs in. `is_superuser` is the instance's admin role."""

    class Meta(AbstractUser.Meta):
        db_table = "accounts_user"


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, viewer: User | AnonymousUser | ApiToken) -> ProjectQuerySet:
        """The projects whose runs and links `viewer` may see; every read starts here."""
        if isinstance(viewer, ApiToken):
            mine = self if viewer.project_id is None else self.filter(pk=viewer.project_id)
            return mine if viewer.owner is None else mine.visible_to(viewer.owner)
        if not viewer.is_authenticated or not viewer.is_active:
            return self.none()
        if viewer.is_superuser:
            return self
        member = Membership.objects.filter(Q(user=viewer) | Q(group__user=viewer))
        return self.filter(
            Q(visibility=Project.Visibility.INTERNAL) | Q(pk__in=member.values("project_id"))
        )

    def maintained_by(self, user: User | AnonymousUser | ApiToken) -> ProjectQuerySet:
        """The projects that `user` looks after: by a membership, or as the instance's admin.

        A token does in each project that it is for; one of a person's, where the person does.
        """
        if isinstance(user, ApiToken):
            mine = self.visible_to(user)
            return mine if user.owner is None else mine.maintained_by(user.owner)
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        member = Membership.objects.filter(
            Q(user=user) | Q(group__user=user), role=Membership.Role.MAINTAINER
        )
        return self.filter(pk__in=member.values("project_id"))


class Project(models.Model):
    """Where runs live. Internal projects are visible to every signed-in user."""

    class Visibility(models.TextChoices):
        INTERNAL = "internal"
        PRIVATE = "private"

    name = models.CharField(max_length=255)
    title = models.CharField(max_length=255, blank=True)
    description = models.TextField(blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.INTERNAL)
    keep_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Days that runs are kept after their end; 0 is for ever."
        " Without a number as LINKHUB_KEEP_DAYS says.",
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[ProjectQuerySet] = ProjectQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="project_name_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="project_name_given"),
            models.CheckConstraint(
                condition=Q(visibility__in=["internal", "private"]),
                name="project_visibility_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.name

    def is_maintained_by(self, user: User | AnonymousUser | ApiToken) -> bool:
        if isinstance(user, User) and user.is_superuser and user.is_active:
            return True
        return Project.objects.maintained_by(user).filter(pk=self.pk).exists()


class Membership(models.Model):
    """A user's or a group's role in one project."""

    class Role(models.TextChoices):
        VIEWER = "viewer"
        MAINTAINER = "maintainer"

    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True)
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "user"],
                condition=Q(user__isnull=False),
                name="membership_project_user_unique",
                violation_error_message="This user is a member of the project already.",
            ),
            models.UniqueConstraint(
                fields=["project", "group"],
                condition=Q(group__isnull=False),
                name="membership_project_group_unique",
                violation_error_message="This group is a member of the project already.",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, group__isnull=True)
                | Q(user__isnull=True, group__isnull=False),
                name="membership_user_or_group",
                violation_error_message="Give either a user or a group.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=["viewer", "maintainer"]), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.group}: {self.role} of {self.project}"


class ApiToken(models.Model):
    """A program's key: scoped to one project or all, and to abilities.

    With an owner it is a person's: it may do what its abilities say and the owner may do now.
    Without, it is a service's and stands on its own: it outlives who made it.

    Only the SHA-256 of the secret is kept: the secret has 216 random bits, so a slow hash
    would protect nothing.
    """

    class Ability(models.TextChoices):
        INGEST = "ingest"
        READ = "read"
        MANAGE = "manage"

    name = models.CharField(max_length=255)
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32)
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True)
    owner = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="tokens")
    can_ingest = models.BooleanField(default=False)
    can_read = models.BooleanField(default=False)
    can_manage = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"
        constraints = [
            # Serves every API request: the token is found by its digest.
            models.UniqueConstraint(fields=["digest"], name="apitoken_digest_unique"),
            models.CheckConstraint(
                condition=Q(can_ingest=True) | Q(can_read=True) | Q(can_manage=True),
                name="apitoken_can_something",
                violation_error_message="A token must be able to do something.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def can(self, ability: str) -> bool:
        return bool(getattr(self, f"can_{self.Ability(ability).value}"))

    def usable_at(self, now: datetime) -> bool:
        if self.owner is not None and not self.owner.is_active:
            return False
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    @property
    def is_of_instance(self) -> bool:
        """Whether it may change what every project shares, and make projects."""
        return self.project_id is None and (self.owner is None or self.owner.is_superuser)


class AuditEntry(models.Model):
    """One change that somebody made. Rows are only ever added: see `audit.py`.

    What it names may be renamed or gone by now, so it holds names; a reference that deletion
    would set to null would be a change of the entry.
    """

    class ActorKind(models.TextChoices):
        USER = "user"
        TOKEN = "token"  # noqa: S105
        SYSTEM = "system"

    class Action(models.TextChoices):
        CREATED = "created"
        CHANGED = "changed"
        DELETED = "deleted"
        RESTORED = "restored"
        REVOKED = "revoked"

    at = models.DateTimeField(default=timezone.now)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=300)
    action = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=500)
    # The project itself beside its name: who maintains a later one of this name sees nothing.
    project = models.ForeignKey(
        Project, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    project_name = models.CharField(max_length=255, blank=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True)
    address = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            # Serves the admins' page, its export, and retention.
            models.Index(fields=["-at", "-id"], name="auditentry_newest"),
            # Serves the page of one project's maintainers.
            models.Index(
                fields=["project", "-at", "-id"],
                condition=Q(project__isnull=False),
                name="auditentry_project",
            ),
            # Serves what happened to one thing.
            models.Index(fields=["kind", "name", "-at"], name="auditentry_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.kind} {self.name}"


class SignInTries(models.Model):
    """How often somebody tried to sign in, until this count is forgotten: see `lockout.py`.

    Whom it is about is kept as a digest: people type passwords where names belong.
    """

    who = models.BinaryField(max_length=32)
    number = models.PositiveIntegerField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who"], name="signintries_who_unique")]
        # Serves forgetting, at each try.
        indexes = [models.Index(fields=["until"], name="signintries_until")]

    def __str__(self) -> str:
        return f"{self.number} until {self.until:%H:%M}"
