"""Which change value may reach any link: on an instance that has changes, the latest one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0002_sequences_and_counter")]

    operations = [
        migrations.AddField(
            model_name="changecounter",
            name="wide",
            field=models.BigIntegerField(default=0),
        ),
        migrations.RunSQL("UPDATE runs_changecounter SET wide = value", "SELECT"),
    ]
