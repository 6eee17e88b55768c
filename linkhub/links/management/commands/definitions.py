"""`manage.py definitions export|diff|apply|schema`: definitions and tools as a file."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from linkhub.accounts.models import Project
from linkhub.links.as_code.applying import apply_file, plan_file
from linkhub.links.as_code.exporting import as_yaml, export
from linkhub.links.as_code.file import ReadFile, read_file
from linkhub.links.as_code.plan import Options, Plan, Scope
from linkhub.links.as_code.schema import schema_text
from linkhub.links.as_code.showing import plan_json, plan_text
from linkhub.links.as_code.tree import MAX_BYTES, BadFile
from linkhub.links.edits import Edit

DIFFERENT = 2


class Command(BaseCommand):
    help = (
        "Keep link definitions and tools in a file. Exit codes: 0 done, or nothing to do; 1 the"
        " file cannot be taken, and nothing was changed; 2 (diff, and apply --dry-run) it would"
        " change something."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        exporting = commands.add_parser("export", help="print what is stored as such a file")
        exporting.add_argument("--label", help="only what the file of this label keeps")
        exporting.add_argument("--output", type=Path, metavar="FILE", help="write it there")
        differing = commands.add_parser("diff", help="print what applying a file would change")
        applying = commands.add_parser("apply", help="make what is stored what a file says")
        applying.add_argument("--dry-run", action="store_true", help="the same as diff")
        applying.add_argument("--reason", default="", help="for the history, such as a commit")
        for each in (differing, applying):
            each.add_argument("file", help="YAML or JSON; - reads the standard input")
            each.add_argument(
                "--prune", action="store_true", help="delete what left the file of this label"
            )
            each.add_argument(
                "--take-over", action="store_true", help="take what another label keeps"
            )
            each.add_argument("--json", action="store_true", help="print JSON")
        for each in (exporting, differing, applying):
            each.add_argument("--project", help="only this project's definitions")
        commands.add_parser("schema", help="print the JSON Schema of such a file")

    def handle(self, *, command: str, **options: Any) -> None:
        match command:
            case "export":
                self._export(**options)
            case "schema":
                self.stdout.write(schema_text(), ending="")
            case _:
                self._take(changes=command == "apply" and not options.pop("dry_run"), **options)

    def _export(
        self, *, label: str | None, output: Path | None, project: str | None, **_options: Any
    ) -> None:
        text = as_yaml(export(project=_project(project), label=label))
        if output is None:
            self.stdout.write(text, ending="")
        else:
            output.write_text(text, encoding="utf-8")

    def _take(
        self,
        *,
        changes: bool,
        file: str,
        prune: bool,
        take_over: bool,
        project: str | None,
        reason: str = "",
        **options: Any,
    ) -> None:
        scope = Scope(_project(project))
        given = Options(prune=prune, take_over=take_over)
        try:
            read = _read(file)
            if changes:
                edit = Edit(reason=reason, way="definitions apply")
                plan = apply_file(read, scope=scope, options=given, edit=edit)
            else:
                plan = plan_file(read, scope=scope, options=given)
        except BadFile as error:
            said = "\n".join(f"{file}: {mistake}" for mistake in error.mistakes)
            raise CommandError(f"{said}\nNothing was changed.") from error
        self._tell(plan, applied=changes, as_json=options["json"])
        if not changes and plan.changes_anything:
            sys.exit(DIFFERENT)

    def _tell(self, plan: Plan, *, applied: bool, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(plan_json(plan, applied=applied), indent=2))
        else:
            self.stdout.write(plan_text(plan, applied=applied))


def _read(name: str) -> ReadFile:
    try:
        if name == "-":
            return read_file(sys.stdin.buffer.read(MAX_BYTES + 1))
        with Path(name).open("rb") as file:
            return read_file(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}.") from error


def _project(name: str | None) -> Project | None:
    if name is None:
        return None
    project = Project.objects.filter(name=name).first()
    if project is None:
        raise CommandError(f"There is no project '{name}'.")
    return project
