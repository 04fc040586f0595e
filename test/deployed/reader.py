"""Reads the feed with any version of the Python client and prints its events as lines of JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from posted_feed import (
    Backoff,
    FileCursor,
    PostedClientError,
    Settings,
    Status,
    connect_post_feed_posted,
    models,
)


def emit(**event: object) -> None:
    print(json.dumps(event), flush=True)


def emit_status(status: Status) -> None:
    if status.state == "waiting":
        emit(waiting_ms=round((status.delay_seconds or 0) * 1000))
    if status.state == "open":
        emit(open=True)


def emit_error(error: PostedClientError) -> None:
    emit(error=error.code)


def emit_reset(reset: models.ResetMessage) -> None:
    emit(reset=reset["reason"])


async def main(config: dict[str, Any]) -> None:
    base_seconds = config["backoff_ms"] / 1000
    settings = Settings(
        on_status=emit_status,
        on_error=emit_error,
        reconnect=Backoff(base_seconds=base_seconds, max_seconds=base_seconds),
    )
    client = connect_post_feed_posted(
        config["url"],
        credentials={"bearerAuth": config["token"]},
        query=config["query"],
        resume=config["resume"],
        cursors=FileCursor(config["cursors"]) if config["cursors"] else None,
        on_reset=emit_reset,
        settings=settings,
    )
    async with client:
        count = 0
        async for message in client:
            emit(message=message)
            count += 1
            if count == config["count"]:
                break


asyncio.run(main(json.loads(sys.argv[1])))
