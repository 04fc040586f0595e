"""The queue of messages for the application."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Inbox(Generic[ItemT]):
    """A bounded queue that can end."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._queue: deque[ItemT] = deque()
        self._is_ended = False
        self._changed = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def is_full(self) -> bool:
        """Whether `put` waits."""
        return len(self._queue) >= self._limit

    async def put(self, item: ItemT) -> None:
        """Waits while it is full."""
        while self.is_full:
            self._room.clear()
            await self._room.wait()
        self._queue.append(item)
        self._changed.set()

    async def ready(self) -> bool:
        """Waits for an item. Returns False at the end."""
        while not self._queue:
            if self._is_ended:
                return False
            self._changed.clear()
            await self._changed.wait()
        return True

    def take(self) -> ItemT:
        """Removes the first item. Raises IndexError if there is none."""
        item = self._queue.popleft()
        self._room.set()
        return item

    def put_back(self, item: ItemT) -> None:
        """Makes an item that was taken the first again."""
        self._queue.appendleft(item)
        self._changed.set()

    def end(self) -> None:
        """No more items are put; queued ones can still be taken."""
        self._is_ended = True
        self._changed.set()

    def clear(self, is_kept: Callable[[ItemT], bool] = lambda _: False) -> None:
        """Drops all queued items, or all but some."""
        kept = [item for item in self._queue if is_kept(item)]
        self._queue.clear()
        self._queue.extend(kept)
        self._room.set()
