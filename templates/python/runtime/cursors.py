"""Where a client keeps its cursor."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Protocol

_MAX_CHARACTERS = 4_096
"""Far more than a cursor takes: what is longer is none, whatever the file is."""


class CursorStore(Protocol):
    """Keeps the place up to which the application has processed everything.

    One store is for one client at a time. The client asks once, saves one cursor at a time, and
    skips those that a newer one has overtaken. What a store raises goes to `on_error`.
    """

    async def load(self) -> str | None:
        """None where nothing was saved yet."""
        ...

    async def save(self, cursor: str) -> None:
        """Keeps `cursor` in place of the one before."""
        ...


class MemoryCursor:
    """Keeps the cursor in memory: enough for lost connections, not for a restart."""

    def __init__(self) -> None:
        self._kept: str | None = None

    async def load(self) -> str | None:
        """What was saved by an earlier client of this process."""
        return self._kept

    async def save(self, cursor: str) -> None:
        """Keeps `cursor`."""
        self._kept = cursor


class FileCursor:
    """Keeps the cursor in a file of its own.

    It is written to `<path>.tmp`, flushed to the disk and renamed, so that a crash leaves the old
    cursor or the new one, never half of one.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    async def load(self) -> str | None:
        """None where there is no file, or an empty one. Raises OSError."""
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
