"""The client's requests that wait for their replies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from .correlation import CorrelationId, id_of, with_new_id
from .descriptor import Channel, Message, Operation
from .errors import PostedClientError
from .message_codec import Received, encode_message, identify

_MAX_PENDING = 1_024
"""How many requests may be waiting for the server."""


@dataclass(frozen=True)
class EncodedRequest:
    """A request that is ready to be sent."""

    frame: str | bytes
    replies: tuple[str, ...]
    """The names of the possible replies."""
    correlation: CorrelationId | None
    """None if replies are matched to requests in order."""


@dataclass(frozen=True)
class _PendingRequest:
    request: EncodedRequest
    reply: asyncio.Future[Received]


class ClientRequests:
    """Matches replies by their correlation id if both sides have one, otherwise by order."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._sent: Mapping[str, Message] = {message.name: message for message in channel.send}
        self._pending: list[_PendingRequest] = []
        self._last_number = 0

    def encode(self, operation: Operation, value: object) -> EncodedRequest:
        """Checks and encodes a request.

        Raises PostedClientError `bad_message` or `send_buffer_full`.
        """
        if len(self._pending) >= _MAX_PENDING:
            message = f"{_MAX_PENDING} requests are pending."
            raise PostedClientError("send_buffer_full", message)
        descriptor = self._identify(operation, value)
        self._last_number += 1
        complete = with_new_id(descriptor, value, self._last_number)
        replies = operation.reply or ()
        is_correlated = all(self._sent[name].correlation_id for name in replies)
        return EncodedRequest(
            encode_message(self._channel, descriptor.name, complete),
            replies,
            id_of(descriptor, complete) if is_correlated else None,
        )

    def wait(self, request: EncodedRequest) -> asyncio.Future[Received]:
        """Resolves with the reply, or fails with `closed`."""
        reply: asyncio.Future[Received] = asyncio.get_running_loop().create_future()
        self._pending.append(_PendingRequest(request, reply))
        return reply

    def forget(self, reply: asyncio.Future[Received]) -> None:
        """The caller has given up.

        A request without a correlation id stays pending, since its late reply must not be taken
        for that of the next request.
        """
        if not reply.cancel() and not reply.cancelled():
            # Retrieved, so that asyncio does not report it as unhandled.
            reply.exception()
        self._pending = [
            pending
            for pending in self._pending
            if pending.reply is not reply or pending.request.correlation is None
        ]

    def settle(self, received: Received) -> bool:
        """Returns whether a message is the reply to a pending request."""
        correlation = id_of(self._sent[received.name], received.value)
        for pending in self._pending:
            request = pending.request
            if received.name not in request.replies:
                continue
            if request.correlation is not None and request.correlation != correlation:
                continue
            self._pending.remove(pending)
            if not pending.reply.done():
                pending.reply.set_result(received)
            return True
        return False

    def lost(self, close_code: int | None) -> None:
        """The connection has ended, so no more replies can arrive."""
        ended, self._pending = self._pending, []
        for pending in ended:
            if not pending.reply.done():
                message = "The connection was lost before the reply arrived."
                error = PostedClientError("closed", message, close_code=close_code)
                pending.reply.set_exception(error)

    def _identify(self, operation: Operation, value: object) -> Message:
        """Finds the message of the operation that a value is."""
        messages = [self._channel.messages[name] for name in operation.messages]
        if len(messages) == 1:
            return messages[0]
        encoding = "binary" if isinstance(value, (bytes, bytearray)) else "text"
        for message in messages:
            if message.encoding == encoding and isinstance(value, (bytes, bytearray, str)):
                return message
        identified = identify(messages, value)
        if isinstance(identified, Received):
            return self._channel.messages[identified.name]
        names = ", ".join(operation.messages)
        reason = f"A message of {operation.name} must be one of {names}."
        raise PostedClientError("bad_message", reason if identified is None else str(identified))
