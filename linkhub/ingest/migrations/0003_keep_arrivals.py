"""Events that arrive by themselves wait in a table; run ids of OpenLineage have other names."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_project_keep_days"),
        ("ingest", "0002_follow_runs"),
        ("runs", "0005_runs_by_project_and_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="Arrival",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("openlineage", "Openlineage"), ("cloudevents", "Cloudevents")],
                        max_length=16,
                    ),
                ),
                ("domain", models.CharField(max_length=255)),
                ("body", models.TextField()),
                (
                    "received_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), null=True
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="accounts.project"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["id"],
                        name="arrival_due",
                    ),
                    models.Index(
                        condition=models.Q(("due_at__isnull", True)),
                        fields=["received_at"],
                        name="arrival_resting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LineageRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField()),
                ("action", models.CharField(blank=True, max_length=255)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.project",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="runs.run"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "uuid"), name="lineagerun_natural_key"
                    )
                ],
            },
        ),
    ]
