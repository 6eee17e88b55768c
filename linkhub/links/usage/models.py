"""What is kept of how link definitions are used: counts, and nothing about who used them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class ClickDay(models.Model):
    """How often the links of a definition were followed on one day (UTC), by anyone."""

    definition = models.ForeignKey(
        "links.LinkDefinition", models.CASCADE, related_name="click_days", db_index=False
    )
    day = models.DateField()
    clicks = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Also serves the admin's list: the last days of the definitions on a page.
            models.UniqueConstraint(fields=["definition", "day"], name="clickday_natural_key"),
            models.CheckConstraint(condition=models.Q(clicks__gt=0), name="clickday_has_clicks"),
        ]
        indexes = [
            # Serves removing what is older than is shown.
            models.Index(fields=["day"], name="clickday_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.clicks} on {self.day}"


class Tally(models.Model):
    """Of the links of a definition, how many were looked at last and how many were broken.

    Broken: failed, blocked, or missing a value for good. On a big table a part is looked at.
    """

    definition = models.OneToOneField(
        "links.LinkDefinition", models.CASCADE, primary_key=True, related_name="tally"
    )
    links = models.IntegerField()
    broken = models.IntegerField()
    sampled = models.BooleanField()
    counted_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(broken__lte=models.F("links")), name="tally_part_of_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.broken} of {self.links} broken"
