"""Why there is no connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .errors import PostedClientError


@dataclass(frozen=True)
class Closed:
    """It was open."""

    code: int
    """The close code of RFC 6455 section 7.4; 1006 where it broke off without a close frame."""
    reason: str
    cause: Exception | None = None


@dataclass(frozen=True)
class Refused:
    """The handshake was answered with an HTTP error."""

    status: int
    message: str
    """What the server says of it; may be empty."""
    retry_after_seconds: float


@dataclass(frozen=True)
class Unreachable:
    """The handshake had no answer, or one that is no HTTP."""

    cause: Exception


@dataclass(frozen=True)
class NotTried:
    """There was no attempt."""

    error: PostedClientError


Failure: TypeAlias = Closed | Refused | Unreachable | NotTried
