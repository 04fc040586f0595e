"""A test application that connects to every channel with one credential and prints the outcome."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from typing import Any


def emit(**what: object) -> None:
    print(json.dumps(what), flush=True)


def ignore(_error: object) -> None:
    pass


async def main(config: dict[str, Any]) -> None:
    package: Any = importlib.import_module(config["package"])
    for function, url, name, given in config["attempts"]:
        value: Any = package.UserPassword(*given) if isinstance(given, list) else given
        settings = package.Settings(on_error=ignore)
        connect = getattr(package, function)
        try:
            async with connect(
                url, auth=value if name is None else {name: value}, settings=settings
            ):
                emit(function=function, name=name, open=True)
        except package.PostedClientError as error:
            emit(function=function, name=name, raised=error.code, text=str(error))


asyncio.run(main(json.loads(sys.argv[1])))
