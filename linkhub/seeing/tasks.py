"""What beat has done for the status page; and what workers and beat tell of themselves."""

from __future__ import annotations

from celery import shared_task

from linkhub.seeing import workers
from linkhub.seeing.looks import look_around as look

workers.install()


@shared_task(name="linkhub.seeing.look_around")  # type: ignore[untyped-decorator]
def look_around() -> None:
    """Note how everything is; that this is done at all shows that beat and workers are well."""
    look()
