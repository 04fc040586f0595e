"""Saves the cursor: one at a time, always the newest, whatever the store takes its time for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .cursors import CursorStore
from .errors import PostedClientError

_LAST_SAVE_SECONDS = 3.0
"""How long the end of a client may wait for the store."""


class CursorKeeper:
    """Stands between a client and the store that it was given."""

    def __init__(self, store: CursorStore, report: Callable[[PostedClientError], None]) -> None:
        self._store = store
        self._report = report
        self._next: str | None = None
        self._saving: asyncio.Task[None] | None = None
        self._is_failing = False

    async def load(self, limit_seconds: float) -> str | None | PostedClientError:
        """What was saved before. The error, which is returned, is `cursor_store`."""
        try:
            return await asyncio.wait_for(self._store.load(), limit_seconds)
        except Exception as cause:
            return _failure("The cursor could not be loaded", cause)

    def save(self, cursor: str) -> None:
        """Begins to save, if nothing is being saved; else this cursor is next."""
        self._next = cursor
        if self._saving is None:
            self._saving = asyncio.create_task(self._save_all())

    async def saved(self) -> None:
        """Returns when everything is saved, or the time for it is up."""
        if self._saving is None:
            return
        _, late = await asyncio.wait({self._saving}, timeout=_LAST_SAVE_SECONDS)
        if late:
            self._saving.cancel()
            cause = TimeoutError(f"no answer in {_LAST_SAVE_SECONDS} s")
            self._report(_failure("The cursor could not be saved", cause))

    async def _save_all(self) -> None:
        while self._next is not None:
            cursor, self._next = self._next, None
            try:
                await self._store.save(cursor)
                self._is_failing = False
            except Exception as cause:
                # Said once: a full disk would be told of with every message.
                if not self._is_failing:
                    self._report(_failure("The cursor could not be saved", cause))
                self._is_failing = True
        self._saving = None


def _failure(what: str, cause: Exception) -> PostedClientError:
    why = str(cause) or type(cause).__name__
    return PostedClientError("cursor_store", f"{what}: {why}.", cause=cause)
