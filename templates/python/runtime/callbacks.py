"""Calls the application about what is not a message of the contract."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, cast

from .errors import PostedClientError
from .messages import InvalidMessage
from .settings import Settings

_MESSAGES_ARE_MISSING = (
    "The server no longer has the messages that this client missed. "
    "Reload them, and use the option on_reset to do so."
)


class Callbacks:
    """Each returns when the application is done. What the application raises is reported."""

    def __init__(self, settings: Settings, on_reset: Callable[[Any], object] | None) -> None:
        self._settings = settings
        self._on_reset = on_reset

    async def reset(self, reset: object) -> None:
        """The server no longer has what the client missed."""
        if self._on_reset is None:
            self._settings.report(PostedClientError("reset", _MESSAGES_ARE_MISSING))
        await self._call("on_reset", self._on_reset, reset)

    async def unknown(self, value: object) -> None:
        """A message came whose type the contract does not have."""
        await self._call("on_unknown", self._settings.on_unknown, value)

    async def may_continue(self, invalid: InvalidMessage) -> bool:
        """Whether the client goes on after an invalid message.

        An application that fails to decide has not dealt with it: that is not a reason to go on.
        """
        decision = await self._call("on_invalid", self._settings.on_invalid, invalid)
        return decision == "continue"

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
            message = f"The function {name} raised."
            self._settings.report(PostedClientError("handler", message, cause=cause))
            return None
