"""Why a connection ended or could not be opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .errors import PostedClientError


@dataclass(frozen=True)
class Closed:
    """The connection was open before."""

    code: int
    """The close code of RFC 6455 section 7.4; 1006 if it ended without a close frame."""
    reason: str
    cause: Exception | None = None


@dataclass(frozen=True)
class Refused:
    """The server answered the handshake with an HTTP error."""

    status: int
    message: str
    """The server's explanation; may be empty."""
    retry_after_seconds: float


@dataclass(frozen=True)
class Unreachable:
    """The handshake got no response, or one that is not HTTP."""

    cause: Exception


@dataclass(frozen=True)
class NotTried:
    """There was no attempt."""

    error: PostedClientError


Failure: TypeAlias = Closed | Refused | Unreachable | NotTried
