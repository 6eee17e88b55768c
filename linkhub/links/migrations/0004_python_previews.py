"""What a worker is asked to try for whoever writes a definition of a Python class."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("links", "0003_back_links"),
    ]

    operations = [
        migrations.CreateModel(
            name="PythonPreview",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ticket", models.UUIDField(default=uuid.uuid4)),
                ("definition", models.JSONField()),
                ("units", models.JSONField()),
                ("answer", models.JSONField(null=True)),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("ticket",), name="pythonpreview_by_ticket")
                ],
            },
        ),
    ]
