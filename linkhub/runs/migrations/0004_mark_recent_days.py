"""Mark the days of the last three months: what was recorded before days were marked."""

from django.db import migrations

MARK = """
    INSERT INTO runs_daymark (workflow_id, day)
    SELECT DISTINCT workflow_id, (created_at AT TIME ZONE 'UTC')::date FROM runs_run
    WHERE workflow_id IS NOT NULL AND created_at > now() - interval '90 days'
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0003_day_marks")]

    operations = [migrations.RunSQL(MARK, migrations.RunSQL.noop)]
