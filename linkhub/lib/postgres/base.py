"""The database backend: Django's own, but for how it reads times.

Django replaces the driver's reader of `timestamptz`, which is in C, by one in Python, so that
times come in any zone that `TIME_ZONE` says. LinkHub's is UTC, the session's as well, and there
both give the same; but the one in Python takes twenty times as long, and a list of runs or a batch
to resolve reads thousands of times.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg.types.datetime import TimestamptzLoader


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        # The driver puts its version in C in the place of this one, where it has one.
        connection.adapters.register_loader("timestamptz", TimestamptzLoader)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """As Django does it, without a look at the zone of a reader that knows of none."""
        if name is None:
            return self.connection.cursor()
        return base.ServerSideCursor(  # type: ignore[call-arg]
            self.connection, name=name, scrollable=False, withhold=self.connection.autocommit
        )
