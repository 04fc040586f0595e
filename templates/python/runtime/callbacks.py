"""Calls functions of the application."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, cast

from .errors import PostedClientError
from .message_codec import InvalidMessage
from .settings import Settings

_MESSAGES_ARE_MISSING = (
    "The server no longer has the messages that this client missed. "
    "Reload them in the option `on_reset`."
)


class Callbacks:
    """Each call returns when the application has finished. What it raises is reported."""

    def __init__(self, settings: Settings, on_reset: Callable[[Any], object] | None) -> None:
        self._settings = settings
        self._on_reset = on_reset

    async def message(self, name: str, handler: Callable[[Any], object], message: object) -> None:
        """A message has a handler."""
        await self._call(f"on.{name}", handler, message)

    async def reset(self, reset: object) -> None:
        """The server no longer has the messages that the client missed."""
        if self._on_reset is None:
            self._settings.report(PostedClientError("reset", _MESSAGES_ARE_MISSING))
        await self._call("on_reset", self._on_reset, reset)

    async def unknown(self, value: object) -> None:
        """A message has a type that is not in the contract."""
        await self._call("on_unknown", self._settings.on_unknown, value)

    async def may_continue(self, invalid: InvalidMessage) -> bool:
        """Whether the client continues after an invalid message.

        An application that fails to decide has not dealt with it, so the client must not continue.
        """
        decision = await self._call("on_invalid", self._settings.on_invalid, invalid)
        return decision == "continue"

    def canceled(self) -> None:
        """A function ended because something that it was waiting for was canceled."""
        message = "A function of the application was canceled."
        self._settings.report(PostedClientError("handler", message))

    async def _call(
        self, name: str, function: Callable[[Any], object] | None, value: object
    ) -> object:
        if function is None:
            return None
        try:
            result = function(value)
            if inspect.isawaitable(result):
                return await cast(Awaitable[object], result)
            return result
        except Exception as cause:
            message = f"The function `{name}` raised."
            self._settings.report(PostedClientError("handler", message, cause=cause))
            return None
