"""`manage.py import_links flyte|argo|jaeger FILE`: links that another system is configured with."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from linkhub.accounts.models import Project
from linkhub.links.as_code.exporting import as_yaml
from linkhub.links.as_code.showing import plan_text
from linkhub.links.as_code.tree import MAX_BYTES, BadFile
from linkhub.links.edits import Edit
from linkhub.links.importing.found import Found
from linkhub.links.importing.importing import SYSTEMS, TAGS, find_links, import_links


class Command(BaseCommand):
    help = (
        "Import links from another system's configuration: "
        + "; ".join(f"{name}: {system.what}" for name, system in SYSTEMS.items())
        + ". What cannot be carried over is listed with the reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("system", choices=SYSTEMS)
        parser.add_argument("file", help="YAML or JSON; - reads the standard input")
        parser.add_argument("--project", help="make them this project's; else the instance's")
        parser.add_argument("--label", default="", help="have a file of this label keep them")
        parser.add_argument("--replace", action="store_true", help="also where the key is taken")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be made")
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="write a file of definitions instead"
        )
        parser.add_argument(
            "--tags", choices=TAGS, default=TAGS[0], help="where runs hold a span's tags"
        )

    def handle(
        self,
        *_args: Any,
        system: str,
        file: str,
        project: str | None,
        label: str,
        output: Path | None,
        dry_run: bool,
        **options: Any,
    ) -> None:
        owner = self._owner(project)
        try:
            found = find_links(
                system,
                _text(file),
                project=owner,
                replace=options["replace"],
                tags=options["tags"],
            )
            self._tell(found)
            text = as_yaml(found.file(label=label))
            if output is not None:
                output.write_text(text, encoding="utf-8")
            elif dry_run:
                self.stdout.write(text, ending="")
            else:
                edit = Edit(way=f"import from {system}")
                plan = import_links(found, project=owner, label=label, edit=edit)
                self.stdout.write(plan_text(plan, applied=True))
        except BadFile as error:
            said = "\n".join(f"{file}: {mistake}" for mistake in error.mistakes)
            raise CommandError(f"{said}\nNothing was changed.") from error

    def _tell(self, found: Found) -> None:
        for one in found.left_out:
            self.stderr.write(f"Left out: {one}")
        for one in found.notes:
            self.stderr.write(f"Note: {one}")

    def _owner(self, name: str | None) -> Project | None:
        if name is None:
            return None
        project = Project.objects.filter(name=name).first()
        if project is None:
            raise CommandError(f"There is no project '{name}'.")
        return project


def _text(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}.") from error
