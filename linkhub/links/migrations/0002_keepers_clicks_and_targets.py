import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import linkhub.links.edits


class Migration(migrations.Migration):
    dependencies = [
        ("links", "0001_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicallinkdefinition",
            name="author",
            field=models.CharField(
                db_default="", default=linkhub.links.edits.current_author, max_length=255
            ),
        ),
        migrations.AddField(
            model_name="historicallinkdefinition",
            name="managed_by",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=100
            ),
        ),
        migrations.AddField(
            model_name="historicallinkdefinition",
            name="way",
            field=models.CharField(
                db_default="", default=linkhub.links.edits.current_way, max_length=50
            ),
        ),
        migrations.AddField(
            model_name="historicaltool",
            name="author",
            field=models.CharField(
                db_default="", default=linkhub.links.edits.current_author, max_length=255
            ),
        ),
        migrations.AddField(
            model_name="historicaltool",
            name="check_links",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="historicaltool",
            name="managed_by",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=100
            ),
        ),
        migrations.AddField(
            model_name="historicaltool",
            name="way",
            field=models.CharField(
                db_default="", default=linkhub.links.edits.current_way, max_length=50
            ),
        ),
        migrations.AddField(
            model_name="linkdefinition",
            name="managed_by",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=100
            ),
        ),
        migrations.AddField(
            model_name="tool",
            name="check_links",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="tool",
            name="managed_by",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=100
            ),
        ),
        migrations.AlterField(
            model_name="historicallinkdefinition",
            name="history_change_reason",
            field=models.TextField(null=True),
        ),
        migrations.AlterField(
            model_name="historicaltool",
            name="history_change_reason",
            field=models.TextField(null=True),
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "definition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="tally",
                        serialize=False,
                        to="links.linkdefinition",
                    ),
                ),
                ("links", models.IntegerField()),
                ("broken", models.IntegerField()),
                ("sampled", models.BooleanField()),
                (
                    "counted_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "verbose_name_plural": "tallies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("broken__lte", models.F("links"))),
                        name="tally_part_of_all",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClickDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("clicks", models.BigIntegerField()),
                ("last_at", models.DateTimeField()),
                (
                    "definition",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="click_days",
                        to="links.linkdefinition",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="clickday_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("definition", "day"), name="clickday_natural_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("clicks__gt", 0)), name="clickday_has_clicks"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField(max_length=16)),
                ("url", models.TextField()),
                ("host", models.CharField(max_length=255)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("there", "There"),
                            ("unsure", "Unsure"),
                            ("broken", "Broken"),
                        ],
                        default="new",
                        max_length=6,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255)),
                ("failures", models.SmallIntegerField(default=0)),
                ("checked_at", models.DateTimeField(null=True)),
                ("broken_since", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "tool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to="links.tool",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["due_at"], name="target_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("digest",), name="target_natural_key"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["new", "there", "unsure", "broken"])),
                        name="target_state_known",
                    ),
                ],
            },
        ),
    ]
