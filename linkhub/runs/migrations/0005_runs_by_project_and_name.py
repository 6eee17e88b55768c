"""For suggestions by how a run's name begins. Beside what runs: built without locking writers."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("runs", "0004_mark_recent_days"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="run",
            index=models.Index(
                fields=["project", "name"],
                opclasses=["int8_ops", "varchar_pattern_ops"],
                name="run_by_project_name",
            ),
        ),
    ]
