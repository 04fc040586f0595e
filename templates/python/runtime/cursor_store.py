"""Stores for a client's cursor."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Protocol

_MAX_CHARACTERS = 4_096
"""Far more than a cursor takes. Longer contents are not a cursor, so the rest is not read."""


class CursorStore(Protocol):
    """Keeps a client's cursor: everything up to it has been processed by the application.

    A store belongs to one client at a time. The client loads once, saves one cursor at a time, and
    skips cursors that a newer one has replaced. Exceptions go to `on_error`.
    """

    async def load(self) -> str | None:
        """None if nothing has been saved."""
        ...

    async def save(self, cursor: str) -> None:
        """Replaces the saved cursor."""
        ...


class MemoryCursor:
    """Keeps the cursor in memory, so that it survives lost connections but not a restart."""

    def __init__(self) -> None:
        self._saved: str | None = None

    async def load(self) -> str | None:
        """The cursor that an earlier client of this process has saved."""
        return self._saved

    async def save(self, cursor: str) -> None:
        """Replaces the saved cursor."""
        self._saved = cursor


class FileCursor:
    """Keeps the cursor in its own file.

    It is written to `<path>.tmp`, flushed to disk and renamed, so that a crash leaves either the
    old or the new cursor, never part of one.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    async def load(self) -> str | None:
        """None if the file is missing or empty. Raises OSError."""
        return await asyncio.to_thread(self._read)

    async def save(self, cursor: str) -> None:
        """Raises OSError."""
        await asyncio.to_thread(self._write, cursor)

    def _read(self) -> str | None:
        try:
            with self._path.open(encoding="utf-8", errors="replace") as file:
                return file.read(_MAX_CHARACTERS).strip() or None
        except FileNotFoundError:
            return None

    def _write(self, cursor: str) -> None:
        temporary = self._path.with_name(f"{self._path.name}.tmp")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(f"{cursor}\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
