"""Answers the server's requests with functions of the application."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import cast

from .correlation import id_of, with_id
from .descriptor import Channel, Operation
from .errors import PostedClientError
from .inbox import Inbox
from .message_codec import Received, encode_message, value_at


@dataclass(frozen=True)
class _Request:
    operation: Operation
    received: Received
    send: Callable[[str | bytes], Awaitable[object]]
    """Sends on the connection that the request arrived on."""


class ServerRequests:
    """Answers one request at a time: without ids, replies are matched to requests in order."""

    def __init__(
        self,
        channel: Channel,
        functions: Mapping[str, object],
        limit: int,
        report: Callable[[PostedClientError], None],
    ) -> None:
        """`functions`: answer functions by operation. `limit`: how many requests may be queued."""
        self._channel = channel
        self._functions = functions
        self._report = report
        self._inbox = Inbox[_Request](limit)
        self._worker: asyncio.Task[None] | None = None
        self._operations = {
            name: operation
            for operation in channel.operations
            if operation.action == "send" and operation.reply and operation.name in functions
            for name in operation.messages
        }

    async def take(
        self, received: Received, send: Callable[[str | bytes], Awaitable[object]]
    ) -> bool:
        """Queues a request. Returns False for a message that no function answers."""
        operation = self._operations.get(received.name)
        if operation is None:
            return False
        if self._worker is None:
            self._worker = asyncio.create_task(self._answer_all())
        await self._inbox.put(_Request(operation, received, send))
        return True

    def lost(self) -> None:
        """The connection has ended, so queued requests are not answered."""
        self._inbox.clear()

    def stop(self) -> None:
        """The client has ended."""
        if self._worker is not None:
            self._worker.cancel()

    async def _answer_all(self) -> None:
        while (request := await self._inbox.take()) is not None:
            await self._answer(request)

    async def _answer(self, request: _Request) -> None:
        name = request.operation.name
        function = cast(Callable[[object], object], self._functions[name])
        try:
            answer = function(request.received.value)
            if inspect.isawaitable(answer):
                answer = await cast(Awaitable[object], answer)
        except Exception as cause:
            message = f"The function `answer.{name}` raised."
            self._report(PostedClientError("handler", message, cause=cause))
            return
        try:
            frame = self._encode(request, answer)
        except PostedClientError as error:
            self._report(error)
            return
        await request.send(frame)

    def _encode(self, request: _Request, answer: object) -> str | bytes:
        """A function returns the only reply of its operation, or one of several with its name."""
        replies = cast(tuple[str, ...], request.operation.reply)
        name, value = replies[0], answer
        if len(replies) > 1:
            name, value = str(value_at(answer, ("message",))), value_at(answer, ("payload",))
            if name not in replies:
                message = (
                    f"`message` in the reply to {request.operation.name} must be one of "
                    f"{', '.join(replies)}."
                )
                raise PostedClientError("bad_message", message)
        descriptor = next(one for one in self._channel.send if one.name == request.received.name)
        correlation = id_of(descriptor, request.received.value)
        if correlation is not None:
            value = with_id(self._channel.messages[name], value, correlation)
        return encode_message(self._channel, name, value)
