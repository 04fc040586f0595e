"""Renews the credentials of an open connection.

    {"type": "auth", "token": "..."}
    {"type": "authorized", "expiresAt": 1798761600000}
    {"type": "error", "request": "auth", "error": {"code": "forbidden", "message": "..."}}

`type` is where the messages of the channel have their tag.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

from . import close_codes
from .credentials import Credentials
from .descriptor import Channel, Message
from .errors import PostedClientError
from .failures import Closed
from .json_path import value_at, with_value_at
from .jwt_lifetime import jwt_lifetime_seconds
from .socket import Socket

_MAX_LEAD_SECONDS = 60.0
"""How long before the expiry fresh credentials are requested: a fifth of the remaining time, and at
most this."""
_LEAD_SHARE = 0.2
_MIN_LEFT_SECONDS = 1.0
"""Less time than this is not worth another attempt."""
_REFUSALS = frozenset({1003, 4400})
"""How a server that does not know `auth` closes the connection on which it was sent."""


class Renewal:
    """Sends fresh credentials on the open connection before the current ones expire.

    Where that does not succeed, the connection ends when they expire, and the client connects again
    with fresh ones.
    """

    def __init__(self, channel: Channel, credentials: Credentials, timeout_seconds: float) -> None:
        self._credentials = credentials
        self._timeout_seconds = timeout_seconds
        self._is_possible = channel.auth and credentials.are_renewable
        self._request_path = _tag_path(channel.receive)
        self._answer_path = _tag_path(channel.send)
        self._task: asyncio.Task[None] | None = None
        self._answer: asyncio.Future[float | None] | None = None
        """Gets the time of expiry once an answer has arrived; None for a token that does not expire."""

    def opened(self, socket: Socket) -> None:
        """A connection has opened."""
        left = jwt_lifetime_seconds(self._credentials.token) if self._is_possible else None
        if left is not None:
            self._task = asyncio.create_task(self._run(socket, left))

    def take(self, frame: str | bytes) -> bool:
        """Whether the frame is an answer to `auth`."""
        if self._answer is None or not isinstance(frame, str):
            return False
        try:
            value: Any = json.loads(frame)
        except (ValueError, RecursionError):
            return False
        tag = value_at(value, self._answer_path)
        is_error = tag == "error" and value_at(value, ("request",)) == "auth"
        if tag != "authorized" and not is_error:
            return False
        expires_at = None if is_error else value_at(value, ("expiresAt",))
        if not self._answer.done():
            is_number = isinstance(expires_at, int | float)
            self._answer.set_result(expires_at / 1000 if is_number else None)
        return True

    def ended(self, closed: Closed) -> Closed:
        """How the client treats the end: it does not give up because a server does not know `auth`."""
        is_refused = self._answer is not None and closed.code in _REFUSALS
        self.stop()
        if not is_refused:
            return closed
        self._is_possible = False
        return Closed(close_codes.SERVICE_RESTART, "the server does not know `auth`")

    def stop(self) -> None:
        """The connection has ended."""
        if self._task is not None:
            self._task.cancel()
        self._task = self._answer = None

    async def _run(self, socket: Socket, left: float) -> None:
        delay = left - min(_MAX_LEAD_SECONDS, left * _LEAD_SHARE)
        while left >= _MIN_LEFT_SECONDS:
            end = time.time() + left
            await asyncio.sleep(delay)
            token = self._credentials.token
            placed = await self._credentials.next(self._timeout_seconds, is_stale=True)
            if isinstance(placed, PostedClientError) or self._credentials.token == token:
                # There may be others later.
                left = end - time.time()
                delay = left / 2
                continue
            self._answer = asyncio.get_running_loop().create_future()
            request = with_value_at({"token": self._credentials.token}, self._request_path, "auth")
            await socket.send(json.dumps(request))
            expires_at = await self._answer
            self._answer = None
            if expires_at is None:
                return
            left = expires_at - time.time()
            delay = left - min(_MAX_LEAD_SECONDS, left * _LEAD_SHARE)


def _tag_path(messages: Sequence[Message]) -> Sequence[str]:
    """All tags of a direction have the same path."""
    return next((one.tag.path for one in messages if one.tag is not None), ("type",))
