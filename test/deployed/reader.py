"""Reads the feed with any version of the Python client and prints its events as lines of JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, cast

import posted_feed


def emit(**event: object) -> None:
    print(json.dumps(event), flush=True)


def emit_status(status: posted_feed.Status) -> None:
    if status.state == "waiting":
        emit(waiting_ms=round((status.delay_seconds or 0) * 1000))
    if status.state == "open":
        emit(open=True)


def emit_error(error: posted_feed.PostedClientError) -> None:
    emit(error=error.code)


def emit_reset(reset: posted_feed.models.ResetMessage) -> None:
    emit(reset=reset["reason"])


async def main(config: dict[str, Any]) -> None:
    package = cast(Any, posted_feed)
    base_seconds = config["backoff_ms"] / 1000
    options: dict[str, Any] = {"query": config["query"], "resume": config["resume"]}
    settings: dict[str, Any] = {
        "on_error": emit_error,
        "reconnect": package.Backoff(base_seconds=base_seconds, max_seconds=base_seconds),
    }
    cursor = package.FileCursor(config["cursors"]) if config["cursors"] else None
    # Clients of later commits have a status that is not a setting, and shorter names.
    is_first = not hasattr(package, "CurrentStatus")
    if is_first:
        options |= {"credentials": {"bearerAuth": config["token"]}, "cursors": cursor}
        settings |= {"on_status": emit_status}
    else:
        options |= {"auth": config["token"], "cursor": cursor}
    client = package.connect_post_feed_posted(
        config["url"], **options, on_reset=emit_reset, settings=package.Settings(**settings)
    )
    if not is_first:
        client.status.subscribe(emit_status)
    async with client:
        count = 0
        async for message in client if is_first else client.messages():
            emit(message=message)
            count += 1
            if count == config["count"]:
                break


asyncio.run(main(json.loads(sys.argv[1])))
