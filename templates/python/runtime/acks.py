"""The acks of one connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

_DELAY_SECONDS = 0.25
"""How long an ack may wait for a newer one to take its place."""

_FLUSH_SECONDS = 1.0
"""How long the last ack may wait for a server that does not read."""


class Acks:
    """Acks are cumulative, so that only the newest is sent.

    That is at the latest after 250 ms, or when a quarter of the server's window is processed,
    which then stays open. While the server does not read, one waits to be sent and newer ones take
    the place of the next.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], window: int) -> None:
        self._send = send
        self._most_together = max(1, window // 4)
        self._newest: str | None = None
        self._together = 0
        self._due = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None

    def acknowledge(self, cursor: str) -> None:
        """Everything up to `cursor`, which came on this connection, is processed."""
        self._newest = cursor
        self._together += 1
        if self._together >= self._most_together:
            self._due.set()
        if self._sender is None:
            self._sender = asyncio.create_task(self._send_all())

    async def flush(self) -> None:
        """Sends what waits."""
        self._due.set()
        if self._sender is not None:
            await asyncio.wait({self._sender}, timeout=_FLUSH_SECONDS)

    def stop(self) -> None:
        """Forgets what waits."""
        self._newest = None
        if self._sender is not None:
            self._sender.cancel()
            self._sender = None

    async def _send_all(self) -> None:
        while self._newest is not None:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._due.wait(), _DELAY_SECONDS)
            cursor, self._newest = self._newest, None
            self._together = 0
            self._due.clear()
            await self._send(cursor)
        self._sender = None
