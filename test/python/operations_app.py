"""A test application of operations that runs one scenario and prints its events as JSON."""

from __future__ import annotations

import asyncio
from typing import Any

from auction import (
    AuctionAskBidderReplies,
    AuctionAskBidderReply,
    AuctionClient,
    PostedClientError,
    PostedError,
    connect_scanner,
    models,
)
from auction_client import connect, emit, run, settings


async def answer_bids(url: str) -> None:
    async with connect(url) as auction:
        for cents in (150, 250):
            answer = await auction.place_bid({"cents": cents})
            if answer["type"] == "bidRejected":
                emit(rejected=answer["highestCents"])
            else:
                emit(accepted=answer["bidId"])
        emit(placed=(await auction.order.limit_order({"cents": 5}))["type"])
        emit(placed=(await auction.order.market_order({}))["type"])
        auction.typing({"name": "Ann"})
    async with connect_scanner(url, auth=lambda: "a-token", settings=settings) as scanner:
        scanner.status_operation({"reset": True})
        for page in (1, 2):
            match await scanner.import_({"page": page}):
                case ("picture", picture):
                    emit(picture=list(picture))
                case ("empty", empty):
                    emit(pages=empty["pages"])


async def refused(url: str) -> None:
    async def bid(auction: AuctionClient, cents: int) -> None:
        try:
            emit(answer=(await auction.place_bid({"cents": cents}))["type"], cents=cents)
        except PostedError as error:
            emit(code=error.code, message=error.message, after=error.retry_after_ms, cents=cents)

    async with connect(url) as auction:
        await asyncio.gather(bid(auction, 1), bid(auction, 2), bid(auction, 3))
        emit(state=auction.status.value.state)
    async with connect_scanner(url, auth="a-token", settings=settings) as scanner:
        pages = (scanner.import_({"page": 1}), scanner.import_({"page": 2}))
        first, second = await asyncio.gather(*pages, return_exceptions=True)
        emit(first=first.code if isinstance(first, PostedError) else None)
        emit(second=None if isinstance(second, BaseException) else second[0])


async def offline(url: str) -> None:
    async def request(auction: AuctionClient, cents: int, timeout: float) -> None:
        try:
            answer = await auction.place_bid({"cents": cents}, timeout=timeout, when_offline="wait")
            emit(answer=answer["type"], cents=cents)
        except PostedClientError as error:
            emit(raised=error.code, cents=cents)

    async with connect(url) as auction:
        emit(open=True)
        waiting = asyncio.Event()
        stop = auction.status.subscribe(
            lambda status: waiting.set() if status.state == "waiting" else None
        )
        lost = asyncio.create_task(request(auction, 1, 5))
        await waiting.wait()
        await lost
        stop()
        contents: list[Any] = [{"name": "now"}, {"name": 1}]
        for content in contents:
            try:
                auction.typing(content)
            except PostedClientError as error:
                emit(raised=error.code)
        auction.typing({"name": "first"}, when_offline="wait")
        await request(auction, 2, 0.01)
        canceled = asyncio.create_task(request(auction, 3, 5))
        await asyncio.sleep(0)
        canceled.cancel()
        kept = asyncio.create_task(request(auction, 4, 5))
        await asyncio.sleep(0)
        auction.typing({"name": "last"}, when_offline="wait")
        emit(queued=True)
        await auction.opened()
        emit(state=auction.status.value.state)
        await kept


async def full(url: str) -> None:
    auction = connect(url)
    try:
        auction.typing({"name": "x" * 2_000_000}, when_offline="wait")
    except PostedClientError as error:
        emit(raised=error.code)
    count = 0
    try:
        while True:
            auction.typing({"name": str(count)}, when_offline="wait")
            count += 1
    except PostedClientError as error:
        emit(raised=error.code, count=count)
    async with auction:
        emit(open=True)


async def stalled(url: str, *, waits: bool = False) -> None:
    async with connect(url) as auction:
        count = 0
        try:
            while True:
                auction.typing({"name": f"{count} {'x' * 10_000}"}, when_offline="wait")
                count += 1
                await asyncio.sleep(0)
        except PostedClientError:
            emit(count=count)
        if waits:
            await auction.closed()


async def stalled_twice(url: str) -> None:
    await stalled(url, waits=True)


async def ended(url: str) -> None:
    client = connect(url)
    try:
        await client.opened()
    except PostedClientError as error:
        emit(raised=error.code)
    async with client:
        emit(open=True)
        waiting = asyncio.Event()
        client.status.subscribe(lambda one: waiting.set() if one.state == "waiting" else None)
        await waiting.wait()
        opening = asyncio.create_task(client.opened())
        request = asyncio.create_task(client.place_bid({"cents": 1}, when_offline="wait"))
        await asyncio.sleep(0)
        client.typing({"name": "never sent"}, when_offline="wait")
    for task in (opening, request):
        try:
            await task
        except PostedClientError as error:
            emit(raised=error.code, text=str(error))
    try:
        client.typing({"name": "too late"}, when_offline="wait")
    except PostedClientError as error:
        emit(raised=error.code)
    emit(state=client.status.value.state)


async def ask(url: str) -> None:
    async def confirm(
        request: models.Confirm, reply: AuctionAskBidderReplies
    ) -> AuctionAskBidderReply:
        await asyncio.sleep(0)
        return reply.busy({"minutes": 5}) if request["id"] == "q1" else reply.confirmed({})

    async with connect(url, answer={"ask_bidder": confirm}) as auction:
        emit(ended=(await auction.closed()).code)
    try:
        connect(url, answer={"askBidder": confirm})
    except PostedClientError as error:
        emit(raised=error.code, text=str(error))


asyncio.run(run(answer_bids, refused, offline, full, stalled, stalled_twice, ended, ask))
