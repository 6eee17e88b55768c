"""`manage.py restore PATH [--replace]`: what `backup` wrote, into the embedded database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from linkhub.embedded import launcher
from linkhub.embedded.backups.restoring import restore
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.management.commands.backup import check_embedded


class Command(BaseCommand):
    help = "Read a backup into the embedded database of LINKHUB_HOME; LinkHub must not run."
    # There may be no database yet.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="in the place of what is stored, which goes"
        )

    def handle(self, *, path: Path, replace: bool, **_options: Any) -> None:
        check_embedded()
        place = launcher.at(settings.LINKHUB_HOME)
        try:
            facts = restore(place, path.absolute(), replace=replace)
        except CannotStart as error:
            raise CommandError(str(error)) from error
        runs = facts.rows.get("runs_run", 0)
        self.stdout.write(
            f"Restored {runs:,} runs of {facts.made_at}, LinkHub {facts.version}."
            " The next `serve` brings the schema up to date."
        )
