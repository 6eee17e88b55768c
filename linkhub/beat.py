"""Beat's schedule by a clock that is set back: Celery's would wait until it is right again."""

from __future__ import annotations

from typing import Any

from celery.beat import PersistentScheduler


class SteadyScheduler(PersistentScheduler):  # type: ignore[misc]
    """Celery's own, but that nothing can have run later than now."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        now = self.app.now()
        late = [entry for entry in self.schedule.values() if entry.last_run_at > now]
        for entry in late:
            entry.last_run_at = now
        if late:
            self._heap = None  # made by the clock as it was
        return super().tick(*args, **kwargs)
