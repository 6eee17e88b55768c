"""How long a project keeps its runs; none is as the instance has it, so that nothing changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_sign_in_tries")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="keep_days",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Days that runs are kept after their end; 0 is for ever."
                " Without a number as LINKHUB_KEEP_DAYS says.",
                null=True,
            ),
        ),
    ]
