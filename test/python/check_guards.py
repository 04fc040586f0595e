"""Checks values with the guards of a generated package: reads and prints JSON."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

name, cases = json.load(sys.stdin)
schemas: Any = importlib.import_module(f"{name}.schemas")
guards: Any = importlib.import_module(f"{name}._runtime.guards").Guards(schemas.DEFINITIONS)
parse: Any = importlib.import_module(f"{name}._runtime.message_codec").parse_json

print(json.dumps([guards.of(definition)(parse(value)) for definition, value in cases]))
