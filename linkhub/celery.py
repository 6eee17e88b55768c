"""The Celery application: workers resolve, beat picks up what a lost message left."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun
from django.conf import settings
from django.db import close_old_connections

from linkhub.lib import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkhub.settings")
app = Celery("linkhub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect  # type: ignore[untyped-decorator]
def log_as_django_does(**_: Any) -> None:
    """Without a receiver Celery sets its own level and format."""
    logs.configure(settings.LOGGING)


@task_prerun.connect  # type: ignore[untyped-decorator]
def drop_dead_connections(**_: Any) -> None:
    """CELERY_DB_REUSE_MAX keeps connections between tasks; one that died must not be reused."""
    close_old_connections()
