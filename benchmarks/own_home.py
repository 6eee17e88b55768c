"""A PostgreSQL and a Redis-protocol server of the bench's own, in a temporary folder.

Set up as in production: what is committed is on disk. Nothing of the user's is read or touched.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from linkhub.embedded import environment, launcher

ROOT = Path(__file__).parent.parent
# What would lead the settings to an instance of the user's, or change what is measured.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "STATIC_ROOT")


@dataclass(frozen=True)
class OwnHome:
    """The folder, and what marks the processes that the watchdog ends with the bench."""

    path: Path
    mark: str

    def environment(self) -> dict[str, str]:
        """For a process that the bench starts."""
        return os.environ | {environment.MARK: self.mark}


@contextmanager
def own_home() -> Iterator[OwnHome]:
    """Servers and environment for Django's settings, which must not be loaded yet.

    A watchdog takes all away again once this process has ended, however it ended.
    """
    folder = Path(tempfile.mkdtemp(prefix="linkhub-bench-"))
    folder.chmod(0o711)  # root's servers run as another account
    mark = secrets.token_urlsafe(16)
    command = [sys.executable, "-m", "benchmarks.watchdog", str(folder), mark]
    watchdog = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)
    try:
        home = folder / "home"
        servers = launcher.start(home)
        (home / "static").mkdir()
        for name in [name for name in os.environ if name.startswith("LINKHUB_")]:
            del os.environ[name]
        for name in FOREIGN:
            os.environ.pop(name, None)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "LINKHUB_HOME": str(home),
            "SECRET_KEY": "a-secret-for-the-bench-" + "x" * 40,
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
        }
        yield OwnHome(home, mark)
    finally:
        watchdog.communicate(timeout=60)
