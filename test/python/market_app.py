"""A client of test/runtime/limits/market that sends more than its limits allow."""

from __future__ import annotations

import asyncio
import json
import sys

from market import Backoff, PostedClientError, PostedError, Settings, Status, connect_market

settings = Settings(reconnect=Backoff(base_seconds=0.05, max_seconds=0.1))


def emit(**what: object) -> None:
    print(json.dumps(what), flush=True)


async def main(url: str) -> None:
    async with connect_market(url, auth="ann", settings=settings) as market:
        states: list[Status] = []
        market.status.subscribe(states.append)

        async def bid() -> None:
            try:
                await market.place_bid({"cents": 100})
                emit(bid="accepted")
            except PostedError as error:
                emit(bid=error.code, after_ms=error.retry_after_ms)
            except PostedClientError as error:
                emit(bid=error.code, close_code=error.close_code)

        for _ in range(4):
            await bid()
        emit(states=[status.state for status in states])
        await asyncio.gather(*(bid() for _ in range(17)))
        await market.opened()
        errors = [status.error.close_code for status in states if status.error]
        emit(states=[status.state for status in states], close_codes=errors)
        await bid()


asyncio.run(main(json.loads(sys.argv[1])["url"]))
