"""When the client of a REST API sends a request again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from .rest_errors import RestError

_LOGGER = logging.getLogger(__name__.partition(".")[0])


@dataclass(frozen=True)
class Retry:
    """When to send a request again.

    After no answer, 408, 502, 503 or 504, a request is sent again if its method is idempotent or it
    has an idempotency key; after 429, always.
    """

    attempts: int = 4
    """How often to send a request at most."""
    base_seconds: float = 0.25
    """A random delay up to this precedes the first retry; it doubles for each further one."""
    max_seconds: float = 30.0
    """The longest delay. If Retry-After asks for a longer one, the error is raised instead."""


@dataclass(frozen=True)
class RestFailure:
    """A failed attempt, and what the client makes of it by default."""

    error: RestError
    attempt: int
    """The number of the next attempt, from 2."""
    is_final: bool
    """Whether the error is raised, unless `should_retry` returns True."""


ShouldRetry: TypeAlias = Callable[[RestFailure], bool]


def log_retry(error: RestError, attempt: int, delay_seconds: float) -> None:
    """Logs why a request is sent again. Other failures are raised instead of logged."""
    _LOGGER.warning("%s Attempt %d follows in %.3f s.", error, attempt, delay_seconds)
