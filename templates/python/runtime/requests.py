"""The requests of a client that wait for their answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from .correlation import CorrelationId, id_of, identify
from .descriptor import Channel, Message, Operation
from .errors import PostedClientError
from .messages import Received, encode_message, tell

_MAX_WAITING = 1_024
"""How many answers the server may owe."""


@dataclass(frozen=True)
class Question:
    """A request that can be sent."""

    frame: str | bytes
    replies: tuple[str, ...]
    """The messages that answer."""
    correlation: CorrelationId | None
    """None where answers come in the order of their requests."""


@dataclass(frozen=True)
class _Waiting:
    question: Question
    answer: asyncio.Future[Received]


class Requests:
    """Matches answers by their correlation id where both sides have one, else by their order."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._answers: Mapping[str, Message] = {message.name: message for message in channel.send}
        self._waiting: list[_Waiting] = []
        self._last_number = 0

    def write(self, operation: Operation, value: object) -> Question:
        """Checks and writes a question.

        Raises PostedClientError `bad_message` or `send_buffer_full`.
        """
        if len(self._waiting) >= _MAX_WAITING:
            message = f"The server owes {_MAX_WAITING} answers."
            raise PostedClientError("send_buffer_full", message)
        asked = self._tell(operation, value)
        self._last_number += 1
        complete = identify(asked, value, self._last_number)
        replies = operation.reply or ()
        is_correlated = all(self._answers[name].correlation_id for name in replies)
        return Question(
            encode_message(self._channel, asked.name, complete),
            replies,
            id_of(asked, complete) if is_correlated else None,
        )

    def wait(self, question: Question) -> asyncio.Future[Received]:
        """The answer that will come, or `closed`."""
        answer: asyncio.Future[Received] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(question, answer))
        return answer

    def forget(self, answer: asyncio.Future[Received]) -> None:
        """Nobody waits for it any more.

        Where only the order tells, its place is kept: its late answer must not be taken for that
        of the next request.
        """
        if not answer.cancel() and not answer.cancelled():
            # Looked at, it is not reported as a failure that nobody has seen.
            answer.exception()
        self._waiting = [
            waiting
            for waiting in self._waiting
            if waiting.answer is not answer or waiting.question.correlation is None
        ]

    def settle(self, received: Received) -> bool:
        """Returns whether a request was waiting for this."""
        correlation = id_of(self._answers[received.name], received.value)
        for waiting in self._waiting:
            question = waiting.question
            if received.name not in question.replies:
                continue
            if question.correlation is not None and question.correlation != correlation:
                continue
            self._waiting.remove(waiting)
            if not waiting.answer.done():
                waiting.answer.set_result(received)
            return True
        return False

    def lost(self, close_code: int | None) -> None:
        """The connection has ended: no answer comes any more."""
        ended, self._waiting = self._waiting, []
        for waiting in ended:
            if not waiting.answer.done():
                message = "The connection was lost before the answer came."
                error = PostedClientError("closed", message, close_code=close_code)
                waiting.answer.set_exception(error)

    def _tell(self, operation: Operation, value: object) -> Message:
        """Which message of the operation a value is."""
        messages = [self._channel.messages[name] for name in operation.messages]
        if len(messages) == 1:
            return messages[0]
        encoding = "binary" if isinstance(value, (bytes, bytearray)) else "text"
        for message in messages:
            if message.encoding == encoding and isinstance(value, (bytes, bytearray, str)):
                return message
        told = tell(messages, value)
        if isinstance(told, Received):
            return self._channel.messages[told.name]
        names = ", ".join(operation.messages)
        reason = f"The message is not one of the operation's ({names})."
        raise PostedClientError("bad_message", reason if told is None else str(told))
