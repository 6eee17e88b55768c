"""`manage.py token NAME --can ingest,read,manage [--project P]`: a new API token."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from linkhub.accounts.models import ApiToken, Project
from linkhub.accounts.tokens import create_token
from linkhub.lib.names import check_name


class Command(BaseCommand):
    help = "Make an API token and print it alone; it is shown only this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the token is for")
        parser.add_argument(
            "--can",
            required=True,
            metavar="ABILITIES",
            help=f"what it may do, with commas: {', '.join(ApiToken.Ability.values)}",
        )
        parser.add_argument(
            "--project", help="the one project it is for, made if need be; without, all projects"
        )

    def handle(self, *, name: str, can: str, project: str | None, **_options: Any) -> None:
        abilities = [ability.strip() for ability in can.split(",")]
        if unknown := [each for each in abilities if each not in ApiToken.Ability.values]:
            known = ", ".join(ApiToken.Ability.values)
            raise CommandError(f"--can does not know '{unknown[0]}': give some of {known}.")
        owner = None if project is None else self._project(project)
        _, secret = create_token(name=name, abilities=abilities, project=owner)
        self.stdout.write(secret)

    def _project(self, name: str) -> Project:
        """The project; made here if need be, since a project's token could not make its own."""
        if problem := check_name(name):
            raise CommandError(f"--project: {problem}")
        project, created = Project.objects.get_or_create(name=name)
        if created:
            self.stderr.write(f"Made the project '{name}'.")
        return project
