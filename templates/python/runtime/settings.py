"""The options that are the same for every channel."""

from __future__ import annotations

import asyncio
import logging
import math
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

from .errors import PostedClientError
from .messages import InvalidMessage

ValueT = TypeVar("ValueT")

InvalidDecision: TypeAlias = Literal["continue", "close"]
"""Whether a client goes on after an invalid message, or ends without acknowledging what follows."""


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
    """Called for invalid messages (unless there is an `on_invalid`), for functions of the
    application that raised, for messages that may be missing, for a cursor that could not be saved,
    and for the error that ends the client. A connection that is lost and opened again is not an
    error. Default: a record in the log of the package."""
    on_unknown: Callable[[object], Awaitable[None] | None] | None = None
    """Called with messages of a type that the contract does not have, as a later server may send:
    the JSON value, or bytes. They come in the order of the messages, and the loop gets the next one
    when it has returned; then the cursor of such a message, if it has a valid one, is acknowledged
    and saved like any other. What it raises goes to `on_error`. Default: they are ignored."""
    on_invalid: Callable[[InvalidMessage], Awaitable[InvalidDecision] | InvalidDecision] | None = (
        None
    )
    """Decides what follows an invalid message: one that cannot be read, or breaks the contract. A
    field that the contract does not have is ignored and does not make a message invalid.

    It is called in the order of the messages. Until it has returned, the loop gets no later
    message, so none is acknowledged and no cursor after the invalid message is saved. `continue`
    hands over the next message, whose cursor then covers the invalid one too. `close` ends the
    client with the error: nothing after the last processed message is acknowledged or saved, so a
    client that begins there gets the invalid message again. What it raises goes to `on_error`, and
    the client is closed.

    Default: the error goes to `on_error` when the message is received, and the client continues."""
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
