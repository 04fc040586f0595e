"""One WebSocket connection (RFC 6455), with time limits for its handshakes."""

from __future__ import annotations

import asyncio
import email.utils
import json
import logging
import re
import time
from collections.abc import Sequence
from typing import Any, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Response
from websockets.protocol import State

from . import close_codes
from .failures import Closed, Refused, Unreachable
from .json_path import value_at
from .settings import Settings

_CLOSE_TIMEOUT_SECONDS = 3.0
"""How long the server may take to answer a close frame."""

# Detached from the root logger: at DEBUG the library logs whole handshakes, credentials included.
_SILENT = logging.Logger("websockets", level=logging.CRITICAL + 1)


class _RefusedHandshake(Exception):
    """Keeps the library from following redirects, which could send credentials elsewhere."""

    def __init__(self, response: Response) -> None:
        super().__init__("the handshake was refused")
        self.response = response


class _Connection(ClientConnection):
    """Records when data arrives."""

    received_at = 0.0

    def data_received(self, data: bytes) -> None:
        self.received_at = time.monotonic()
        super().data_received(data)

    async def handshake(self, *args: Any, **kwargs: Any) -> None:
        try:
            await super().handshake(*args, **kwargs)
        except InvalidStatus as refused:
            raise _RefusedHandshake(refused.response) from None


class Socket:
    """An open connection."""

    def __init__(self, connection: _Connection, silence_timeout_seconds: float) -> None:
        self._connection = connection
        self._limit = silence_timeout_seconds
        self._pings = True
        self._reading_since: float | None = None
        self._silence: TimeoutError | None = None
        self._watching = asyncio.create_task(self._watch()) if self._limit > 0 else None

    async def receive(self) -> str | bytes | Closed:
        """The next message, or why there is none. Between calls, nothing is read."""
        self._reading_since = time.monotonic()
        try:
            return await self._connection.recv()
        except ConnectionClosed as closed:
            return self._ending(closed)
        finally:
            self._reading_since = None

    def expect_heartbeat(self, seconds: float) -> None:
        """The server sends something at least this often: twice that time is the limit from now on."""
        limit = 2 * seconds
        if 0 < self._limit < limit:
            return
        self._limit = limit
        # A pong would hide that the heartbeat is missing.
        self._pings = False
        if self._watching is not None:
            self._watching.cancel()
        self._watching = asyncio.create_task(self._watch())

    @property
    def is_open(self) -> bool:
        """False once the closing handshake has started or the connection is known to be lost."""
        return self._connection.state is State.OPEN

    async def send(self, frame: str | bytes) -> bool:
        """Waits for room in the send buffer. Returns False if the connection has ended."""
        try:
            await self._connection.send(frame)
        except ConnectionClosed:
            return False
        return True

    async def close(self, code: int) -> None:
        """Starts the closing handshake and waits for its end (RFC 6455 section 7.1.2)."""
        if self._watching is not None:
            self._watching.cancel()
        await self._connection.close(code)

    def _ending(self, closed: ConnectionClosed) -> Closed:
        cause = self._silence or (
            closed.__cause__ if isinstance(closed.__cause__, OSError) else None
        )
        if closed.rcvd is not None:
            return Closed(closed.rcvd.code, closed.rcvd.reason, cause)
        if closed.sent is not None and self._silence is None:
            # The library closed it: a frame was too big or broke RFC 6455.
            return Closed(closed.sent.code, closed.sent.reason, cause)
        return Closed(close_codes.LOST, "", cause)

    async def _watch(self) -> None:
        """Aborts after a silence. Before, a server that promised no heartbeat is pinged."""
        pinged_at = 0.0
        while True:
            await asyncio.sleep(self._limit / 10)
            if self._reading_since is None:
                # Nothing is read while the application is busy.
                continue
            since = max(self._connection.received_at, self._reading_since)
            silence = time.monotonic() - since
            if silence >= self._limit:
                self._silence = TimeoutError(f"no data within {self._limit} s")
                self._connection.transport.abort()
                return
            if self._pings and silence >= self._limit / 2 and pinged_at < since:
                pinged_at = time.monotonic()
                await self._connection.ping()


async def open_socket(
    url: str, headers: Sequence[tuple[str, str]], settings: Settings
) -> Socket | Refused | Unreachable:
    """Opens a connection, or returns why that failed."""
    try:
        connection = await connect(
            url,
            additional_headers=headers,
            compression=None,
            open_timeout=settings.connect_timeout_seconds,
            ping_interval=None,
            close_timeout=_CLOSE_TIMEOUT_SECONDS,
            max_size=settings.max_frame_bytes,
            create_connection=_Connection,
            logger=_SILENT,
            ssl=(settings.ssl or True) if url.startswith("wss:") else None,
        )
    except _RefusedHandshake as refused:
        return _read_refusal(refused.response)
    except Exception as cause:
        # Also those that the library does not document: the client must not end without a word.
        return Unreachable(cause)
    return Socket(cast(_Connection, connection), settings.silence_timeout_seconds)


def _read_refusal(response: Response) -> Refused:
    try:
        message = value_at(json.loads(response.body or b""), ("message",))
    except (ValueError, RecursionError):
        # Another body, such as a proxy's page; the status is enough.
        message = None
    return Refused(
        status=response.status_code,
        message=message if isinstance(message, str) else "",
        retry_after_seconds=_parse_retry_after(response.headers.get("Retry-After")),
    )


def _parse_retry_after(value: str | None) -> float:
    """Seconds or a date (RFC 9110 section 10.2.3), as seconds from now."""
    if value is None:
        return 0.0
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, moment.timestamp() - time.time())
