"""The acks of one connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

_MAX_DELAY_SECONDS = 0.25
"""How long an ack may wait to be replaced by a newer one."""

_FLUSH_SECONDS = 1.0
"""How long to wait for a server that does not read the last ack."""


class Acks:
    """Acks are cumulative, so only the newest is sent.

    It is sent after at most 250 ms, or once a quarter of the server's window is processed, so that
    the window never fills up. While the server does not read, one ack is being sent, and newer ones
    replace the next.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], window: int) -> None:
        self._send = send
        self._max_pending = max(1, window // 4)
        self._newest: str | None = None
        self._pending = 0
        self._flushing = asyncio.Event()
        self._sending: asyncio.Task[None] | None = None

    def acknowledge(self, cursor: str) -> None:
        """Everything up to `cursor`, received on this connection, is processed."""
        self._newest = cursor
        self._pending += 1
        if self._pending >= self._max_pending:
            self._flushing.set()
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())

    async def flush(self) -> None:
        """Sends the pending ack now."""
        self._flushing.set()
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=_FLUSH_SECONDS)

    def stop(self) -> None:
        """Drops the pending ack."""
        self._newest = None
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    async def _send_all(self) -> None:
        while self._newest is not None:
            timer = asyncio.get_running_loop().call_later(_MAX_DELAY_SECONDS, self._flushing.set)
            try:
                await self._flushing.wait()
            finally:
                timer.cancel()
            cursor, self._newest = self._newest, None
            self._pending = 0
            self._flushing.clear()
            await self._send(cursor)
        self._sending = None
