"""The client of test/python/auction.yaml, and how test applications print their events as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from auction import AuctionClient, Backoff, PostedClientError, Settings, connect_auction


def emit(**what: object) -> None:
    print(json.dumps(what), flush=True)


def emit_error(error: PostedClientError) -> None:
    emit(reported=error.code, text=str(error))


settings = Settings(on_error=emit_error, reconnect=Backoff(base_seconds=0.05, max_seconds=0.1))


def connect(url: str, **more: Any) -> AuctionClient:
    return connect_auction(
        url, auth="a-token", params={"auctionId": "a1"}, settings=settings, **more
    )


async def run(*scenarios: Callable[[str], Awaitable[None]]) -> None:
    """Runs the scenario that the first argument names."""
    config = json.loads(sys.argv[1])
    await next(one for one in scenarios if one.__name__ == config["scenario"])(config["url"])
