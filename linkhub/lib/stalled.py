"""Ending connections of clients that went away in the middle of a request, without a word.

A laptop that sleeps or a network that forgets a connection leaves a read that nothing ends. The
server has no time-out for bodies, and does not tell which socket a request came by; the kernel
knows for how long each has been silent.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
import time

import structlog

log = structlog.get_logger(__name__)

# A connection by which nothing came and nothing went for so long has stalled.
STALLED_SECONDS = 30
# Of Linux' `struct tcp_info`: milliseconds since data was sent, since an acknowledgement was sent
# (always 0), since data was received; after 8 bytes and 9 numbers.
TCP_INFO = getattr(socket, "TCP_INFO", None)
SILENCE = struct.Struct("=8x36x3I")
PAUSE_SECONDS = 1.0

_lock = threading.Lock()
_looked = 0.0


def end_stalled(port: int, *, seconds: float = STALLED_SECONDS) -> int:
    """End this process's connections to `port` that have been silent for so long.

    Called where threads are short: an idle connection that is kept for a next request goes too,
    as HTTP lets it. Return how many; at most once a second, and none where the system cannot tell.
    """
    global _looked
    with _lock:
        if TCP_INFO is None or time.monotonic() - _looked < PAUSE_SECONDS:
            return 0
        _looked = time.monotonic()
    ended = sum(_end(int(name), port, seconds) for name in os.listdir("/dev/fd"))
    if ended:
        log.warning("stalled_connections_ended", connections=ended)
    return ended


def _end(descriptor: int, port: int, seconds: float) -> bool:
    connection = _socket_of(descriptor)
    if connection is None:
        return False
    with connection:
        try:
            if connection.getsockname()[1:2] != (port,) or _idle(connection) < seconds:
                return False
            connection.shutdown(socket.SHUT_RDWR)
        except (OSError, TypeError):  # it listens, has no address, or is closed
            return False
    return True


def _socket_of(descriptor: int) -> socket.socket | None:
    """A duplicate, which stays the same whatever becomes of the number."""
    try:
        own = os.dup(descriptor)
    except OSError:  # closed meanwhile
        return None
    try:
        return socket.socket(fileno=own)
    except OSError:  # no socket
        os.close(own)
        return None


def _idle(connection: socket.socket) -> float:
    """Seconds since something came or went. Raises OSError for what is no connection."""
    connection.getpeername()
    info = connection.getsockopt(socket.IPPROTO_TCP, TCP_INFO or 0, SILENCE.size)
    sent, _, received = SILENCE.unpack(info)
    return float(min(sent, received)) / 1000
