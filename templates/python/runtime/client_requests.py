"""The client's requests that wait for their replies."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from .correlation import CorrelationId, id_of, with_new_id
from .descriptor import Channel, Operation
from .error_answer import read_error_answer
from .errors import PostedClientError
from .message_codec import Received, encode_message, parse_json, with_constants
from .outbox import Outbox, Outgoing, WhenOffline

_MAX_PENDING = 1_024
"""How many requests may be waiting for the server."""


@dataclass(eq=False)
class PendingRequest:
    """A request without its reply."""

    operation: Operation
    correlation: CorrelationId | None
    """None if replies are matched to requests in order."""
    outgoing: Outgoing
    reply: asyncio.Future[Received]
    """Fails with PostedError or PostedClientError `closed`."""


class ClientRequests:
    """Matches replies by their correlation id if both sides have one, otherwise by order."""

    def __init__(self, channel: Channel, outbox: Outbox) -> None:
        self._channel = channel
        self._outbox = outbox
        self._sent = {message.name: message for message in channel.send}
        self._operations = {operation.name: operation for operation in channel.operations}
        self._pending: list[PendingRequest] = []
        self._last_number = 0

    def start(
        self, operation_name: str, name: str, content: object, when_offline: WhenOffline
    ) -> PendingRequest:
        """Checks and queues a request.

        Raises PostedClientError `bad_message`, `not_open` or `send_buffer_full`.
        """
        if len(self._pending) >= _MAX_PENDING:
            message = f"{_MAX_PENDING} requests are pending."
            raise PostedClientError("send_buffer_full", message)
        operation = self._operations[operation_name]
        descriptor = self._channel.messages[name]
        self._last_number += 1
        value = with_new_id(descriptor, with_constants(descriptor, content), self._last_number)
        frame = encode_message(self._channel, name, value)
        is_correlated = all(self._sent[one].correlation_id for one in operation.reply or ())
        pending = PendingRequest(
            operation,
            id_of(descriptor, value) if is_correlated else None,
            self._outbox.put(name, frame, when_offline),
            asyncio.get_running_loop().create_future(),
        )
        self._pending.append(pending)
        return pending

    def forget(self, pending: PendingRequest) -> None:
        """Its caller no longer waits.

        Without an id, the request keeps its position once it is sent, because its reply may still
        arrive.
        """
        self._outbox.withdraw(pending.outgoing)
        if pending.reply.done():
            # Marks an error as seen that arrived while the caller was being canceled.
            _ = pending.reply.cancelled() or pending.reply.exception()
        pending.reply.cancel()
        is_expected = pending.outgoing.is_sent and pending.correlation is None
        if pending in self._pending and not is_expected:
            self._pending.remove(pending)

    def settle(self, received: Received) -> bool:
        """Returns whether a message is the reply to a pending request."""
        correlation = id_of(self._sent[received.name], received.value)
        for pending in self._sent_requests():
            is_reply = received.name in (pending.operation.reply or ())
            if is_reply and pending.correlation in {None, correlation}:
                self._pending.remove(pending)
                if not pending.reply.done():
                    pending.reply.set_result(received)
                return True
        return False

    def settle_error(self, frame: str | bytes) -> bool:
        """Returns whether a frame is the error answer to a pending request."""
        if not self._pending or isinstance(frame, bytes):
            return False
        try:
            value = parse_json(frame)
        except (ValueError, RecursionError):
            return False
        for pending in self._sent_requests():
            answer = read_error_answer(self._channel, pending.operation, value)
            if answer is not None and pending.correlation in {None, answer.correlation}:
                self._pending.remove(pending)
                if not pending.reply.done():
                    pending.reply.set_exception(answer.error)
                return True
        return False

    def lost(self, close_code: int | None) -> None:
        """The connection has ended, so no more replies to what was sent on it can arrive."""
        message = "The connection was lost before the reply arrived."
        self._fail(PostedClientError("closed", message, close_code=close_code), kept="wait")

    def end(self) -> None:
        """The client has ended."""
        self._fail(PostedClientError("closed", "The client ended before the reply arrived."))

    def _sent_requests(self) -> tuple[PendingRequest, ...]:
        return tuple(pending for pending in self._pending if pending.outgoing.is_sent)

    def _fail(self, error: PostedClientError, *, kept: WhenOffline | None = None) -> None:
        ended = [
            pending
            for pending in self._pending
            if pending.outgoing.is_sent or pending.outgoing.when_offline != kept
        ]
        self._pending = [pending for pending in self._pending if pending not in ended]
        for pending in ended:
            self._outbox.withdraw(pending.outgoing)
            if not pending.reply.done():
                pending.reply.set_exception(error)
