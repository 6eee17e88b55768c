"""The order in which the parts of one LinkHub start, and in which they end."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from linkhub.embedded import environment
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.home import Home, kept_secret, open_home, write_private
from linkhub.embedded.place import open_place
from linkhub.embedded.serving import health, instance, parts, servers
from linkhub.embedded.serving.child import Child
from linkhub.embedded.serving.console import say
from linkhub.embedded.serving.options import Options, check_port_is_free, read_options
from linkhub.embedded.serving.preparing import prepare

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# An import on a slow disk takes long; a part that cannot start says so in its log well before.
READY_SECONDS = 120


def serve(folder: Path) -> None:
    """Run LinkHub until a signal ends it. Raises CannotStart."""
    options = read_options(folder)
    home = open_home(options.home)
    with instance.only_instance(home):
        check_port_is_free(options.host, options.port)
        asyncio.run(_until_signalled(Supervisor(options, home)))
    say(f"Stopped; the data stays in {home.path}")


async def _until_signalled(supervisor: Supervisor) -> None:
    signalled = asyncio.Event()
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, signalled.set)
    work = asyncio.create_task(supervisor.run())
    waiting = asyncio.create_task(signalled.wait())
    try:
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
        say("Stopping")
    finally:
        waiting.cancel()
        work.cancel()
        await supervisor.stop()


class Supervisor:
    def __init__(self, options: Options, home: Home) -> None:
        self.options = options
        self.home = home
        self.keepers: list[servers.Keeper] = []
        self.children: list[Child] = []
        self.kept: list[asyncio.Task[None]] = []
        self.mark = instance.announce(home, options.address).mark

    async def run(self) -> None:
        """Start everything in order, then keep it running."""
        urls = await self._start_servers()
        environ = self._environment(urls)
        began = time.monotonic()
        prepared = await prepare(environ, self.home.logs)
        say(f"Database up to date ({time.monotonic() - began:.1f} s)")
        if prepared.demo:
            say("Demo project loaded")
        await self._start_processes(environ)
        say(f"LinkHub is at {self.options.address}")
        if prepared.password:
            say(f"Sign in as admin with the one-time password {prepared.password}")
        await asyncio.gather(*self.kept)

    async def stop(self) -> None:
        """End what was started: first what uses the servers, then the servers."""
        await asyncio.gather(*(child.stop() for child in self.children))
        instance.end_marked(self.mark)  # a part's descendants may have left its session
        await asyncio.gather(*(keeper.stop() for keeper in self.keepers))
        for task in self.kept:
            task.cancel()

    async def _start_servers(self) -> dict[str, str]:
        """The URLs of database and Redis."""
        urls = {}
        makers = {"DATABASE_URL": servers.database, "REDIS_URL": servers.broker}
        for name, maker in makers.items():
            if name in self.options.given:
                urls[name] = self.options.given[name]
                continue
            keeper = maker(await asyncio.to_thread(open_place, self.home))
            self.keepers.append(keeper)
            running = await keeper.begin()
            self._keep(keeper.keep_running(running))
            urls[name] = running.url
        return urls

    def _environment(self, urls: dict[str, str]) -> dict[str, str]:
        """That of every child; what others need to find the servers is left in the home."""
        ours = {
            "SECRET_KEY": kept_secret(self.home.path / "secret_key"),
            "ALLOWED_HOSTS": ",".join(self.options.hosts),
            **urls,
        }
        left = {name: value for name, value in ours.items() if name not in self.options.given}
        write_private(self.home.path / environment.FILE, environment.text(left))
        fixed = {
            "LINKHUB_HOME": str(self.home.path),
            "DJANGO_SETTINGS_MODULE": "linkhub.settings",
            "PYTHONUNBUFFERED": "1",
            environment.MARK: self.mark,
        }
        return {**os.environ, **ours, **self.options.given, **fixed}

    async def _start_processes(self, environ: dict[str, str]) -> None:
        web = Child(parts.web(self.options), environ, self.home.logs)
        others = [Child(part, environ, self.home.logs) for part in parts.background(self.options)]
        self.children = [web, *others]
        for child in self.children:
            self._keep(child.keep_running())
        host = environ["ALLOWED_HOSTS"].split(",")[0]
        answering = health.until_it_answers(self.options, host)
        await asyncio.gather(
            self._until_ready(web, answering),
            *(self._until_ready(child, child.ready.wait()) for child in others),
        )

    async def _until_ready(self, child: Child, ready: Coroutine[Any, Any, Any]) -> None:
        began = time.monotonic()
        try:
            await asyncio.wait_for(ready, READY_SECONDS)
        except TimeoutError as error:
            raise CannotStart(
                f"{child.part.name} is not ready after {READY_SECONDS} s: see {child.log}."
            ) from error
        say(f"{child.part.name} ready ({time.monotonic() - began:.1f} s)")

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        self.kept.append(asyncio.create_task(work))
