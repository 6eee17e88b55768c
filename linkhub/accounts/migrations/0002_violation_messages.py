"""People read why a form is refused, not the names of constraints; nothing changes in the tables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_tables"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name="apitoken",
            name="apitoken_can_something",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("can_ingest", True), ("can_read", True), ("can_manage", True), _connector="OR"
                ),
                name="apitoken_can_something",
                violation_error_message="A token must be able to do something.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="membership",
            name="membership_project_user_unique",
            constraint=models.UniqueConstraint(
                condition=models.Q(("user__isnull", False)),
                fields=("project", "user"),
                name="membership_project_user_unique",
                violation_error_message="This user is a member of the project already.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="membership",
            name="membership_project_group_unique",
            constraint=models.UniqueConstraint(
                condition=models.Q(("group__isnull", False)),
                fields=("project", "group"),
                name="membership_project_group_unique",
                violation_error_message="This group is a member of the project already.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="membership",
            name="membership_user_or_group",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("group__isnull", True), ("user__isnull", False)),
                    models.Q(("group__isnull", False), ("user__isnull", True)),
                    _connector="OR",
                ),
                name="membership_user_or_group",
                violation_error_message="Give either a user or a group.",
            ),
        ),
    ]
