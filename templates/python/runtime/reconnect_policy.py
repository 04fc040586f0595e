"""Decides after each failure whether another attempt can help, and when."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass

from . import close_codes
from .credentials import Credentials
from .errors import PostedClientError
from .failures import Closed, Failure, NotTried, Refused, Unreachable
from .settings import ClientFailure, Settings

_STABLE_SECONDS = 10.0
"""How long a connection must last for the back-off to start over."""
_MAX_RETRY_AFTER_SECONDS = 3_600.0
"""The longest delay that a server may request."""
_TEMPORARY = frozenset({408, 425, 429})
"""Temporary HTTP errors below 500 (RFC 9110, RFC 8470, RFC 6585)."""
_MAX_REJECTIONS_BEFORE_OPEN = 5
_MAX_REJECTIONS_AFTER_OPEN = 10
"""How often in a row credentials may be rejected before the client ends: with the default back-off,
within 4 and 94 s."""


@dataclass(frozen=True)
class Reconnect:
    """Connect again after a delay."""

    delay_seconds: float
    attempt: int
    error: PostedClientError


@dataclass(frozen=True)
class End:
    """No further attempt can help; None: the server has closed the channel normally."""

    error: PostedClientError | None


@dataclass(frozen=True)
class _Assessment:
    is_final: bool
    error: PostedClientError | None


class ReconnectPolicy:
    """The attempts of one client."""

    def __init__(self, settings: Settings, credentials: Credentials) -> None:
        self._settings = settings
        self._credentials = credentials
        self._attempts = 0
        self._rejections = 0
        self._opened_at: float | None = None
        self._was_open = False

    def opened(self) -> None:
        """The handshake has succeeded."""
        self._opened_at = time.monotonic()
        self._was_open = True
        self._rejections = 0

    def decide(self, failure: Failure, requested_seconds: float | None) -> Reconnect | End:
        """Decides what to do without a connection.

        `requested_seconds` is the delay that the server requested before it closed the connection.
        It replaces the back-off, since such a server spreads its clients itself.
        """
        opened_at = self._opened_at
        was_stable = opened_at is not None and time.monotonic() - opened_at >= _STABLE_SECONDS
        self._attempts = 1 if was_stable else self._attempts + 1
        self._opened_at = None
        assessment = self._assess(failure)
        error, backoff = assessment.error, self._settings.reconnect
        if error is None or backoff is None:
            return End(error)
        assessed = ClientFailure(error, self._attempts, self._was_open, assessment.is_final)
        if not self._settings.retries(assessed):
            return End(error)
        # Full jitter, so that clients that lost a server together do not return together.
        doublings = min(self._attempts - 1, 64)
        ceiling = min(backoff.max_seconds, backoff.base_seconds * 2**doublings)
        # A source of credentials needs the time, so their pauses do not shrink.
        delay = random.uniform(ceiling / 2 if self._rejections > 1 else 0, ceiling)
        if isinstance(failure, Refused):
            delay += min(failure.retry_after_seconds, _MAX_RETRY_AFTER_SECONDS)
        if requested_seconds is not None:
            capped = min(requested_seconds, _MAX_RETRY_AFTER_SECONDS)
            # The back-off still applies to a server that closes every connection this way.
            delay = capped if self._attempts == 1 else max(capped, delay)
        return Reconnect(delay, self._attempts, error)

    def _assess(self, failure: Failure) -> _Assessment:
        if isinstance(failure, NotTried):
            return _Assessment(failure.error.code == "unauthorized", failure.error)
        if isinstance(failure, Unreachable):
            detail = self._detail(str(failure.cause) or type(failure.cause).__name__)
            message = f"The server could not be reached{detail}."
            cause = self._without_credentials(failure.cause)
            return _Assessment(False, PostedClientError("unreachable", message, cause=cause))
        if isinstance(failure, Refused):
            return self._assess_refused(failure)
        return self._assess_closed(failure)

    def _assess_refused(self, refused: Refused) -> _Assessment:
        """A client that has been open may reach a proxy while servers are replaced."""
        status = refused.status
        message = f"The server refused the connection with HTTP {status}"
        message = f"{message}{self._detail(refused.message)}."
        if status == 401 and self._credentials.are_needed:
            error = PostedClientError("unauthorized", message, status=status)
            return self._assess_rejected(error, may_be_odd=self._was_open)
        is_final = not self._was_open and status < 500 and status not in _TEMPORARY
        return _Assessment(is_final, PostedClientError("refused", message, status=status))

    def _assess_closed(self, closed: Closed) -> _Assessment:
        code = closed.code
        if code == close_codes.NORMAL:
            return _Assessment(True, None)
        detail = self._detail(closed.reason or str(closed.cause or ""))
        message = f"The connection was closed with {code}{detail}."
        if code == close_codes.LOST:
            message = f"The connection was lost{detail}."
        cause = self._without_credentials(closed.cause)
        if code == close_codes.UNAUTHORIZED and self._credentials.are_needed:
            error = PostedClientError("unauthorized", message, cause=cause, close_code=code)
            return self._assess_rejected(error, may_be_odd=False)
        error = PostedClientError("closed", message, cause=cause, close_code=code)
        return _Assessment(not close_codes.should_reconnect(code), error)

    def _assess_rejected(self, error: PostedClientError, *, may_be_odd: bool) -> _Assessment:
        """A function may return others later; fixed ones may have met an odd answer."""
        self._rejections += 1
        self._credentials.rejected()
        is_hopeless = self._credentials.are_fixed and not may_be_odd
        limit = _MAX_REJECTIONS_AFTER_OPEN if self._was_open else _MAX_REJECTIONS_BEFORE_OPEN
        return _Assessment(is_hopeless or self._rejections >= limit, error)

    def _detail(self, text: str) -> str:
        """A text from outside, redacted and shortened, to append to a message."""
        shown = re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", self._credentials.redact(text))
        shown = shown[:300].strip().removesuffix(".")
        return f": {shown}" if shown else ""

    def _without_credentials(self, cause: Exception | None) -> Exception | None:
        """None for a cause whose text repeats a credential."""
        if cause is None or self._credentials.redact(str(cause)) == str(cause):
            return cause
        return None
