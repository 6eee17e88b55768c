"""The targets of links that a worker asks for, and what they answered last."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Target(models.Model):
    """One URL of a tool whose links are checked; several links may lead to it.

        new -> there | broken | unsure, and from each of these to each other

    `unsure`: it answers, but not to a stranger (it asks to sign in), or has failed only once.
    `due_at` is when it is asked next; who asks moves it on first, so that nobody else does.
    `seen_at` is when a link last led there: what no link leads to any more is removed.
    """

    class State(models.TextChoices):
        NEW = "new"
        THERE = "there"
        UNSURE = "unsure"
        BROKEN = "broken"

    digest = models.BinaryField(max_length=16)
    url = models.TextField()
    host = models.CharField(max_length=255)
    tool = models.ForeignKey("links.Tool", models.CASCADE, related_name="targets")
    state = models.CharField(max_length=6, choices=State, default=State.NEW)
    reason = models.CharField(max_length=255, blank=True)
    failures = models.SmallIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    broken_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Also serves what pages ask: which of these links are broken?
            models.UniqueConstraint(fields=["digest"], name="target_natural_key"),
            models.CheckConstraint(
                condition=Q(state__in=["new", "there", "unsure", "broken"]),
                name="target_state_known",
            ),
        ]
        indexes = [
            # Serves the worker: what is due next?
            models.Index(fields=["due_at"], name="target_due"),
        ]

    def __str__(self) -> str:
        return self.url
