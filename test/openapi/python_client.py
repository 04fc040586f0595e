"""Calls operations of the test documents, and prints what it got as JSON."""

from __future__ import annotations

import asyncio
import json
import sys

from answers.rest import RestClient as Answers
from bodies.rest import RestClient as Bodies
from parameters.rest import RestClient as Parameters

BYTES = bytes([0, 255, 10])


async def main(bodies_url: str, parameters_url: str, answers_url: str) -> None:
    got: dict[str, object] = {}
    async with Bodies(bodies_url) as bodies:
        await bodies.send_form(body={"count": 2, "tags": ["a", "b,c"], "place": {"city": "Bonn"}})
        got["upload"] = await bodies.upload(
            body={"size": 3, "about": {"title": "A"}},
            files={"file": ("a.bin", BYTES), "more": [BYTES, BYTES]},
        )
        await bodies.set_avatar(body=BYTES)
        got["text"] = await bodies.send_text(body="grüße")
        await bodies.maybe()
    async with Parameters(parameters_url) as parameters:
        await parameters.query(
            query={
                "list": [1, 2],
                "comma": ["a", "b,c"],
                "pipe": ["a", "b"],
                "deep": {"from": 1},
                "spread": {"offset": 5},
                "json": {"from": 2, "to": 3},
            }
        )
        await parameters.path(
            params={"simple": ["a", "b"], "label": [1, 2], "matrix": ["x/y"], "object": {"from": 4}}
        )
        await parameters.get_root(
            headers={"X-List": [1, 2], "X-Object": {"from": 1}},
            cookies={"session": "a b", "seen": [1, 2]},
        )
    auth = {"cookie": "c00kie", "token": "t0ken"}
    async with Answers(answers_url, auth=auth) as answers:
        created = await answers.create_thing()
        got["created"] = [created.headers, created.body]
        got["picture"] = list(await answers.get_picture())
        got["events"] = [chunk.decode() async for chunk in await answers.get_events()]
        got["deleted"] = await answers.delete_thing(params={"id": 7})
    print(json.dumps(got))


asyncio.run(main(*sys.argv[1:]))
