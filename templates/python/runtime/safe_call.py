"""Calls a function of the application that must not disturb the client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

ValueT = TypeVar("ValueT")


def call_safely(function: Callable[[ValueT], object], value: ValueT) -> None:
    """Passes exceptions to the handler of the event loop."""
    try:
        function(value)
    except Exception as raised:
        context = {"message": "A callback of a client raised an exception.", "exception": raised}
        asyncio.get_running_loop().call_exception_handler(context)
