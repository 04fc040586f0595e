"""MessagePack for the values of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from typing import cast

from .descriptor import Codec
from .message_codec import parse_json

# The library has no types.
_library = import_module("msgpack")
_pack = cast(Callable[..., bytes], _library.packb)
_unpack = cast(Callable[..., object], _library.unpackb)


def _encode(value: object) -> bytes:
    # An integer of more than 64 bits is a float, as in JavaScript.
    return _pack(value, default=float)


def _decode(frame: bytes) -> object:
    try:
        # Text refuses what JSON does not have, and has one kind of number.
        return parse_json(json.dumps(_unpack(frame), allow_nan=False))
    except TypeError as error:
        raise ValueError("the message has values that JSON does not have") from error


MSGPACK = Codec(_encode, _decode)
