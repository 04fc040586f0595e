"""Cancels clients at random moments while they connect again, and prints how many did not end."""

from __future__ import annotations

import asyncio
import json
import os
import random

from posted_feed import Backoff, PostedClientError, Settings, connect_post_feed_posted
from websockets.asyncio.server import ServerConnection, serve

_CLIENTS = 60
_PATIENCE_SECONDS = 1.0


async def token() -> str:
    # As long as an attempt takes, so that many cancellations arrive when it has just returned.
    for _ in range(random.randrange(20)):
        await asyncio.sleep(0)
    return "a-token"


async def accept_and_close(connection: ServerConnection) -> None:
    await connection.close(1012)


async def run_client(url: str) -> None:
    settings = Settings(reconnect=Backoff(base_seconds=1e-6, max_seconds=1e-6))
    async with connect_post_feed_posted(url, auth=token, settings=settings) as client:
        await client.closed()


async def main() -> None:
    random.seed(1)
    hanging = 0
    canceled = 0
    async with serve(accept_and_close, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        for _ in range(_CLIENTS):
            client = asyncio.create_task(run_client(f"ws://127.0.0.1:{port}"))
            await asyncio.sleep(random.uniform(0.01, 0.03))
            for _ in range(random.randrange(30)):
                await asyncio.sleep(0)
            client.cancel()
            await asyncio.wait({client}, timeout=_PATIENCE_SECONDS)
            hanging += not client.done()
            canceled += client.cancelled()
        await asyncio.sleep(0)
        left = [task for task in asyncio.all_tasks() if "posted_feed" in str(task.get_coro())]
        running = [str(task.get_coro()) for task in left]
        result = {"hanging": hanging, "canceled": canceled, "running": running}
        print(json.dumps(result), flush=True)
    # A client that hangs would keep the event loop from ending.
    os._exit(0)


asyncio.run(main())
