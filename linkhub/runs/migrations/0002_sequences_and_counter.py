"""The sequence of Pending's generations and claims, and the change counter's one row."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_tables")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE runs_pending_generation_seq AS bigint;"
            " INSERT INTO runs_changecounter (id, value, wide) VALUES (1, 0, 0);",
            "DROP SEQUENCE runs_pending_generation_seq; DELETE FROM runs_changecounter;",
        ),
    ]
