"""A loop over the messages of a client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from .deliveries import Deliveries, Reader
from .message_codec import Received

ItemT = TypeVar("ItemT", covariant=True)


class MessageLoop(AsyncIterator[ItemT]):
    """Yields the messages from its first step on.

    The loop is done with a message when it requests the next one. It is left when it is no longer
    referenced, as after `break`, or with `aclose()`; both take effect at once and lose nothing. A
    canceled step takes no message, and the loop can continue; until it does or is left, the next
    message waits for it.
    """

    def __init__(self, deliveries: Deliveries, item_of: Callable[[Received], ItemT]) -> None:
        self._deliveries = deliveries
        self._item_of = item_of
        self._reader = Reader()
        self._is_waiting = False
        self._event_loop: asyncio.AbstractEventLoop | None = None

    def __aiter__(self) -> MessageLoop[ItemT]:
        return self

    async def __anext__(self) -> ItemT:
        if self._is_waiting:
            raise RuntimeError("Another task is waiting for the next message of this loop.")
        self._is_waiting = True
        self._event_loop = asyncio.get_running_loop()
        try:
            received = await self._deliveries.next(self._reader)
        finally:
            self._is_waiting = False
        if received is None:
            raise StopAsyncIteration
        return self._item_of(received)

    async def aclose(self) -> None:
        """Leaves the loop. A step that is waiting for a message ends the loop."""
        self._deliveries.leave(self._reader)

    def __del__(self) -> None:
        # In the event loop, because objects may be deleted in any thread. There, it also follows
        # the end of an `async with` that an exception in the body of the loop has ended.
        if self._event_loop is not None and not self._event_loop.is_closed():
            self._event_loop.call_soon_threadsafe(self._deliveries.leave, self._reader)
