"""The options that are the same for every channel."""

from __future__ import annotations

import asyncio
import logging
import math
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from .errors import PostedClientError

ValueT = TypeVar("ValueT")


@dataclass(frozen=True)
class Backoff:
    """How long to wait between attempts.

    A random time up to `base_seconds` after the first failure, twice as much after each further
    one, up to `max_seconds`, and from the beginning again after a connection has held for 10 s.
    A Retry-After of the server comes on top.
    """

    base_seconds: float = 0.25
    max_seconds: float = 30.0


@dataclass(frozen=True)
class Status:
    """What a client is doing."""

    state: Literal["connecting", "open", "waiting", "closed"]
    error: PostedClientError | None = None
    """Why there is no connection; None where nothing is wrong."""
    delay_seconds: float | None = None
    """When `waiting`: after what time the next attempt begins."""
    attempt: int | None = None
    """When `waiting`: the number of the next attempt since the last connection that held."""


def _ignore(_status: Status) -> None:
    pass


def _log(error: PostedClientError) -> None:
    logging.getLogger(__name__.partition(".")[0]).error("%s: %s", error.code, error)


@dataclass(frozen=True)
class Settings:
    """What a client may be told beside what its channel asks for."""

    on_status: Callable[[Status], None] = _ignore
    on_error: Callable[[PostedClientError], None] = _log
    """Told of frames that break the contract (they are dropped), of functions of the application
    that raised, of messages that may be missing, of a cursor that could not be saved, and of the
    error that ends the client. A connection that is lost and opened again is no error. Default: a
    record in the log of the package."""
    reconnect: Backoff | None = field(default_factory=Backoff)
    """None: the first failure or loss ends the client."""
    connect_timeout_seconds: float = 15.0
    """How long the credentials may take to come, and then the handshake."""
    silence_timeout_seconds: float = 75.0
    """After how long without any byte from the server a connection counts as dead; 0: never. Half
    way there the client pings, so that a healthy server always has something to say."""
    max_frame_bytes: int = 1_048_576
    """The largest message taken."""
    max_waiting_messages: int = 1_024
    """How many messages may wait for the application before the server is made to wait."""
    ssl: ssl.SSLContext | None = None
    """For `wss`: whom to trust. Default: the certificates of the system."""

    def tell(self, status: Status) -> None:
        """Calls `on_status`. What it raises is the event loop's to report; the client goes on."""
        _safely(self.on_status, status)

    def report(self, error: PostedClientError) -> None:
        """Calls `on_error` likewise."""
        _safely(self.on_error, error)

    def __post_init__(self) -> None:
        """Raises PostedClientError `invalid_options` for a number that cannot work."""
        _more_than_zero("connect_timeout_seconds", self.connect_timeout_seconds)
        _more_than_zero("max_frame_bytes", self.max_frame_bytes)
        _more_than_zero("max_waiting_messages", self.max_waiting_messages)
        if self.silence_timeout_seconds != 0:
            _more_than_zero("silence_timeout_seconds", self.silence_timeout_seconds)
        if self.reconnect is not None:
            _more_than_zero("reconnect.base_seconds", self.reconnect.base_seconds)
            _more_than_zero("reconnect.max_seconds", self.reconnect.max_seconds)


def _safely(callback: Callable[[ValueT], None], value: ValueT) -> None:
    try:
        callback(value)
    except Exception as raised:
        context = {"message": "A callback of a client raised.", "exception": raised}
        asyncio.get_running_loop().call_exception_handler(context)


def _more_than_zero(name: str, value: float) -> None:
    if not (value > 0 and math.isfinite(value)):
        raise PostedClientError("invalid_options", f"{name} must be a number above 0.")
