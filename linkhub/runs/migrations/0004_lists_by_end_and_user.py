"""What lists by end, and of what one person launched, are read by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0003_wide_changes")]

    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["-ended_at", "-name", "-domain"],
                condition=models.Q(("ended_at__isnull", False)),
                name="run_by_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["launched_by", "-created_at"],
                condition=models.Q(("launched_by", ""), _negated=True),
                name="run_by_user_created",
            ),
        ),
    ]
