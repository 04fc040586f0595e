"""Keeps a channel connected."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from . import close_codes
from .channel_url import Endpoint
from .client_requests import ClientRequests
from .credentials import Credentials, Placed
from .descriptor import Channel
from .errors import PostedClientError
from .failures import Closed, Failure, NotTried, Refused, Unreachable
from .inbox import Inbox
from .message_codec import InvalidMessage, Received, UnknownMessage, decode_message
from .outbox import Outbox
from .reconnect_policy import End, ReconnectPolicy
from .renewal import Renewal
from .resumption import Delivery, Resumption
from .server_requests import ServerRequests
from .settings import Settings
from .socket import Socket, open_socket
from .status import Status, StatusPublisher

_UNNOTICED_SECONDS = 5.0
"""How long after it reads again a client notices at most that its connection has ended meanwhile."""


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
        status: StatusPublisher,
    ) -> None:
        self.inbox = Inbox[Delivery](settings.max_waiting_messages)
        self.outbox = Outbox()
        self.requests = ClientRequests(channel, self.outbox)
        self._channel = channel
        self._endpoint = endpoint
        self._credentials = credentials
        self._resumption = resumption
        self._server_requests = server_requests
        self._settings = settings
        self._status = status
        self._policy = ReconnectPolicy(settings, credentials)
        self._renewal = Renewal(channel, credentials, settings.connect_timeout_seconds)
        self._only_replies = _only_replies(channel)

    async def run(self) -> Ended:
        """Returns when no further attempt can help. Cancelling it closes the connection."""
        try:
            return await self._stay_connected()
        finally:
            self.inbox.end()
            self._server_requests.stop()
            self.requests.end()
            for outgoing in self.outbox.end():
                message = f"The client ended before the message {outgoing.name} was sent."
                self._settings.report(PostedClientError("closed", message))

    async def _stay_connected(self) -> Ended:
        while True:
            self._status.publish(Status("connecting"))
            failure = await self._connect_once()
            requested = None if self._resumption is None else self._resumption.ended()
            decision = self._policy.decide(failure, requested)
            if isinstance(decision, End):
                code, reason = close_codes.LOST, ""
                if isinstance(failure, Closed):
                    code = failure.code
                    reason = self._credentials.redact(failure.reason)
                return Ended(code, reason, decision.error)
            delay = decision.delay_seconds
            self._status.publish(Status("waiting", decision.error, delay, decision.attempt))
            await asyncio.sleep(delay)

    async def _connect_once(self) -> Failure:
        """Returns when the connection has ended or could not be opened."""
        timeout_seconds = self._settings.connect_timeout_seconds
        if self._resumption is not None:
            load_error = await self._resumption.load(timeout_seconds)
            if load_error is not None:
                return NotTried(load_error)
        placed = await self._credentials.next(timeout_seconds)
        if isinstance(placed, PostedClientError):
            return NotTried(placed)
        resumption = self._resumption
        if resumption is not None:
            self.inbox.clear(_is_sent_once)
        socket = await self._open(placed, None if resumption is None else resumption.query())
        if isinstance(socket, Refused) and socket.status == 400 and resumption is not None:
            earlier = resumption.earlier_query()
            if earlier is not None:
                socket = await self._open(placed, earlier)
        if not isinstance(socket, Socket):
            return socket
        self._policy.opened()
        self.outbox.open(socket)
        self._renewal.opened(socket)
        self._status.publish(Status("open"))
        close_code: int | None = None
        try:
            closed = self._renewal.ended(await self._read(socket))
            close_code = closed.code
            return closed
        finally:
            self._renewal.stop()
            # A cancellation may arrive here, too, and nothing of the connection must go on.
            try:
                await self.outbox.close()
                self._server_requests.lost()
                self.requests.lost(close_code)
                if self._resumption is not None:
                    await self._resumption.closing()
            finally:
                await socket.close(close_codes.NORMAL)

    async def _open(
        self, placed: Placed, resumed: Mapping[str, str | None] | None
    ) -> Socket | Refused | Unreachable:
        query = {**(resumed or {}), **dict(placed.query)}
        headers = [*self._endpoint.headers.items(), *placed.headers]
        return await open_socket(self._endpoint.with_query(query), headers, self._settings)

    async def _read(self, socket: Socket) -> Closed:
        slow_until = 0.0
        while True:
            frame = await socket.receive()
            if isinstance(frame, Closed):
                # A server that gives up a client which does not read cannot tell it so.
                was_cut_off = frame.code == close_codes.LOST and time.monotonic() < slow_until
                if was_cut_off or frame.code == close_codes.SLOW_CONSUMER:
                    self._report_slow()
                return frame
            if self._renewal.take(frame) or self.requests.settle_error(frame):
                continue
            incoming = decode_message(self._channel, frame)
            if isinstance(incoming, Received):
                delivery = await self._route(incoming, socket)
            else:
                delivery = self._route_other(incoming)
            if delivery is not None:
                is_slow = self.inbox.is_full
                await self.inbox.put(delivery)
                if is_slow:
                    slow_until = time.monotonic() + _UNNOTICED_SECONDS

    def _report_slow(self) -> None:
        """A connection that is resumed misses nothing."""
        if self._resumption is None:
            message = (
                "The application is too slow. The client connects again; messages in between may "
                "be missing."
            )
            self._settings.report(PostedClientError("slow_consumer", message))

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
        delivery = self._resumption.read(received, socket.send)
        heartbeat_seconds = self._resumption.heartbeat_seconds
        if received.name == self._resumption.names.ready and heartbeat_seconds is not None:
            socket.expect_heartbeat(heartbeat_seconds)
        return delivery

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


def _is_sent_once(delivery: Delivery) -> bool:
    """Whether the next connection does not bring a message again: a valid one without a cursor."""
    return delivery.cursor is None and not isinstance(delivery.incoming, InvalidMessage)


def _only_replies(channel: Channel) -> frozenset[str]:
    """The messages that the server sends only as replies."""
    sent = {
        name
        for operation in channel.operations
        if operation.action == "send"
        for name in operation.messages
    }
    replies = {
        name
        for operation in channel.operations
        if operation.action == "receive"
        for name in operation.reply or ()
    }
    return frozenset(replies - sent)
