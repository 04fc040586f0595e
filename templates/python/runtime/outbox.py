"""The queue of frames to send."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeAlias

from .errors import PostedClientError
from .socket import Socket

_MAX_FRAMES = 1_024
_MAX_SIZE = 1_048_576
"""How much may be queued, in characters of text and in bytes."""

_FLUSH_SECONDS = 1.0
"""How long a closing client waits for a server that does not read the last frames."""

WhenOffline: TypeAlias = Literal["fail", "wait"]
"""Whether to raise `not_open` without a connection, or to wait for the next one."""


@dataclass(eq=False)
class Outgoing:
    """A frame, and whether it has left the queue for a connection."""

    name: str
    frame: str | bytes
    when_offline: WhenOffline
    is_sent: bool = False


class Outbox:
    """A bounded queue, sent in order on one connection after the other.

    No frame is sent twice. A frame that was sent may be lost with its connection.
    """

    def __init__(self) -> None:
        self._queue: deque[Outgoing] = deque()
        self._size = 0
        self._changed = asyncio.Event()
        self._is_open = False
        self._is_ended = False
        self._writing: asyncio.Task[None] | None = None

    def put(self, name: str, frame: str | bytes, when_offline: WhenOffline) -> Outgoing:
        """Queues a frame. Raises PostedClientError `not_open` or `send_buffer_full`."""
        if self._is_ended or not (self._is_open or when_offline == "wait"):
            refuse_unopened()
        if len(self._queue) >= _MAX_FRAMES or self._size + len(frame) > _MAX_SIZE:
            message = f"Too much is waiting to be sent; {name} was not sent."
            raise PostedClientError("send_buffer_full", message)
        outgoing = Outgoing(name, frame, when_offline)
        self._queue.append(outgoing)
        self._size += len(frame)
        self._changed.set()
        return outgoing

    def withdraw(self, outgoing: Outgoing) -> None:
        """Removes a frame that has not been sent."""
        if outgoing in self._queue:
            self._queue.remove(outgoing)
            self._size -= len(outgoing.frame)

    def open(self, socket: Socket) -> None:
        """Starts to send on a connection."""
        self._is_open = True
        self._writing = asyncio.create_task(self._write(socket))

    async def close(self) -> None:
        """Ends the use of the connection, which may still be open for the frames in the queue.

        Then only frames that may wait for the next connection are left.
        """
        self._is_open = False
        self._changed.set()
        writing, self._writing = self._writing, None
        if writing is not None:
            try:
                await asyncio.wait({writing}, timeout=_FLUSH_SECONDS)
            finally:
                writing.cancel()
        for outgoing in tuple(self._queue):
            if outgoing.when_offline == "fail":
                self.withdraw(outgoing)

    def end(self) -> tuple[Outgoing, ...]:
        """The client has ended. Returns the frames that were never sent."""
        self._is_ended = True
        unsent = tuple(self._queue)
        self._queue.clear()
        return unsent

    async def _write(self, socket: Socket) -> None:
        while True:
            while not self._queue:
                if not self._is_open:
                    return
                self._changed.clear()
                await self._changed.wait()
            if not socket.is_open:
                return
            outgoing = self._queue.popleft()
            self._size -= len(outgoing.frame)
            outgoing.is_sent = True
            await socket.send(outgoing.frame)


def refuse_unopened() -> NoReturn:
    """Raises PostedClientError `not_open`."""
    raise PostedClientError("not_open", "There is no connection.")
