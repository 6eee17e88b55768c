"""`manage.py unarchive FILE…`: record what stands in an archive's files."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from linkhub.runs.keeping import files
from linkhub.runs.keeping.due import limits
from linkhub.runs.keeping.restoring import Restored, restore


class Command(BaseCommand):
    help = "Record the runs, links and tasks of an archive's files again; twice does no harm."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *, files: list[Path], **_options: Any) -> None:
        for path in files:
            self.tell(path, self.read(path))

    def read(self, path: Path) -> Restored:
        try:
            return restore(files.read(path))
        except (OSError, EOFError, gzip.BadGzipFile, ValueError) as error:
            raise CommandError(f"{path} cannot be read: {error}") from error

    def tell(self, path: Path, restored: Restored) -> None:
        self.stdout.write(
            f"{path}: {restored.runs:,} runs, {restored.links:,} emitted links,"
            f" {restored.tasks:,} task versions with links."
        )
        for name in restored.made:
            self.stdout.write(f"Made the project '{name}', private: say who may see it.")
        limited = {limit.project.name: limit.days for limit in limits()}
        for name in sorted(restored.projects & limited.keys()):
            self.stderr.write(
                f"The project '{name}' keeps runs for {limited[name]} days: those that are older"
                " go again with the next round, unless it is made to keep them longer."
            )
