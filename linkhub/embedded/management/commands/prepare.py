"""`manage.py prepare`: what `serve` has done by a child before the web server starts.

Its standard output is one line of JSON for `serve`; everything else goes to standard error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from linkhub.accounts.first_admin import ensure_first_admin
from linkhub.accounts.models import Project
from linkhub.embedded.static_files import collect_changed

# Any number that nothing else takes: two instances on one database migrate one after the other.
LOCK = 0x11_4B_4B_0B


class Command(BaseCommand):
    help = "Migrate, collect static files, make the first admin, load the demo where all is empty."

    def handle(self, *_args: Any, **_options: Any) -> None:
        with alone():
            call_command("migrate", verbosity=0, interactive=False)
            with transaction.atomic():  # a failed demo must not leave an admin nobody can be
                password = ensure_first_admin()
                demo = self.load_demo()
        collect_changed()
        self.stdout.write(json.dumps({"password": password, "demo": demo}))

    def load_demo(self) -> bool:
        if Project.objects.exists():
            return False
        call_command("demo", "load", stdout=self.stderr)
        return True


@contextmanager
def alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
