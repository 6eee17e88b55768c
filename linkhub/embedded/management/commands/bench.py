"""`manage.py bench`: measure LinkHub, on servers and settings of the bench's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

ROOT = Path(__file__).parents[4]


class Command(BaseCommand):
    help = "Measure ratios to baselines (docs/performance.md); touches nothing of this instance."

    def run_from_argv(self, argv: list[str]) -> None:
        """The bench takes this process's place: it loads settings of its own."""
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "benchmarks", *argv[2:]])  # noqa: S606
