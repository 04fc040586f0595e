"""A test application of a channel with requests both ways that prints its events as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from questions import DeskClient, PostedClientError, PostedError, Settings, connect_desk, models


def emit(**what: object) -> None:
    print(json.dumps(what), flush=True)


async def confirm(request: models.ConfirmPayload) -> models.ConfirmedPayloadContent:
    await asyncio.sleep(0)
    emit(requested=request["op"])
    # The client adds the constant `op`, and the nonce of the request.
    return {}


async def be_refused(client: DeskClient) -> None:
    requests = (client.calculate({"terms": [1000]}), client.forecast({"replyTo": "the moon"}))
    for request in requests:
        try:
            emit(unexpected=await request)
        except PostedError as error:
            emit(refused=error.code, message=error.message, after=error.retry_after_ms)


async def main(config: dict[str, Any]) -> None:
    settings = Settings(on_error=lambda error: emit(reported=error.code, text=str(error)))
    async with connect_desk(config["url"], answer={"ask": confirm}, settings=settings) as client:
        emit(open=True)
        late, soon, first, second = await asyncio.gather(
            client.calculate({"terms": [3, 4]}),
            client.calculate({"terms": [1, 2.5]}),
            client.forecast({}),
            client.forecast({}),
        )
        if soon["op"] == "sum" and late["op"] == "sum":
            emit(soon=soon["value"], sky=first["sky"])
            emit(late=late["value"], sky=second["sky"])
        try:
            terms: Any = ["no number"]
            await client.calculate({"terms": terms})
        except PostedClientError as error:
            emit(raised=error.code, text=str(error))
        try:
            third = await client.forecast({}, timeout=0.5)
            emit(third=third["sky"])
        except PostedClientError as error:
            emit(raised=error.code)
        if config.get("refused"):
            await be_refused(client)
        emit(again=(await client.forecast({}))["sky"])
        async for message in client.messages():
            if message["op"] == "tick":
                emit(tick=True)
                break


asyncio.run(main(json.loads(sys.argv[1])))
