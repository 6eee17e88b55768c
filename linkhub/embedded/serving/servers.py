"""The database and Redis behind an instance: the user's own, or embedded and kept running."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from linkhub.embedded import identity, postgres, redis
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.place import Place
from linkhub.embedded.running import Running
from linkhub.embedded.serving.console import say
from linkhub.embedded.serving.pauses import Pauses


@dataclass
class Keeper:
    """One embedded server: `start` adopts what runs, so it may be called at any time."""

    place: Place
    start: Callable[[Place], Running]
    end: Callable[[Place], None]
    stopping: bool = False

    async def begin(self) -> Running:
        running = await asyncio.to_thread(self.start, self.place)
        verb = "ready" if running.started else "adopted, it was still running"
        say(f"{running.name} {running.version} {verb} ({running.seconds:.1f} s)")
        return running

    async def keep_running(self, running: Running) -> None:
        """Start the server again whenever it ends, until `stop`."""
        pauses = Pauses()
        while True:
            await asyncio.to_thread(identity.has_ended, running.process)
            if self.stopping:
                return
            say(f"{running.name} has ended; it starts again in {pauses.next:g} s")
            running = await self._begin_again(pauses)

    async def _begin_again(self, pauses: Pauses) -> Running:
        while True:
            await pauses.take()
            try:
                return await self.begin()
            except CannotStart as error:
                say(f"{error} Trying again in {pauses.next:g} s.")

    async def stop(self) -> None:
        self.stopping = True
        await asyncio.to_thread(self.end, self.place)


def database(place: Place) -> Keeper:
    return Keeper(place, postgres.start, postgres.stop)


def broker(place: Place) -> Keeper:
    return Keeper(place, redis.start, redis.stop)
