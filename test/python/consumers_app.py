"""A test application of handlers and loops that runs one scenario and prints its events."""

from __future__ import annotations

import asyncio

from auction import AuctionClient, Status, models
from auction_client import connect, emit, run


async def consume(url: str) -> None:
    log: list[str] = []

    async def loop(auction: AuctionClient, name: str) -> None:
        async for message in auction.messages():
            if message["type"] == "bidPlaced":
                log.append(f"{name} {message['cents']}")
                await asyncio.sleep(0.01)

    async with connect(url) as auction:

        @auction.on.bid_placed
        async def stop(bid: models.BidPlaced) -> None:
            await asyncio.sleep(0.02)
            log.append(f"slow {bid['cents']}")
            if bid["cents"] == 2:
                stop()
                raise ValueError("a bug of the application")

        stop_sync = auction.on.bid_placed(lambda bid: log.append(f"sync {bid['cents']}"))
        auction.on.auction_closed(lambda message: log.append(message["winner"]))
        loops = [asyncio.create_task(loop(auction, name)) for name in ("one", "two")]
        emit(open=True)
        emit(ended=(await auction.closed()).code)
        await asyncio.gather(*loops)
        stop_sync()
        stop_sync()
    emit(log=log)


async def leave(url: str) -> None:
    async with connect(url) as auction:
        emit(open=True)
        loop = auction.messages()
        # A step that is given up takes nothing.
        for _ in range(3):
            try:
                await asyncio.wait_for(anext(loop), 0.05)
            except asyncio.TimeoutError:
                emit(empty=True)
        emit(ready=True)
        emit(first=await anext(loop))
        # Waits for the turn of this loop, which is still at work.
        second = asyncio.create_task(first_of(auction))
        await asyncio.sleep(0.05)
        emit(early=second.done())
        pending = asyncio.create_task(anext(loop))
        emit(second=await second)
        emit(third=await pending)
        abandoned = asyncio.create_task(anext(loop))
        emit(fourth=await abandoned)
        abandoned = asyncio.create_task(anext(loop))
        await asyncio.sleep(0)
        await loop.aclose()
        [end] = await asyncio.gather(abandoned, return_exceptions=True)
        emit(ended=isinstance(end, StopAsyncIteration))
        # Gets the next message, and does not take it.
        idle = auction.messages()
        try:
            await asyncio.wait_for(anext(idle), 0.05)
        except asyncio.TimeoutError:
            emit(left=True)
        await asyncio.sleep(0.2)
        await idle.aclose()
        async for name, message in auction.named_messages():
            emit(name=name, fifth=message)
            break
        auction.on.bid_placed(lambda bid: emit(handled=bid["cents"]))
        await auction.closed()


async def first_of(auction: AuctionClient) -> object:
    async for message in auction.messages():
        return message
    return None


async def close_inside(url: str) -> None:
    async with connect(url) as auction:

        async def close(bid: models.BidPlaced) -> None:
            await auction.close()
            emit(closed=bid["cents"])

        auction.on.bid_placed(close)
        emit(ended=(await auction.closed()).code)
        async for message in auction.messages():
            emit(unexpected=message)


async def watch(url: str) -> None:
    states: list[str] = []

    def fail(status: Status) -> None:
        states.append(status.state)
        raise ValueError("a bug of the application")

    raised: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: raised.append(str(context["exception"]))
    )
    auction = connect(url)
    emit(before=auction.status.value.state)
    stop = auction.status.subscribe(fail)
    async with auction:
        await auction.opened()
        stop()
        stop()
    emit(states=states, after=auction.status.value.state, raised=len(raised))


asyncio.run(run(consume, leave, close_inside, watch))
