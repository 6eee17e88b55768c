"""`manage.py backup PATH`: everything that the embedded database holds, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from linkhub.embedded import environment, launcher
from linkhub.embedded.backups.making import back_up
from linkhub.embedded.errors import CannotStart


class Command(BaseCommand):
    help = "Back up the embedded database of LINKHUB_HOME to a file; LinkHub may run meanwhile."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *, path: Path, **_options: Any) -> None:
        check_embedded()
        try:
            facts = back_up(launcher.at(settings.LINKHUB_HOME), path.absolute())
        except CannotStart as error:
            raise CommandError(str(error)) from error
        runs = facts.rows.get("runs_run", 0)
        size = path.stat().st_size
        self.stdout.write(f"{path}: {runs:,} runs, {size:,} bytes, of LinkHub {facts.version}.")


def check_embedded() -> None:
    """A database of the user's own has tools, and perhaps copies, of its own."""
    if environment.given("DATABASE_URL", settings.LINKHUB_HOME):
        raise CommandError(
            "DATABASE_URL names a server of your own: back it up with pg_dump, or as its provider"
            " has it. This command is for the embedded one."
        )
