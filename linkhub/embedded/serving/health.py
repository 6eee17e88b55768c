"""Whether the web server answers."""

from __future__ import annotations

import asyncio

from linkhub.embedded.serving.options import Options

PATH = "/healthz"
PAUSE = 0.05  # nothing tells from outside when a server begins to listen


async def until_it_answers(options: Options, host: str) -> None:
    """Wait for the answer 200 to a GET of `/healthz`, asked for by the name `host`."""
    while not await _answers(options, host):
        await asyncio.sleep(PAUSE)


async def _answers(options: Options, host: str) -> bool:
    name = host.strip().lstrip("*.") or "localhost"
    try:
        reader, writer = await asyncio.open_connection(options.reachable, options.port)
    except OSError:
        return False
    try:
        writer.write(f"GET {PATH} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        status = await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()
    return status.split()[1:2] == [b"200"]
