"""Keeps a channel connected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from . import close_codes
from .channel_url import Endpoint
from .client_requests import ClientRequests
from .credentials import Credentials
from .descriptor import Channel
from .errors import PostedClientError
from .failures import Closed, Failure, NotTried
from .inbox import Inbox
from .message_codec import InvalidMessage, Received, UnknownMessage, decode_message
from .reconnect_policy import End, ReconnectPolicy
from .resumption import Delivery, Resumption
from .server_requests import ServerRequests
from .settings import Settings, Status
from .socket import Socket, open_socket


@dataclass(frozen=True)
class Ended:
    """The close code and reason with which a client ended."""

    code: int
    """The close code of RFC 6455 section 7.4; 1006 if there was none."""
    reason: str
    error: PostedClientError | None
    """None if the client or the server closed the channel normally."""


class Connector:
    """The connections of one client, one at a time."""

    def __init__(
        self,
        channel: Channel,
        endpoint: Endpoint,
        credentials: Credentials,
        resumption: Resumption | None,
        server_requests: ServerRequests,
        settings: Settings,
    ) -> None:
        self.inbox = Inbox[Delivery](settings.max_waiting_messages)
        self.requests = ClientRequests(channel)
        self._channel = channel
        self._endpoint = endpoint
        self._credentials = credentials
        self._resumption = resumption
        self._server_requests = server_requests
        self._settings = settings
        self._policy = ReconnectPolicy(settings.reconnect, credentials)
        self._socket: Socket | None = None
        self._only_replies = _only_replies(channel)

    async def run(self, on_open: Callable[[], None]) -> Ended:
        """Returns when no further attempt can help. Cancelling it closes the connection."""
        try:
            return await self._stay_connected(on_open)
        finally:
            self.inbox.end()
            self._server_requests.stop()

    async def send(self, frame: str | bytes) -> None:
        """Raises PostedClientError `not_open`."""
        if self._socket is None or not await self._socket.send(frame):
            refuse_unopened()

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        return self._socket is not None

    async def _stay_connected(self, on_open: Callable[[], None]) -> Ended:
        while True:
            self._settings.set_status(Status("connecting"))
            failure = await self._connect_once(on_open)
            requested = None if self._resumption is None else self._resumption.ended()
            decision = self._policy.decide(failure, requested)
            if isinstance(decision, End):
                code, reason = close_codes.LOST, ""
                if isinstance(failure, Closed):
                    code = failure.code
                    reason = self._credentials.redact(failure.reason)
                return Ended(code, reason, decision.error)
            delay = decision.delay_seconds
            self._settings.set_status(Status("waiting", decision.error, delay, decision.attempt))
            await asyncio.sleep(delay)

    async def _connect_once(self, on_open: Callable[[], None]) -> Failure:
        """Returns when the connection has ended or could not be opened."""
        timeout_seconds = self._settings.connect_timeout_seconds
        query: list[tuple[str, str]] = []
        if self._resumption is not None:
            load_error = await self._resumption.load(timeout_seconds)
            if load_error is not None:
                return NotTried(load_error)
            query.append(self._resumption.query())
        placed = await self._credentials.next(timeout_seconds)
        if isinstance(placed, PostedClientError):
            return NotTried(placed)
        url = self._endpoint.with_query(*query, *placed.query)
        headers = [*self._endpoint.headers.items(), *placed.headers]
        socket = await open_socket(url, headers, self._settings)
        if not isinstance(socket, Socket):
            return socket
        self._policy.opened()
        self._socket = socket
        self._settings.set_status(Status("open"))
        on_open()
        close_code: int | None = None
        try:
            closed = await self._read(socket)
            close_code = closed.code
            return closed
        finally:
            self._socket = None
            self._server_requests.lost()
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
                delivery = await self._route(incoming, socket)
            else:
                delivery = self._route_other(incoming)
            if delivery is not None:
                await self.inbox.put(delivery)

    async def _route(self, received: Received, socket: Socket) -> Delivery | None:
        """Returns the delivery for the application's loop; None for other messages."""
        if self.requests.settle(received):
            return None
        if await self._server_requests.take(received, socket.send):
            return None
        if received.name in self._only_replies:
            message = f"The server sent the reply {received.name}, but no request was pending."
            self._settings.report(PostedClientError("bad_frame", message))
            return None
        if self._resumption is None:
            return Delivery(received)
        return self._resumption.read(received, socket.send)

    def _route_other(self, incoming: UnknownMessage | InvalidMessage) -> Delivery | None:
        """The same for messages that are not valid ones of the contract."""
        if isinstance(incoming, InvalidMessage):
            if self._settings.on_invalid is not None:
                return Delivery(incoming)
            # Reported before any later message can be delivered.
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


def _only_replies(channel: Channel) -> frozenset[str]:
    """The messages that the server sends only as replies."""
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
