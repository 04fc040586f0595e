"""The correlation ids of messages (AsyncAPI 3.0, Correlation ID Object)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

from .descriptor import Message
from .message_codec import value_at

CorrelationId: TypeAlias = str | int | float


def id_of(message: Message, value: object) -> CorrelationId | None:
    """None if there is none; only strings and numbers are valid ids."""
    found = None if message.correlation_id is None else value_at(value, message.correlation_id)
    if isinstance(found, bool) or not isinstance(found, (str, int, float)):
        return None
    return found


def with_id(message: Message, value: object, correlation: CorrelationId) -> object:
    """A copy of the value with the id; the value itself if the contract has no correlation id."""
    return (
        value
        if message.correlation_id is None
        else _put(value, message.correlation_id, correlation)
    )


def with_new_id(message: Message, value: object, number: int) -> object:
    """Adds an id unless there is one: a UUID, or `number` if the contract requires a number."""
    if message.correlation_id is None or id_of(message, value) is not None:
        return value
    with_text = with_id(message, value, str(uuid.uuid4()))
    if message.guard is None or message.guard(with_text) is None:
        return with_text
    with_number = with_id(message, value, number)
    return with_number if message.guard(with_number) is None else with_text


def _put(value: object, path: Sequence[str], correlation: CorrelationId) -> object:
    if not path:
        return correlation
    if not isinstance(value, Mapping):
        # The message's guard will report it.
        return value
    members = dict(cast(Mapping[str, object], value))
    members[path[0]] = _put(members.get(path[0], {}), path[1:], correlation)
    return members
