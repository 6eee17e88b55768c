import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("links", "0002_keepers_clicks_and_targets"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicallinkdefinition",
            name="backlink",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="linkdefinition",
            name="backlink",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="Backlink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("written", "Written"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=7,
                    ),
                ),
                ("error", models.TextField(blank=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "not_before",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("claimed_until", models.DateTimeField(null=True)),
                (
                    "link",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="backlink",
                        to="links.link",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["not_before"],
                        name="backlink_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending", "written", "failed"])),
                        name="backlink_state_known",
                    )
                ],
            },
        ),
    ]
