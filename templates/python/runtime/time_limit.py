"""A time limit for work that can be canceled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")


async def within(seconds: float, work: Awaitable[ResultT]) -> ResultT:
    """Raises TimeoutError if the work takes longer, and then does not wait for its end.

    Before Python 3.12, `asyncio.wait_for` swallows a cancellation that arrives when the work has
    just ended, and the canceled task goes on forever. If only the work is canceled, as a shared
    call may be, this is an error like any other.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(_retrieve)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise TimeoutError(f"no result within {seconds} s")
        if task.cancelled():
            raise RuntimeError("the call was canceled")
        return task.result()
    finally:
        task.cancel()


def _retrieve(task: asyncio.Future[Any]) -> None:
    """Marks an exception as seen that comes too late."""
    _ = task.cancelled() or task.exception()
