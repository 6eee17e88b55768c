"""How LinkHub itself is: what its processes counted, which of them live, how the last day went."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Total(models.Model):
    """One number that all processes together have counted up (`linkhub/lib/meters.py`).

    `labels` is a JSON list of values, `part` the end of a histogram's bucket or its `sum`.
    """

    metric = models.CharField(max_length=100)
    labels = models.TextField()
    part = models.CharField(max_length=20, blank=True)
    value = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["metric", "labels", "part"], name="total_natural_key"),
        ]

    def __str__(self) -> str:
        return f"{self.metric}{self.labels}{self.part}"


class Process(models.Model):
    """A process of this LinkHub, which says every few seconds that it lives.

    One that ends in order takes its row along; a killed one's grows old and is cleared away.
    """

    class Kind(models.TextChoices):
        WEB = "web"
        WORKER = "worker"
        BEAT = "beat"

    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=6, choices=Kind)
    queues = models.JSONField(default=list)
    version = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="process_natural_key")]

    def __str__(self) -> str:
        return self.name


class Look(models.Model):
    """How everything was at one moment: a row a minute, for the plots of the last day.

    `numbers` by name (`linkhub/seeing/looks.py`): those that grow are as they stood.
    """

    at = models.DateTimeField(db_default=Now())
    numbers = models.JSONField()

    class Meta:
        indexes = [
            # The status page's plots, the latest look, and clearing away.
            models.Index(fields=["at"], name="look_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at}"
