"""The Celery application: workers resolve, beat picks up what a lost message left."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkhub.settings")
app = Celery("linkhub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect  # type: ignore[untyped-decorator]
def drop_dead_connections(**_: Any) -> None:
    """CELERY_DB_REUSE_MAX keeps connections between tasks; one that died must not be reused."""
    close_old_connections()
