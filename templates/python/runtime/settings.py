"""The options that are the same for every channel."""

from __future__ import annotations

import logging
import math
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .errors import PostedClientError
from .message_codec import InvalidMessage
from .safe_call import call_safely

@dataclass(frozen=True)
class ClientFailure:
    """A failure, and what the client makes of it by default."""

    error: PostedClientError
    attempt: int
    """The number of the next attempt since the last stable connection, from 1."""
    was_open: bool
    """Whether the client has ever been open: then it has the right URL, and had valid
    credentials."""
    is_final: bool
    """Whether the client ends with the error, unless `should_retry` returns True."""


InvalidDecision: TypeAlias = Literal["continue", "close"]
"""Whether to continue after an invalid message, or to close without acknowledging later ones."""


@dataclass(frozen=True)
class Backoff:
    """The back-off between attempts.

    A random delay up to `base_seconds` after the first failure, doubled after each further one up
    to `max_seconds`, and reset once a connection has lasted 10 s. The server's Retry-After is
    added.
    """

    base_seconds: float = 0.25
    max_seconds: float = 30.0


def _log(error: PostedClientError) -> None:
    logging.getLogger(__name__.partition(".")[0]).error("%s: %s", error.code, error)


@dataclass(frozen=True)
class Settings:
    """The options that do not depend on the channel."""

    on_error: Callable[[PostedClientError], None] = _log
    """Called for invalid messages (without `on_invalid`), for functions of the application that
    raised, when messages may be missing, when a cursor could not be saved, and with the error that
    ends the client. A lost connection that is opened again is not an error. Default: logged with
    the package's logger."""
    on_unknown: Callable[[object], Awaitable[None] | None] | None = None
    """Called with messages of types that are not in the contract, as a later server may send: the
    JSON value, or bytes. They are delivered in order, and the next message waits until it has
    returned; then the cursor of the message, if it has a valid one, is acknowledged and saved
    like any other. Exceptions go to `on_error`. Default: such messages are ignored."""
    on_invalid: Callable[[InvalidMessage], Awaitable[InvalidDecision] | InvalidDecision] | None = (
        None
    )
    """Decides what to do after an invalid message: one that cannot be read or that breaks the
    contract. Fields that are not in the contract are ignored and do not make a message invalid.

    It is called in the order of the messages. Until it has returned, no later message is
    delivered, so none is acknowledged and no cursor after the invalid message is saved. `continue`
    delivers the next message, whose cursor then covers the invalid one too. `close` ends the client
    with the error: nothing after the last processed message is acknowledged or saved, so a client
    that starts from the saved cursor receives the invalid message again. Exceptions go to
    `on_error`, and the client is closed.

    Default: the error goes to `on_error` when the message is received, and the client continues."""
    reconnect: Backoff | None = field(default_factory=Backoff)
    """None: the client ends at the first failure or lost connection."""
    should_retry: Callable[[ClientFailure], bool] | None = None
    """Decides after each failed attempt and each lost connection whether to try again. Default:
    unless the failure is final, as these are:

    - a close code after which clients must not reconnect;
    - before the client has been open for the first time, an HTTP status below 500 other than 408,
      425 and 429. Afterwards no status is, since it may be that of a proxy while servers are
      replaced;
    - rejected credentials (401 or 4401): fixed ones at once before the first connection and after
      4401, otherwise the fifth time in a row before the first connection, and the tenth time after
      it.

    An unreachable server is never final. Exceptions go to `on_error`, and the default applies."""
    connect_timeout_seconds: float = 15.0
    """Time limit for the credentials, and again for the handshake."""
    silence_timeout_seconds: float = 75.0
    """A connection without any data for this long counts as lost; 0: never. After half of it the
    client pings, so that a healthy server always sends something."""
    max_frame_bytes: int = 1_048_576
    """The largest accepted message."""
    max_waiting_messages: int = 1_024
    """How many messages may wait for the application before the client stops reading. Resumable
    connections ask the server to send at most half as many, and at most 256, unprocessed ones."""
    ssl: ssl.SSLContext | None = None
    """The trusted certificates for `wss`. Default: those of the system."""

    def report(self, error: PostedClientError) -> None:
        """Calls `on_error`. Exceptions go to the event loop's handler; the client continues."""
        call_safely(self.on_error, error)

    def retries(self, failure: ClientFailure) -> bool:
        """Whether to try again after a failure."""
        try:
            if self.should_retry is not None:
                return self.should_retry(failure)
        except Exception as cause:
            message = "The function `should_retry` raised."
            self.report(PostedClientError("handler", message, cause=cause))
        return not failure.is_final

    def __post_init__(self) -> None:
        """Raises PostedClientError `invalid_options` for a number that is out of range."""
        _check_positive("connect_timeout_seconds", self.connect_timeout_seconds)
        _check_positive("max_frame_bytes", self.max_frame_bytes)
        _check_positive("max_waiting_messages", self.max_waiting_messages)
        if self.silence_timeout_seconds != 0:
            _check_positive("silence_timeout_seconds", self.silence_timeout_seconds)
        if self.reconnect is not None:
            _check_positive("reconnect.base_seconds", self.reconnect.base_seconds)
            _check_positive("reconnect.max_seconds", self.reconnect.max_seconds)


def _check_positive(name: str, value: float) -> None:
    if not (value > 0 and math.isfinite(value)):
        raise PostedClientError("invalid_options", f"`{name}` must be a number above 0.")
