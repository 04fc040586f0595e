"""A test application of the feed's REST client that prints what happens as lines of JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable
from typing import Any
from unittest import mock

from posted_feed import connect_post_feed_posted
from posted_feed.rest import RestClient, RestError, RestFailure, Retry, TokenSource

RETRY = Retry(base_seconds=0.001, max_seconds=5)


def emit(**what: object) -> None:
    print(json.dumps(what), flush=True)


async def attempt(name: str, call: Awaitable[object]) -> None:
    """Prints the result of a call, or its error."""
    try:
        emit(name=name, result=await call)
    except RestError as error:
        emit(
            name=name,
            raised=error.code,
            status=error.status,
            attempts=error.attempts,
            body=error.body,
            text=str(error),
        )


async def use_feed(config: dict[str, Any]) -> None:
    asked: list[str] = []

    async def get_token() -> str:
        asked.append("token")
        await asyncio.sleep(0.02)
        return config["expired"] if len(asked) == 1 else config["token"]

    auth = TokenSource(get_token)
    lossy = RestClient(config["proxy"], auth=auth, retry=RETRY)
    feed = RestClient(config["url"], auth=auth, retry=RETRY)
    async with lossy, feed, connect_post_feed_posted(config["url"], auth=auth) as channel:
        await asyncio.gather(*(feed.get_feed() for _ in range(3)))
        emit(asked=len(asked))
        post_id = await lossy.create_post(body={"text": "keyed"})
        await feed.create_post(body={"text": "the last"})
        texts: list[str] = []
        async for message in channel.messages():
            if message["type"] == "post":
                texts.append(message["payload"]["postText"])
            if texts[-1:] == ["the last"]:
                break
        post = await feed.get_post(params={"id": post_id})
        emit(texts=texts, text=post["text"])
        page = await feed.get_feed(query={"limit": 1})
        emit(cursor=page.headers.get("Feed-Cursor"), body=page.body)
        await attempt("like", feed.like_post(params={"id": post_id}))
        await feed.create_post(headers={"Idempotency-Key": "mine"}, body={"text": "one"})
        again = feed.create_post(headers={"Idempotency-Key": "mine"}, body={"text": "two"})
        await attempt("reused", again)


async def replace_hung() -> None:
    calls: list[str] = []

    async def get_token() -> str:
        calls.append("token")
        if len(calls) == 1:
            await asyncio.Event().wait()
        return "token"

    source = TokenSource(get_token)
    hung = asyncio.ensure_future(source())
    await asyncio.sleep(0.01)
    with mock.patch("time.monotonic", return_value=time.monotonic() + 31):
        emit(name="hung", result=await source())
    hung.cancel()


async def use_script(config: dict[str, Any]) -> None:
    async with RestClient(config["url"], auth="a-secret", retry=RETRY, timeout=0.3) as feed:
        await attempt("get", feed.get_post(params={"id": "ä/1"}))
        credentials: Any = {"id": "1", "password": "p"}
        await attempt("login", feed.login(body=credentials))
        await attempt("limited", feed.login(body=credentials))
        await attempt("secret", feed.create_post(body={"text": "x"}))
        await attempt("proxy", feed.login(body=credentials))
        await attempt("late", feed.login(body=credentials))
        await attempt("patience", feed.get_post(params={"id": "1"}))
        await attempt("dots", feed.get_post(params={"id": ".."}))
    failures: list[object] = []

    def decide(failure: RestFailure) -> bool:
        failures.append([failure.error.status, failure.attempt, failure.is_final])
        return failure.error.status == 404

    async with RestClient(config["url"], retry=RETRY, should_retry=decide) as deciding:
        await attempt("decided", deciding.get_post(params={"id": "1"}))
        emit(name="failures", result=failures)
    async with RestClient(config["url"]) as anonymous:
        await attempt("anonymous", anonymous.logout())
    try:
        RestClient("ftp://localhost")
    except RestError as error:
        emit(name="url", raised=error.code)
    await replace_hung()


async def main(config: dict[str, Any]) -> None:
    await (use_feed if config["mode"] == "feed" else use_script)(config)


asyncio.run(main(json.loads(sys.argv[1])))
