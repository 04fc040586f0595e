"""The state of a client."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .errors import PostedClientError
from .safe_call import call_safely

Stop: TypeAlias = Callable[[], None]
"""Ends a subscription; calling it again has no effect."""


@dataclass(frozen=True)
class Status:
    """The state of a client at one moment."""

    state: Literal["connecting", "open", "waiting", "closed"]
    error: PostedClientError | None = None
    """Why there is no connection; None if nothing is wrong."""
    delay_seconds: float | None = None
    """When `waiting`: the delay before the next attempt."""
    attempt: int | None = None
    """When `waiting`: the number of the next attempt since the last stable connection."""


class CurrentStatus:
    """The state of a client, now and in the future."""

    def __init__(self) -> None:
        self._value = Status("connecting")
        self._listeners: dict[object, Callable[[Status], object]] = {}

    @property
    def value(self) -> Status:
        """The current state."""
        return self._value

    def subscribe(self, listener: Callable[[Status], object]) -> Stop:
        """Calls a function with every later state, and returns a function that ends this.

        It is not called with the current state. It must not be a coroutine function. Exceptions go
        to the handler of the event loop, and the client continues.
        """
        key = object()
        self._listeners[key] = listener

        def stop() -> None:
            self._listeners.pop(key, None)

        return stop


class StatusPublisher(CurrentStatus):
    """The client's side of the status."""

    def publish(self, status: Status) -> None:
        """Changes the state."""
        self._value = status
        for listener in tuple(self._listeners.values()):
            call_safely(listener, status)


_LOGGER = logging.getLogger(__name__.partition(".")[0])


def log_status(status: Status) -> None:
    """Logs a state and its reason without credentials. What ends a client is reported."""
    if status.state == "waiting":
        follows = "%s Attempt %d follows in %.3f s."
        _LOGGER.warning(follows, status.error, status.attempt, status.delay_seconds)
    else:
        _LOGGER.info("%s.", status.state.capitalize())
