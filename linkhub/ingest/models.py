"""Sources: where runs come from by themselves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from linkhub.accounts.models import Project
from linkhub.runs.models import NAME_LENGTH


class Source(models.Model):
    """A connector's configuration, cursor and health.

    Credentials are named by environment variable and never stored. `cursor` is the connector's
    own; `claimed_until` keeps two workers from polling one source at once.
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
    claimed_until = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
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
