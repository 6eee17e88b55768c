"""Marks of days to be recomputed, and the triggers that mark the day that a run leaves.

A worker marks the day where a run is. Where it was before it moved or was deleted only the
database knows in every case: by a statement of retention, a form, a cascade.
"""

from django.db import migrations, models
from django.db.models.functions import Now

TRIGGERS = """
    CREATE FUNCTION runs_mark_days_of_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO runs_daymark (workflow_id, day)
        SELECT DISTINCT workflow_id, (created_at AT TIME ZONE 'UTC')::date FROM gone
        WHERE workflow_id IS NOT NULL;
        RETURN NULL;
    END $$;
    CREATE TRIGGER run_marks_days_of_deleted AFTER DELETE ON runs_run
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION runs_mark_days_of_deleted();

    CREATE FUNCTION runs_mark_day_of_moved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO runs_daymark (workflow_id, day)
        VALUES (OLD.workflow_id, (OLD.created_at AT TIME ZONE 'UTC')::date);
        RETURN NULL;
    END $$;
    CREATE TRIGGER run_marks_day_of_moved AFTER UPDATE ON runs_run
    FOR EACH ROW
    WHEN (OLD.workflow_id IS NOT NULL AND (
        OLD.workflow_id IS DISTINCT FROM NEW.workflow_id
        OR OLD.created_at IS DISTINCT FROM NEW.created_at))
    EXECUTE FUNCTION runs_mark_day_of_moved();
"""
NO_TRIGGERS = """
    DROP TRIGGER run_marks_day_of_moved ON runs_run;
    DROP TRIGGER run_marks_days_of_deleted ON runs_run;
    DROP FUNCTION runs_mark_day_of_moved();
    DROP FUNCTION runs_mark_days_of_deleted();
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0002_sequences_and_counter")]

    operations = [
        migrations.CreateModel(
            name="DayMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("workflow_id", models.BigIntegerField()),
                ("day", models.DateField()),
            ],
        ),
        migrations.AddField(
            model_name="workflowday",
            name="due_at",
            field=models.DateTimeField(db_default=Now()),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
