"""One WebSocket connection (RFC 6455), from the handshake to its end, each bounded in time."""

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
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.http11 import Response

from . import close_codes
from .endings import Closed, Refused, Unreachable
from .messages import value_at
from .settings import Settings

_CLOSE_TIMEOUT_SECONDS = 3.0
"""How long the server may take to answer a close frame."""

# It belongs to nobody: at level DEBUG the library writes whole handshakes, credentials included.
_SILENT = logging.Logger("websockets", level=logging.CRITICAL + 1)


class _RefusedHandshake(Exception):
    """Keeps the library from following a redirect, which could take credentials elsewhere."""

    def __init__(self, response: Response) -> None:
        super().__init__("the handshake was refused")
        self.response = response


class _Connection(ClientConnection):
    """Notes when something was heard."""

    heard_at = 0.0

    def data_received(self, data: bytes) -> None:
        self.heard_at = time.monotonic()
        super().data_received(data)

    async def handshake(self, *args: Any, **kwargs: Any) -> None:
        try:
            await super().handshake(*args, **kwargs)
        except InvalidStatus as refused:
            raise _RefusedHandshake(refused.response) from None


class Socket:
    """A connection that is open."""

    def __init__(self, connection: _Connection, silence_timeout_seconds: float) -> None:
        self._connection = connection
        self._limit = silence_timeout_seconds
        self._reading_since: float | None = None
        self._silence: TimeoutError | None = None
        self._watching = asyncio.create_task(self._watch()) if self._limit > 0 else None

    async def receive(self) -> str | bytes | Closed:
        """The next message, or why there is none. While nobody asks, the server is made to wait."""
        self._reading_since = time.monotonic()
        try:
            return await self._connection.recv()
        except ConnectionClosed as closed:
            return self._ending(closed)
        finally:
            self._reading_since = None

    async def send(self, frame: str | bytes) -> bool:
        """Returns when the connection has room for more; False: it has ended, nothing was sent."""
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
            # This side has closed it: the frame was too big, or broke RFC 6455.
            return Closed(closed.sent.code, closed.sent.reason, cause)
        return Closed(close_codes.LOST, "", cause)

    async def _watch(self) -> None:
        """Pings a silent server half way, and lets go of one that stays silent."""
        pinged_at = 0.0
        while True:
            await asyncio.sleep(self._limit / 10)
            if self._reading_since is None:
                # Nothing can be heard while the application takes its time.
                continue
            since = max(self._connection.heard_at, self._reading_since)
            silence = time.monotonic() - since
            if silence >= self._limit:
                self._silence = TimeoutError(f"nothing was heard for {self._limit} s")
                self._connection.transport.abort()
                return
            if silence >= self._limit / 2 and pinged_at < since:
                pinged_at = time.monotonic()
                await self._connection.ping()


async def open_socket(
    url: str, headers: Sequence[tuple[str, str]], settings: Settings
) -> Socket | Refused | Unreachable:
    """Opens a connection, or says why there is none."""
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
    except (OSError, EOFError, asyncio.TimeoutError, WebSocketException) as cause:
        return Unreachable(cause)
    return Socket(cast(_Connection, connection), settings.silence_timeout_seconds)


def _read_refusal(response: Response) -> Refused:
    try:
        said = value_at(json.loads(response.body or b""), ("message",))
    except (ValueError, RecursionError):
        # Somebody else's page; the status is what counts.
        said = None
    return Refused(
        status=response.status_code,
        message=said if isinstance(said, str) else "",
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
