"""One token for every client of an application."""

from __future__ import annotations

import asyncio
import inspect
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

from .jwt_lifetime import jwt_lifetime_seconds

_MAX_WAIT_SECONDS = 30.0
"""A call of `get_token` that takes longer is not waited for by later callers."""
_USED_SHARE = 0.95
"""A token is replaced after this share of its lifetime, so that it does not expire on its way."""


async def call_with_stale(function: Callable[..., Any], stale: str | None) -> Any:
    """Calls a function of the application for a credential.

    If it has a parameter `stale`, it gets the one that cannot be used any more, or None.
    """
    given = function(stale=stale) if _takes_stale(function) else function()
    return await given if inspect.isawaitable(given) else given


def _takes_stale(function: Callable[..., object]) -> bool:
    try:
        return "stale" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        # Functions of C modules may have no signature.
        return False


class TokenSource:
    """Shares one token among clients: pass it as `auth` to each of them, over REST and channels.

    `get_token` is called for the first token, and for another one when the token is rejected or
    about to expire: if it has a parameter `stale`, it gets that token. It is called only once at a
    time: all clients wait for the same call.
    """

    def __init__(self, get_token: Callable[[], str | Awaitable[str]]) -> None:
        self._get_token = get_token
        self._token: str | None = None
        self._usable_until = 0.0
        self._pending: asyncio.Task[str] | None = None
        self._pending_until = 0.0

    async def __call__(self) -> str:
        """The token."""
        return await self.get()

    async def get(self, stale: str | None = None) -> str:
        """The token. It is another one than `stale`, which the caller cannot use any more."""
        now = time.monotonic()
        is_waiting = self._pending is not None and not self._pending.done()
        if self._pending is None or not is_waiting or now >= self._pending_until:
            token = self._token
            if token is not None and token != stale and now < self._usable_until:
                return token
            self._pending = asyncio.ensure_future(self._replace())
            self._pending_until = now + _MAX_WAIT_SECONDS
            # Retrieves the exception, even if every caller has been canceled meanwhile.
            self._pending.add_done_callback(lambda task: task.cancelled() or task.exception())
        # A caller that is canceled must not cancel the call for the others.
        return await asyncio.shield(self._pending)

    async def _replace(self) -> str:
        token = await call_with_stale(self._get_token, self._token)
        left = jwt_lifetime_seconds(token)
        # A clock that is fast must not make every new token look expired: the server decides.
        is_known = left is not None and left > 0
        self._usable_until = time.monotonic() + (left or 0) * _USED_SHARE if is_known else math.inf
        self._token = token
        return token
