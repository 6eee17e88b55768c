"""`manage.py import_flyte_local PATH --project P --domain D`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from linkhub.accounts.models import Project
from linkhub.ingest.flyte2_local.following import Follower
from linkhub.ingest.flyte2_local.importing import Counts, import_store
from linkhub.ingest.flyte2_local.store import LocalStore, StoreError
from linkhub.lib.names import check_name


class Command(BaseCommand):
    help = (
        "Import the runs and links of a local store of Flyte 2, which the SDK writes with"
        " flyte.init(local_persistence=True), usually to ~/.flyte/local-cache/cache.db."
        " Importing again changes nothing but what is new."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the store's SQLite file")
        parser.add_argument("--project", required=True, help="made if there is none of that name")
        parser.add_argument("--domain", required=True)
        parser.add_argument(
            "--follow", action="store_true", help="go on until it is stopped: runs come as they run"
        )

    def handle(
        self,
        *_args: Any,
        path: Path,
        project: str,
        domain: str,
        follow: bool,
        **_options: Any,
    ) -> None:
        for option, name in (("--project", project), ("--domain", domain)):
            if message := check_name(name):
                raise CommandError(f"{option}: {message}")
        if follow:
            self._follow(path, project, domain)
            return
        try:
            with LocalStore(path) as store:
                row, _ = Project.objects.get_or_create(name=project)
                counts = import_store(store, project=row, domain=domain, report=self._complain)
        except StoreError as error:
            raise CommandError(str(error)) from error
        self._tell(counts, project, domain)

    def _follow(self, path: Path, project: str, domain: str) -> None:
        row, _ = Project.objects.get_or_create(name=project)
        follower = Follower(path, project=row, domain=domain, report=self._complain)
        try:
            for counts in follower.rounds():
                self._tell(counts, project, domain)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _tell(self, counts: Counts, project: str, domain: str) -> None:
        self.stdout.write(f"{_said(counts)} into {project}/{domain}.")
        self.stdout.flush()

    def _complain(self, sentence: str) -> None:
        self.stderr.write(sentence)


def _said(counts: Counts) -> str:
    problems = f", {_many(counts.problems, 'problem')}" if counts.problems else ""
    return (
        f"Imported {_many(counts.runs, 'run')} ({counts.new} new),"
        f" {_many(counts.actions, 'action')}, {_many(counts.attempts, 'attempt')},"
        f" {_many(counts.links, 'link')}{problems}"
    )


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
