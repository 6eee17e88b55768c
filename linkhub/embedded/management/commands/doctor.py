"""`manage.py doctor`: a line for every part of LinkHub, and what to do about it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from linkhub.embedded.doctor.command import examine


class Command(BaseCommand):
    help = "Look at every part, setting and version; the exit code is 1 where something is wrong."
    # They would end it where something is wrong, which is when it is wanted.
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        sys.exit(examine())
