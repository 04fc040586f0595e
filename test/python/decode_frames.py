"""Decodes frames with the channels of a generated package: reads and prints JSON."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

name, cases = json.load(sys.stdin)
channels: Any = importlib.import_module(f"{name}.channels")
codec: Any = importlib.import_module(f"{name}._runtime.message_codec")


def outcome(channel: str, frame: str | dict[str, str]) -> str:
    content = frame if isinstance(frame, str) else bytes.fromhex(frame["hex"])
    decoded = codec.decode_message(getattr(channels, channel), content)
    if isinstance(decoded, codec.Received):
        return decoded.name
    return "unknown" if isinstance(decoded, codec.UnknownMessage) else "invalid"


print(json.dumps([outcome(channel, frame) for channel, frame in cases]))
