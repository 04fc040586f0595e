"""Delivers messages to the handlers and loops of the application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from .callbacks import Callbacks
from .errors import PostedClientError
from .inbox import Inbox
from .message_codec import InvalidMessage, Received, UnknownMessage
from .resumption import Delivery, Resumption
from .status import Stop

ResultT = TypeVar("ResultT")


@dataclass(eq=False)
class Reader:
    """One loop over the messages. It takes part from its first request for a message on."""

    offered: Received | None = None
    """A message that the loop has not taken yet."""
    is_busy: bool = False
    """Whether the loop has taken a message and has not requested the next one."""
    has_left: bool = False


@dataclass(eq=False)
class _Handler:
    name: str
    function: Callable[[Any], object]


@dataclass(eq=False)
class _Turn:
    """The message that is being delivered."""

    delivery: Delivery
    is_taken: bool
    """Whether the application has received it. Handlers of other messages have nothing to do."""
    was_left: bool = False
    """Whether a loop was left instead of requesting the next message."""


class Deliveries:
    """One message at a time, in the order of arrival.

    Every handler and loop that is there when the turn of a message comes gets it, and the next
    message waits until all of them have finished. Without any, messages wait.
    """

    def __init__(
        self, inbox: Inbox[Delivery], callbacks: Callbacks, resumption: Resumption | None
    ) -> None:
        self._inbox = inbox
        self._callbacks = callbacks
        self._resumption = resumption
        self._handlers: list[_Handler] = []
        self._readers: list[Reader] = []
        self._calls: set[asyncio.Task[Any]] = set()
        self._turn: _Turn | None = None
        self._changed = asyncio.Event()
        self._is_ended = False
        self._error: PostedClientError | None = None

    def add_handler(self, name: str, function: Callable[[Any], object]) -> Stop:
        """Calls a function with every message of a name. Returns a function that ends this."""
        handler = _Handler(name, function)
        self._handlers.append(handler)
        self._changed.set()

        def stop() -> None:
            if handler in self._handlers:
                self._handlers.remove(handler)
                self._changed.set()

        return stop

    async def next(self, reader: Reader) -> Received | None:
        """The next message for a loop; None if the loop or the client has ended.

        Canceling this takes no message. Raises the PostedClientError that ended the client.
        """
        reader.is_busy = False
        if reader not in self._readers and not reader.has_left:
            self._readers.append(reader)
        self._changed.set()
        await self._until(lambda: reader.offered is not None or reader.has_left or self._is_ended)
        received, reader.offered = reader.offered, None
        if received is not None:
            reader.is_busy = True
            if self._turn is not None:
                self._turn.is_taken = True
            return received
        is_left = reader.has_left
        self.leave(reader)
        if self._error is not None and not is_left:
            raise self._error
        return None

    def leave(self, reader: Reader) -> None:
        """The loop requests no more messages."""
        if reader.is_busy and self._turn is not None:
            self._turn.was_left = True
        reader.offered, reader.is_busy, reader.has_left = None, False, True
        if reader in self._readers:
            self._readers.remove(reader)
        self._changed.set()

    async def run(self) -> PostedClientError | None:
        """Delivers until the inbox ends.

        Returns the error of an invalid message after which the client must not continue.
        """
        while True:
            await self._until(self._has_consumers)
            if not await self._inbox.ready():
                return None
            if self._has_consumers():
                error = await self._deliver(self._inbox.take())
                if error is not None:
                    return error

    def finish(self) -> None:
        """The application is leaving without an exception: its loops are done."""
        is_handled = all(call.done() for call in self._calls)
        if self._turn is not None and self._turn.is_taken and is_handled:
            self._processed()

    def stop(self) -> None:
        """Cancels what the application is doing, except the function that called this."""
        for call in self._calls - {asyncio.current_task()}:
            call.cancel()

    def end(self, error: PostedClientError | None) -> None:
        """Ends all loops."""
        self._is_ended = True
        self._error = error
        self._changed.set()

    async def handled(self) -> None:
        """Waits until the handlers have finished with all messages, or there are none."""
        await self._until(lambda: self._is_ended or not self._handlers)
        running = self._calls - {asyncio.current_task()}
        if running:
            await asyncio.wait(running)

    async def _deliver(self, delivery: Delivery) -> PostedClientError | None:
        incoming = delivery.incoming
        names = None if self._resumption is None else self._resumption.names
        self._turn = _Turn(delivery, is_taken=True)
        if self._resumption is not None:
            self._resumption.offered(delivery)
        if isinstance(incoming, InvalidMessage):
            if not await self._call(self._callbacks.may_continue(incoming)):
                self._turn = None
                return incoming.error
        elif isinstance(incoming, UnknownMessage):
            await self._call(self._callbacks.unknown(incoming.value))
        elif names is not None and incoming.name == names.reset:
            await self._call(self._callbacks.reset(incoming.value))
        elif names is None or incoming.name != names.checkpoint:
            await self._hand_over(incoming, delivery)
        self._processed()
        return None

    async def _hand_over(self, received: Received, delivery: Delivery) -> None:
        """Returns when the message is processed, or back in the inbox."""
        turn = self._turn = _Turn(delivery, is_taken=bool(self._handlers))
        readers = tuple(self._readers)
        for reader in readers:
            reader.offered = received
        self._changed.set()
        calls = [
            self._start(self._callbacks.message(handler.name, handler.function, received.value))
            for handler in self._handlers
            if handler.name == received.name
        ]
        if calls:
            await asyncio.wait(calls)
            self._report_canceled(calls)
        await self._until(lambda: not any(one.offered or one.is_busy for one in readers))
        if not turn.is_taken:
            self._turn = None
            self._inbox.put_back(delivery)
            if self._resumption is not None:
                self._resumption.returned()
        elif turn.was_left:
            # The loop may have been left by an exception, which ends `async with` before another
            # loop starts. Then the message is not processed.
            await self._until(self._has_consumers)

    def _processed(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None and self._resumption is not None:
            self._resumption.processed(turn.delivery)

    async def _call(self, function: Coroutine[Any, Any, ResultT]) -> ResultT | None:
        call = self._start(function)
        await asyncio.wait({call})
        self._report_canceled((call,))
        return None if call.cancelled() else call.result()

    def _report_canceled(self, calls: Iterable[asyncio.Task[Any]]) -> None:
        """When the client is closed, this task is canceled, too, and does not come here."""
        if any(call.cancelled() for call in calls):
            self._callbacks.canceled()

    def _start(self, function: Coroutine[Any, Any, ResultT]) -> asyncio.Task[ResultT]:
        """In its own task, so that a function of the application can close the client."""
        call = asyncio.create_task(function)
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return call

    def _has_consumers(self) -> bool:
        return bool(self._handlers or self._readers)

    async def _until(self, is_met: Callable[[], bool]) -> None:
        while not is_met():
            self._changed.clear()
            await self._changed.wait()
