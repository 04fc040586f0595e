"""The messages that wait for the application, in the order of arrival."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Inbox(Generic[ItemT]):
    """A bounded queue with an end."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[ItemT] = deque()
        self._is_ended = False
        self._changed = asyncio.Event()
        self._room = asyncio.Event()

    async def put(self, item: ItemT) -> None:
        """Waits while it is full."""
        while len(self._waiting) >= self._limit:
            self._room.clear()
            await self._room.wait()
        self._waiting.append(item)
        self._changed.set()

    async def take(self) -> ItemT | None:
        """The next message; None at the end."""
        while not self._waiting:
            if self._is_ended:
                return None
            self._changed.clear()
            await self._changed.wait()
        item = self._waiting.popleft()
        self._room.set()
        return item

    def end(self) -> None:
        """Nothing comes any more; what waits can still be taken."""
        self._is_ended = True
        self._changed.set()

    def clear(self) -> None:
        """Drops what waits."""
        self._waiting.clear()
        self._room.set()
