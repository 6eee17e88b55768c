"""What lists of links are read by: the newest first, of all, of a project, a tool or a state."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_tables"),
        ("links", "0001_tables"),
        ("runs", "0004_lists_by_end_and_user"),
    ]

    operations = [
        migrations.AlterField(
            model_name="link",
            name="tool",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="links",
                to="links.tool",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("run_created__isnull", False)),
                fields=["-run_created"],
                name="link_by_created",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(fields=["project", "-run_created"], name="link_by_project_created"),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("tool__isnull", False)),
                fields=["tool", "-run_created"],
                name="link_by_tool_created",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("state", "ready"), _negated=True),
                fields=["state", "-run_created"],
                name="link_by_state_created",
            ),
        ),
    ]
