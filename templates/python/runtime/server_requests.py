"""Answers the server's requests with functions of the application."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from .correlation import id_of, with_id
from .descriptor import Channel, Operation
from .errors import PostedClientError
from .inbox import Inbox
from .message_codec import Received, encode_message, with_constants

NameT = TypeVar("NameT", bound=str, covariant=True)


@dataclass(frozen=True)
class Reply(Generic[NameT]):
    """One of several replies to a request of the server."""

    name: NameT
    content: object


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
        replies: Mapping[str, object],
        limit: int,
        report: Callable[[PostedClientError], None],
    ) -> None:
        """`functions` and `replies`: what answers, and creates the replies, by operation.

        `limit`: how many requests may be queued. Raises PostedClientError `invalid_options`.
        """
        self._channel = channel
        self._functions = functions
        self._replies = replies
        self._report = report
        self._inbox = Inbox[_Request](limit)
        self._worker: asyncio.Task[None] | None = None
        answered = [one for one in channel.operations if one.action == "send" and one.reply]
        unknown = functions.keys() - {operation.member for operation in answered}
        if unknown:
            message = f"`answer`: the server sends no request {', '.join(sorted(unknown))}."
            raise PostedClientError("invalid_options", message)
        self._operations = {
            name: operation
            for operation in answered
            if operation.member in functions
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
        while await self._inbox.ready():
            await self._answer(self._inbox.take())

    async def _answer(self, request: _Request) -> None:
        member = request.operation.member
        function = cast(Callable[..., object], self._functions[member])
        arguments = [self._replies[member]] if member in self._replies else []
        try:
            answer = function(request.received.value, *arguments)
            if inspect.isawaitable(answer):
                answer = await cast(Awaitable[object], answer)
        except Exception as cause:
            message = f"The function `answer.{member}` raised."
            self._report(PostedClientError("handler", message, cause=cause))
            return
        try:
            frame = self._encode(request, answer)
        except PostedClientError as error:
            self._report(error)
            return
        await request.send(frame)

    def _encode(self, request: _Request, answer: object) -> str | bytes:
        """A function returns the content of the only reply, or one of several replies."""
        names = cast(tuple[str, ...], request.operation.reply)
        name, content = names[0], answer
        if len(names) > 1:
            reply = cast(Reply[str], answer)
            if not isinstance(answer, Reply) or reply.name not in names:
                member = request.operation.member
                message = f"`answer.{member}` must return one of its replies: {', '.join(names)}."
                raise PostedClientError("bad_message", message)
            name, content = reply.name, reply.content
        descriptor = self._channel.messages[name]
        value = with_constants(descriptor, content)
        requested = next(one for one in self._channel.send if one.name == request.received.name)
        correlation = id_of(requested, request.received.value)
        if correlation is not None:
            value = with_id(descriptor, value, correlation)
        return encode_message(self._channel, name, value)
