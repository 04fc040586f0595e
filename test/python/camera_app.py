"""A test application of channels with bytes and plain text that prints its events as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from content_types import PostedClientError, connect_camera, connect_terminal


def emit(**what: object) -> None:
    print(json.dumps(what), flush=True)


async def main(config: dict[str, Any]) -> None:
    async with (
        connect_camera(config["url"]) as camera,
        connect_terminal(config["url"]) as terminal,
    ):
        camera.steer.firmware(bytes(range(256)))
        camera.steer.move([1.5, -2])
        terminal.type("é")
        try:
            terminal.type("too long")
        except PostedClientError as error:
            emit(raised=error.code, text=str(error))
        emit(sent=True)
        count = 0
        async for name, message in camera.named_messages():
            if name == "frame":
                emit(frame=list(message) if isinstance(message, bytes) else None)
            else:
                emit(state=message)
            count += 1
            if count == 2:
                break
        emit(line=await anext(terminal.messages()))


asyncio.run(main(json.loads(sys.argv[1])))
