"""The correlation ids of messages (AsyncAPI 3.0, Correlation ID Object)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

from .descriptor import Message
from .messages import value_at

CorrelationId: TypeAlias = str | int | float


def id_of(message: Message, value: object) -> CorrelationId | None:
    """None where there is none; only text and numbers can be told apart and written again."""
    found = None if message.correlation_id is None else value_at(value, message.correlation_id)
    if isinstance(found, bool) or not isinstance(found, (str, int, float)):
        return None
    return found


def with_id(message: Message, value: object, correlation: CorrelationId) -> object:
    """A copy of the value with the id; the value itself where the contract has no place for one."""
    return (
        value
        if message.correlation_id is None
        else _put(value, message.correlation_id, correlation)
    )


def identify(message: Message, value: object, spare: int) -> object:
    """A question with an id: its own, else a UUID, or `spare` where the contract wants a number."""
    if message.correlation_id is None or id_of(message, value) is not None:
        return value
    with_text = with_id(message, value, str(uuid.uuid4()))
    if message.guard is None or message.guard(with_text) is None:
        return with_text
    with_number = with_id(message, value, spare)
    return with_number if message.guard(with_number) is None else with_text


def _put(value: object, path: Sequence[str], correlation: CorrelationId) -> object:
    if not path:
        return correlation
    if not isinstance(value, Mapping):
        # Its guard will say what is wrong.
        return value
    members = dict(cast(Mapping[str, object], value))
    members[path[0]] = _put(members.get(path[0], {}), path[1:], correlation)
    return members
