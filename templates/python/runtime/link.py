"""Keeps a channel open, through however many connections it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from . import close_codes
from .answers import Answers
from .channel_url import Place
from .credentials import Credentials
from .descriptor import Channel
from .endings import Closed, Failure, NotTried
from .errors import PostedClientError
from .inbox import Inbox
from .messages import InvalidMessage, Received, UnknownMessage, decode_message
from .requests import Requests
from .resumption import Delivery, Resumption
from .retry import End, Retry
from .settings import Settings, Status
from .socket import Socket, open_socket


@dataclass(frozen=True)
class Ended:
    """How a client ended."""

    code: int
    """The close code of RFC 6455 section 7.4; 1006 where there was none."""
    reason: str
    error: PostedClientError | None
    """None where nothing is wrong: the client or the server has closed the channel."""


class Link:
    """The connections of one client, one at a time."""

    def __init__(
        self,
        channel: Channel,
        place: Place,
        credentials: Credentials,
        resumption: Resumption | None,
        answers: Answers,
        settings: Settings,
    ) -> None:
        self.inbox = Inbox[Delivery](settings.max_waiting_messages)
        self.requests = Requests(channel)
        self._channel = channel
        self._place = place
        self._credentials = credentials
        self._resumption = resumption
        self._answers = answers
        self._settings = settings
        self._retry = Retry(settings.reconnect, credentials)
        self._socket: Socket | None = None
        self._replies_alone = _replies_alone(channel)

    async def run(self, on_open: Callable[[], None]) -> Ended:
        """Returns when no further attempt can help. Cancelled, it closes the connection."""
        try:
            return await self._stay_connected(on_open)
        finally:
            self.inbox.end()
            self._answers.stop()

    async def send(self, frame: str | bytes) -> None:
        """Raises PostedClientError `not_open`."""
        if self._socket is None or not await self._socket.send(frame):
            refuse_unopened()

    @property
    def is_open(self) -> bool:
        """Whether something can be sent."""
        return self._socket is not None

    async def _stay_connected(self, on_open: Callable[[], None]) -> Ended:
        while True:
            self._settings.tell(Status("connecting"))
            failure = await self._connect_once(on_open)
            asked = None if self._resumption is None else self._resumption.ended()
            decision = self._retry.after(failure, asked)
            if isinstance(decision, End):
                code, reason = close_codes.LOST, ""
                if isinstance(failure, Closed):
                    code = failure.code
                    reason = self._credentials.without_secrets(failure.reason)
                return Ended(code, reason, decision.error)
            delay = decision.delay_seconds
            self._settings.tell(Status("waiting", decision.error, delay, decision.attempt))
            await asyncio.sleep(delay)

    async def _connect_once(self, on_open: Callable[[], None]) -> Failure:
        """Returns when the connection has ended, or could not be opened."""
        limit_seconds = self._settings.connect_timeout_seconds
        query: list[tuple[str, str]] = []
        if self._resumption is not None:
            not_loaded = await self._resumption.load(limit_seconds)
            if not_loaded is not None:
                return NotTried(not_loaded)
            query.append(self._resumption.query())
        placed = await self._credentials.next(limit_seconds)
        if isinstance(placed, PostedClientError):
            return NotTried(placed)
        url = self._place.with_query(*query, *placed.query)
        headers = [*self._place.headers.items(), *placed.headers]
        socket = await open_socket(url, headers, self._settings)
        if not isinstance(socket, Socket):
            return socket
        self._retry.opened()
        self._socket = socket
        self._settings.tell(Status("open"))
        on_open()
        close_code: int | None = None
        try:
            closed = await self._read(socket)
            close_code = closed.code
            return closed
        finally:
            self._socket = None
            self._answers.lost()
            self.requests.lost(close_code)
            if self._resumption is not None:
                await self._resumption.closing()
            await socket.close(close_codes.NORMAL)

    async def _read(self, socket: Socket) -> Closed:
        while True:
            frame = await socket.receive()
            if isinstance(frame, Closed):
                return frame
            incoming = decode_message(self._channel, frame)
            if isinstance(incoming, Received):
                delivery = await self._sort(incoming, socket)
            else:
                delivery = self._sort_other(incoming)
            if delivery is not None:
                await self.inbox.put(delivery)

    async def _sort(self, received: Received, socket: Socket) -> Delivery | None:
        """What is for the application's loop; None for what is not."""
        if self.requests.settle(received) or await self._answers.take(received, socket.send):
            return None
        if received.name in self._replies_alone:
            message = f"A message {received.name} answers no request that waits."
            self._settings.report(PostedClientError("bad_frame", message))
            return None
        if self._resumption is None:
            return Delivery(received)
        return self._resumption.read(received, socket.send)

    def _sort_other(self, incoming: UnknownMessage | InvalidMessage) -> Delivery | None:
        """The same of what is not the contract's."""
        if isinstance(incoming, InvalidMessage):
            if self._settings.on_invalid is not None:
                return Delivery(incoming)
            # Reported before anything that came after it can be handed over.
            self._settings.report(incoming.error)
            return None
        if self._resumption is None:
            delivery = Delivery(incoming)
        else:
            delivery = self._resumption.read_unknown(incoming)
        is_needed = self._settings.on_unknown is not None or delivery.cursor is not None
        return delivery if is_needed else None


def refuse_unopened() -> NoReturn:
    """Raises PostedClientError `not_open`."""
    raise PostedClientError("not_open", "There is no connection.")


def _replies_alone(channel: Channel) -> frozenset[str]:
    """The messages that the server sends as answers and never by itself."""
    sent = {
        n
        for operation in channel.operations
        if operation.action == "send"
        for n in operation.messages
    }
    replies = {
        n
        for operation in channel.operations
        if operation.action == "receive"
        for n in operation.reply or ()
    }
    return frozenset(replies - sent)
