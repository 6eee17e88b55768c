"""Sessions in the database, as Django's own are: settings name this module."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """Anybody can send any cookie; a key that LinkHub did not make is no session.

        Django looks at the length alone, and PostgreSQL refuses a look-up of text with NUL.
        """
        return key is not None and len(key) >= 8 and key.isascii() and key.isalnum()
