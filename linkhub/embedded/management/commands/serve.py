"""`manage.py serve`: everything that one machine needs, with nothing installed beforehand."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from linkhub.embedded.errors import CannotStart
from linkhub.embedded.serving.supervisor import serve


class Command(BaseCommand):
    help = (
        "Run LinkHub with PostgreSQL, Redis, web, workers and beat until Ctrl-C. Read from the"
        " environment: HOST, PORT, LINKHUB_HOME; DATABASE_URL, REDIS_URL for servers of your own."
    )
    # The database does not run yet; the child that migrates checks the rest.
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            serve(settings.LINKHUB_HOME)
        except CannotStart as error:
            self.stderr.write(str(error))
            sys.exit(1)
