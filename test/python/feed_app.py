"""A test application of the feed's client that prints its events as lines of JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from posted_feed import (
    Backoff,
    ClientFailure,
    CursorStore,
    FileCursor,
    InvalidDecision,
    InvalidMessage,
    PostedClientError,
    PostFeedPostedClient,
    PostFeedPostedMessage,
    Settings,
    Status,
    connect_post_feed_posted,
    models,
)


def emit(**what: object) -> None:
    print(json.dumps(what), flush=True)


def emit_status(status: Status) -> None:
    error = None if status.error is None else str(status.error)
    emit(status=status.state, error=error, delay=status.delay_seconds)


def emit_error(error: PostedClientError) -> None:
    emit(reported=error.code, text=str(error))


def emit_reset(reset: models.ResetMessage) -> None:
    emit(reset=reset["reason"])


def text_of(message: PostFeedPostedMessage) -> str:
    return message["payload"]["postText"] if message["type"] == "post" else ""


async def read(client: PostFeedPostedClient, config: dict[str, Any]) -> None:
    async def handle(message: models.PostMessage) -> None:
        await asyncio.sleep(config["handler_seconds"])
        emit(handled=text_of(message))

    if "handler_seconds" in config:
        client.on.post(handle)
    count = 0
    async for message in client.messages():
        emit(at_work=True)
        await asyncio.sleep(config.get("work_seconds", 0))
        emit(post=text_of(message), message=message)
        count += 1
        if count == config.get("raise_at"):
            raise ValueError("a bug of the application")
        if count == config.get("count"):
            break


async def main(config: dict[str, Any]) -> None:
    cursor: CursorStore | None = None
    if "cursor" in config:
        cursor = FileCursor(config["cursor"])
    tokens: list[str] = config["tokens"]

    async def next_token() -> str:
        emit(requested="token")
        if config.pop("cancel_token", False):
            raise asyncio.CancelledError
        return tokens.pop(0) if len(tokens) > 1 else tokens[0]

    async def emit_unknown(value: object) -> None:
        await asyncio.sleep(0)
        emit(unknown=value)
        if config["on_unknown"] == "cancel":
            raise asyncio.CancelledError

    async def decide(invalid: InvalidMessage) -> InvalidDecision:
        emit(invalid=invalid.frame, text=str(invalid.error))
        await asyncio.sleep(config.get("decide_seconds", 0))
        if config["on_invalid"] == "raise":
            raise ValueError("a bug of the application")
        emit(decided=True)
        return config["on_invalid"]

    def retry(failure: ClientFailure) -> bool:
        emit(failed=failure.error.code, open=failure.was_open, final=failure.is_final)
        if config["should_retry"] == "raise":
            raise ValueError("a bug of the application")
        return bool(config["should_retry"])

    settings = Settings(
        on_error=emit_error,
        on_unknown=emit_unknown if config.get("on_unknown") else None,
        on_invalid=decide if "on_invalid" in config else None,
        reconnect=Backoff(base_seconds=0.01, max_seconds=0.05),
        should_retry=retry if "should_retry" in config else None,
        max_waiting_messages=config.get("max_waiting_messages", 1_024),
        silence_timeout_seconds=config.get("silence_timeout_seconds", 75.0),
    )
    try:
        client = connect_post_feed_posted(
            config["url"],
            auth=tokens[0] if config.get("fixed") else next_token,
            query=config.get("query", {}),
            resume=config.get("resume", True),
            cursor=cursor,
            on_reset=None if config.get("silent") else emit_reset,
            settings=settings,
        )
        client.status.subscribe(emit_status)
        async with client:
            # In its own task, so that its exception does not end `async with` at once.
            await asyncio.gather(read(client, config))
    except ValueError:
        emit(failed=True)
    except PostedClientError as error:
        emit(raised=error.code, text=str(error), status_code=error.status, close=error.close_code)
    emit(ended=True)


asyncio.run(main(json.loads(sys.argv[1])))
