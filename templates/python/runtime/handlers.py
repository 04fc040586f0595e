"""Registers functions that receive messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

from .deliveries import Deliveries
from .status import Stop

MessageT = TypeVar("MessageT")

Handler: TypeAlias = Callable[[MessageT], Awaitable[object] | object]
"""A function or coroutine function that receives one kind of message."""


class Handlers:
    """One method for each message. It returns a function that ends the calls, also as a decorator.

    The next message waits until the handlers of a message have finished. What they raise goes to
    `on_error`.
    """

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries

    def _add(self, name: str, handler: Callable[[Any], object]) -> Stop:
        return self._deliveries.add_handler(name, handler)
