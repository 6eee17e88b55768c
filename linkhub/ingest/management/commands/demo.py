"""`manage.py demo load|remove`: the demo project."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from linkhub.ingest.demo import project


class Command(BaseCommand):
    help = "Load or remove the demo project flytesnacks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("do", choices=["load", "remove"])

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["do"] == "load":
            self.stdout.write(f"{project.load()} runs recorded in {project.NAME}")
        else:
            self.stdout.write(f"{project.remove()} runs removed from {project.NAME}")
