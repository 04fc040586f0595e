"""Decides after each ending whether another attempt can help, and when."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass

from . import close_codes
from .credentials import Credentials
from .endings import Closed, Failure, NotTried, Refused, Unreachable
from .errors import PostedClientError
from .settings import Backoff

_STABLE_SECONDS = 10.0
"""How long a connection must have held for the back-off to begin again."""
_MAX_RETRY_AFTER_SECONDS = 3_600.0
"""The longest time to stay away that is obeyed."""
_PASSING = frozenset({408, 425, 429})
"""HTTP statuses below 500 that pass with time (RFC 9110, RFC 8470, RFC 6585)."""


@dataclass(frozen=True)
class Again:
    """Try again after a time."""

    delay_seconds: float
    attempt: int
    error: PostedClientError


@dataclass(frozen=True)
class End:
    """Nothing more can be done; None: nothing is wrong, the channel is at its end."""

    error: PostedClientError | None


@dataclass(frozen=True)
class _Verdict:
    is_final: bool
    error: PostedClientError | None


class Retry:
    """What is known of the attempts of one client."""

    def __init__(self, backoff: Backoff | None, credentials: Credentials) -> None:
        self._backoff = backoff
        self._credentials = credentials
        self._attempts = 0
        self._opened_at: float | None = None

    def opened(self) -> None:
        """The handshake has succeeded."""
        self._opened_at = time.monotonic()
        self._credentials.accepted()

    def after(self, failure: Failure, asked_seconds: float | None) -> Again | End:
        """What to do without a connection.

        `asked_seconds`: after what time the server has asked the client to come back, before the
        connection ended. It takes the place of the back-off, for such a server spreads its clients
        itself.
        """
        held = self._opened_at is not None and time.monotonic() - self._opened_at >= _STABLE_SECONDS
        self._attempts = 1 if held else self._attempts + 1
        self._opened_at = None
        verdict = self._judge(failure)
        if verdict.error is None or verdict.is_final or self._backoff is None:
            return End(verdict.error)
        # Full jitter: clients that lost a server together do not come back together.
        doublings = min(self._attempts - 1, 64)
        ceiling = min(self._backoff.max_seconds, self._backoff.base_seconds * 2**doublings)
        delay = random.uniform(0, ceiling)
        if isinstance(failure, Refused):
            delay += min(failure.retry_after_seconds, _MAX_RETRY_AFTER_SECONDS)
        if asked_seconds is not None:
            spread = min(asked_seconds, _MAX_RETRY_AFTER_SECONDS)
            # A server that says goodbye each time must not be asked without a pause.
            delay = spread if self._attempts == 1 else max(spread, delay)
        return Again(delay, self._attempts, verdict.error)

    def _judge(self, failure: Failure) -> _Verdict:
        if isinstance(failure, NotTried):
            return _Verdict(failure.error.code == "unauthorized", failure.error)
        if isinstance(failure, Unreachable):
            why = self._said(str(failure.cause) or type(failure.cause).__name__)
            message = f"There was no connection{why}."
            cause = self._shown(failure.cause)
            return _Verdict(False, PostedClientError("unreachable", message, cause=cause))
        if isinstance(failure, Refused):
            return self._judge_refused(failure)
        return self._judge_closed(failure)

    def _judge_refused(self, refused: Refused) -> _Verdict:
        status = refused.status
        message = f"The server refused the connection with HTTP {status}"
        message = f"{message}{self._said(refused.message)}."
        if status == 401 and self._credentials.are_needed:
            error = PostedClientError("unauthorized", message, status=status)
            return _Verdict(not self._credentials.refused(), error)
        is_final = status < 500 and status not in _PASSING
        return _Verdict(is_final, PostedClientError("refused", message, status=status))

    def _judge_closed(self, closed: Closed) -> _Verdict:
        code = closed.code
        if code == close_codes.NORMAL:
            return _Verdict(True, None)
        why = self._said(closed.reason or str(closed.cause or ""))
        message = f"The connection was closed with {code}{why}."
        if code == close_codes.LOST:
            message = f"The connection was lost{why}."
        cause = self._shown(closed.cause)
        if code == close_codes.UNAUTHORIZED and self._credentials.are_needed:
            error = PostedClientError("unauthorized", message, cause=cause, close_code=code)
            return _Verdict(not self._credentials.refused(), error)
        error = PostedClientError("closed", message, cause=cause, close_code=code)
        return _Verdict(not close_codes.should_reconnect(code), error)

    def _said(self, text: str) -> str:
        """What somebody else says, fit to be shown."""
        shown = re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", self._credentials.without_secrets(text))
        shown = shown[:300].strip().removesuffix(".")
        return f": {shown}" if shown else ""

    def _shown(self, cause: Exception | None) -> Exception | None:
        """A cause whose text would repeat a credential is left out."""
        if cause is None or self._credentials.without_secrets(str(cause)) == str(cause):
            return cause
        return None
