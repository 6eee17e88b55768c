"""What a worker is asked to try for somebody who is writing a definition."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class PythonPreview(models.Model):
    """A definition whose URL only Python code can tell, for a worker to try; one a user.

    `ticket` changes with every request, so that an answer to an older one is known. `units` are
    ids of project, run and action. `answer` is null until a worker has tried it. Nothing of it is
    needed once it has been read: the next request takes its place.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", primary_key=True
    )
    ticket = models.UUIDField(default=uuid.uuid4)
    definition = models.JSONField()
    units = models.JSONField()
    answer = models.JSONField(null=True)
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # A worker is told the ticket alone.
            models.UniqueConstraint(fields=["ticket"], name="pythonpreview_by_ticket"),
        ]

    def __str__(self) -> str:
        return str(self.ticket)
