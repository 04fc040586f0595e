"""Runs clients of any generated package. Commands and events are lines of JSON."""

from __future__ import annotations

import asyncio
import base64
import importlib
import inspect
import json
import sys
from typing import Any


def emit(**what: object) -> None:
    print(json.dumps(what), flush=True)


def encode(value: object) -> object:
    return {"$bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def decode(value: Any) -> Any:
    is_bytes = isinstance(value, dict) and value.keys() == {"$bytes"}
    return base64.b64decode(value["$bytes"]) if is_bytes else value


def answer_with(content: Any, member: str) -> Any:
    def answer(_request: object, reply: Any = None) -> Any:
        return content if reply is None else getattr(reply, member)(content)

    def answer_only(_request: object) -> Any:
        return content

    return answer_only if member == "" else answer


class Speaker:
    def __init__(self, package: Any) -> None:
        self._package = package
        self._clients: dict[int, Any] = {}
        self._readers: dict[int, asyncio.Task[None]] = {}

    async def run(self, command: dict[str, Any]) -> None:
        number = command["number"]
        try:
            match command["do"]:
                case "open":
                    await self._open(command)
                    emit(number=number)
                case "send":
                    emit(number=number, reply=encode(await self._send(command)))
                case _:
                    await self._clients.pop(command["client"]).close()
                    emit(number=number)
        except Exception as error:  # Reported to the test.
            emit(number=number, error=f"{type(error).__name__}: {error}")

    async def _open(self, command: dict[str, Any]) -> None:
        number: int = command["client"]
        options: dict[str, Any] = command["options"]
        if "auth" in options:
            options["auth"] = {
                scheme: self._package.UserPassword(*given) if isinstance(given, list) else given
                for scheme, given in options["auth"].items()
            }
        if command["answers"]:
            options["answer"] = {
                name: answer_with(decode(content), member)
                for name, (content, member) in command["answers"].items()
            }
        settings = self._package.Settings(
            on_error=lambda error: emit(client=number, received=f"{error.code}: {error}")
        )
        connect = getattr(self._package, command["connect"])
        client = connect(command["url"], settings=settings, **options)
        await client.__aenter__()
        self._clients[number] = client
        self._readers[number] = asyncio.create_task(self._read(number, client))

    async def _read(self, number: int, client: Any) -> None:
        async for message in client.messages():
            emit(client=number, received=encode(message))

    async def _send(self, command: dict[str, Any]) -> Any:
        member = self._clients[command["client"]]
        for name in command["member"]:
            member = getattr(member, name)
        result = member(decode(command["content"]))
        return await result if inspect.isawaitable(result) else result


async def main(config: dict[str, Any]) -> None:
    speaker = Speaker(importlib.import_module(config["package"]))
    emit(started=True)
    running: set[asyncio.Task[None]] = set()
    while line := await asyncio.to_thread(sys.stdin.readline):
        task = asyncio.create_task(speaker.run(json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)


asyncio.run(main(json.loads(sys.argv[1])))
