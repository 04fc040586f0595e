"""Answers what the server asks, with functions of the application."""

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
from .messages import Received, encode_message, value_at


@dataclass(frozen=True)
class _Asked:
    operation: Operation
    received: Received
    send: Callable[[str | bytes], Awaitable[object]]
    """To the connection that it came on."""


class Answers:
    """One question is answered after the other: without ids, the order tells the answers apart."""

    def __init__(
        self,
        channel: Channel,
        functions: Mapping[str, object],
        limit: int,
        report: Callable[[PostedClientError], None],
    ) -> None:
        """`functions`: by operation, what answers it. `limit`: how many questions may wait."""
        self._channel = channel
        self._functions = functions
        self._report = report
        self._inbox = Inbox[_Asked](limit)
        self._worker: asyncio.Task[None] | None = None
        self._asked = {
            name: operation
            for operation in channel.operations
            if operation.action == "send" and operation.reply and operation.name in functions
            for name in operation.messages
        }

    async def take(
        self, received: Received, send: Callable[[str | bytes], Awaitable[object]]
    ) -> bool:
        """Has a question answered. Returns False for a message that nothing answers."""
        operation = self._asked.get(received.name)
        if operation is None:
            return False
        if self._worker is None:
            self._worker = asyncio.create_task(self._answer_all())
        await self._inbox.put(_Asked(operation, received, send))
        return True

    def lost(self) -> None:
        """The connection has ended: nobody waits for these answers any more."""
        self._inbox.clear()

    def stop(self) -> None:
        """The client has ended."""
        if self._worker is not None:
            self._worker.cancel()

    async def _answer_all(self) -> None:
        while (asked := await self._inbox.take()) is not None:
            await self._answer(asked)

    async def _answer(self, asked: _Asked) -> None:
        name = asked.operation.name
        function = cast(Callable[[object], object], self._functions[name])
        try:
            answer = function(asked.received.value)
            if inspect.isawaitable(answer):
                answer = await cast(Awaitable[object], answer)
        except Exception as cause:
            message = f"The function that answers {name} raised."
            self._report(PostedClientError("handler", message, cause=cause))
            return
        try:
            frame = self._encode(asked, answer)
        except PostedClientError as error:
            self._report(error)
            return
        await asked.send(frame)

    def _encode(self, asked: _Asked, answer: object) -> str | bytes:
        """An operation with one answer is given its value, another the value with its name."""
        replies = cast(tuple[str, ...], asked.operation.reply)
        name, value = replies[0], answer
        if len(replies) > 1:
            name, value = str(value_at(answer, ("message",))), value_at(answer, ("payload",))
            if name not in replies:
                message = (
                    f"The answer of {asked.operation.name} names none of {', '.join(replies)}."
                )
                raise PostedClientError("bad_message", message)
        question = next(one for one in self._channel.send if one.name == asked.received.name)
        correlation = id_of(question, asked.received.value)
        if correlation is not None:
            value = with_id(self._channel.messages[name], value, correlation)
        return encode_message(self._channel, name, value)
