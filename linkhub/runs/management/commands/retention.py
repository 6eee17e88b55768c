"""`manage.py retention [--dry-run] [--project P]`: remove what is past its time, now."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from linkhub.accounts.models import Project
from linkhub.runs.keeping.files import CannotArchive
from linkhub.runs.keeping.rounds import count_due, retire

ROUND_SECONDS = 60.0


class Command(BaseCommand):
    help = "Remove the runs that are past their project's time; the worker does so by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, by month")
        parser.add_argument("--project", help="of this project alone")

    def handle(self, *, dry_run: bool, project: str | None, **_options: Any) -> None:
        if project is not None and not Project.objects.filter(name=project).exists():
            raise CommandError(f"There is no project '{project}'.")
        if dry_run:
            self.say_what_would_go(project)
        else:
            self.retire(project)

    def say_what_would_go(self, project: str | None) -> None:
        archive = settings.LINKHUB_ARCHIVE
        where = f"archived in {archive} first" if archive else "without an archive"
        total = 0
        for name, month, number in count_due(project):
            self.stdout.write(f"{name}  {month}  {number:,}")
            total += number
        self.stdout.write(f"{total:,} runs would go, {where}.")

    def retire(self, project: str | None) -> None:
        """In rounds, so that it may be ended at any time; to where nothing goes any more."""
        total = 0
        failed: CannotArchive | None = None
        while True:
            try:
                number = retire(seconds=ROUND_SECONDS, project=project).total()
            except CannotArchive as error:
                failed, number = error, error.gone
            if not number:
                break
            total += number
        if failed:
            raise CommandError(f"{failed} {total:,} runs are gone; the others stay.")
        self.stdout.write(f"{total:,} runs are gone.")
