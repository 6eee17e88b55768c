"""The Celery application: workers resolve, beat picks up what a lost message left."""

import os
import sys
from typing import Any

import structlog
from celery import Celery
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun
from django.conf import settings
from django.db import close_old_connections

from linkhub.lib import callers, logs, roles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkhub.settings")
if (role := roles.role_of(sys.argv)) is not roles.Role.COMMAND:
    roles.be(role)
app = Celery("linkhub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The header of a message that has the id of the request it was sent in.
REQUEST_ID = "request_id"


@setup_logging.connect  # type: ignore[untyped-decorator]
def log_as_django_does(**_: Any) -> None:
    """Without a receiver Celery sets its own level and format."""
    logs.configure(settings.LOGGING)


@task_prerun.connect  # type: ignore[untyped-decorator]
def drop_dead_connections(**_: Any) -> None:
    """CELERY_DB_REUSE_MAX keeps connections between tasks; one that died must not be reused."""
    close_old_connections()


@before_task_publish.connect  # type: ignore[untyped-decorator]
def send_request_id(headers: dict[str, Any], **_: Any) -> None:
    """What a task logs says which request had it sent."""
    if caller := callers.current_caller():
        headers[REQUEST_ID] = caller.request_id


@task_prerun.connect  # type: ignore[untyped-decorator]
def log_for_task(task_id: str, task: Any, **_: Any) -> None:
    """Every line that is logged until the task's end names it, and the request it is of."""
    given = {"task": task.name, "task_id": task_id}
    if request_id := task.request.get(REQUEST_ID):
        given["request_id"] = request_id
    structlog.contextvars.bind_contextvars(**given)


@task_postrun.connect  # type: ignore[untyped-decorator]
def log_for_no_task(**_: Any) -> None:
    structlog.contextvars.clear_contextvars()
