"""Loads and saves the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .cursor_store import CursorStore
from .errors import PostedClientError
from .time_limit import within

_LAST_SAVE_SECONDS = 3.0
"""How long the client waits for the last save before it ends."""


class CursorKeeper:
    """One save at a time, always the newest cursor, however slow the store is."""

    def __init__(self, store: CursorStore, report: Callable[[PostedClientError], None]) -> None:
        self._store = store
        self._report = report
        self._next: str | None = None
        self._saving: asyncio.Task[None] | None = None
        self._is_failing = False

    async def load(self, timeout_seconds: float) -> str | None | PostedClientError:
        """Returns the saved cursor, or the error `cursor_store`."""
        try:
            return await within(timeout_seconds, self._store.load())
        except Exception as cause:
            return _failure("The cursor could not be loaded", cause)

    def save(self, cursor: str) -> None:
        """Starts to save, or makes this cursor the next one while a save is running."""
        self._next = cursor
        if self._saving is None:
            self._saving = asyncio.create_task(self._save_all())

    async def saved(self) -> None:
        """Returns when everything is saved, or after the time limit."""
        if self._saving is None:
            return
        _, late = await asyncio.wait({self._saving}, timeout=_LAST_SAVE_SECONDS)
        if late:
            self._saving.cancel()
            cause = TimeoutError(f"no answer within {_LAST_SAVE_SECONDS} s")
            self._report(_failure("The cursor could not be saved", cause))

    async def _save_all(self) -> None:
        while self._next is not None:
            cursor, self._next = self._next, None
            try:
                await self._store.save(cursor)
                self._is_failing = False
            except Exception as cause:
                # Reported once: a full disk would cause an error for every message.
                if not self._is_failing:
                    self._report(_failure("The cursor could not be saved", cause))
                self._is_failing = True
        self._saving = None


def _failure(what: str, cause: Exception) -> PostedClientError:
    why = str(cause) or type(cause).__name__
    return PostedClientError("cursor_store", f"{what}: {why}.", cause=cause)
