"""The correlation ids of messages (AsyncAPI 3.0, Correlation ID Object)."""

from __future__ import annotations

import uuid
from typing import TypeAlias, TypeGuard

from .descriptor import Message
from .json_path import value_at, with_value_at

CorrelationId: TypeAlias = str | int | float


def id_of(message: Message, value: object) -> CorrelationId | None:
    """None if there is none; only strings and numbers are valid ids."""
    found = None if message.correlation_id is None else value_at(value, message.correlation_id)
    return found if is_id(found) else None


def is_id(value: object) -> TypeGuard[CorrelationId]:
    """Whether a value can be a correlation id."""
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def with_id(message: Message, value: object, correlation: CorrelationId) -> object:
    """A copy of the value with the id; the value itself if the contract has no correlation id."""
    path = message.correlation_id
    return value if path is None else with_value_at(value, path, correlation)


def with_new_id(message: Message, value: object, number: int) -> object:
    """Adds an id unless there is one: a UUID, or `number` if the contract requires a number."""
    if message.correlation_id is None or id_of(message, value) is not None:
        return value
    with_text = with_id(message, value, str(uuid.uuid4()))
    if message.guard is None or message.guard(with_text) is None:
        return with_text
    with_number = with_id(message, value, number)
    return with_number if message.guard(with_number) is None else with_text
