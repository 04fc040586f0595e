"""Compares and measures JSON values as JavaScript does, so that guards agree in both languages."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from math import isfinite
from typing import TypeGuard, cast

JsonObject = dict[str, object]
JsonList = list[object]

_MAX_SAFE = 2**53 - 1


def is_number(value: object) -> TypeGuard[int | float]:
    """JSON can write numbers that become infinite, such as 1e999. They are of no type."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return isfinite(double(value))


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[JsonList]:
    """Whether a value is a JSON array."""
    return isinstance(value, list)


def double(value: int | float) -> float:
    """The number that a JavaScript server sees: JSON has one kind of number."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def identity_of(value: object) -> Hashable:
    """Equal for equal JSON values only: 1 and 1.0 are equal, 1 and True are not."""
    if is_object(value):
        return frozenset((name, identity_of(member)) for name, member in value.items())
    if is_list(value):
        return tuple(identity_of(item) for item in value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return ("number", double(value))
    return (type(value).__name__, cast(Hashable, value))


def is_multiple(value: int | float, step: int | float) -> bool:
    """Whether one number is a multiple of another, as decimals: 0.3 is a multiple of 0.1."""
    if isinstance(value, int) and isinstance(step, int) and abs(value) <= _MAX_SAFE:
        return value % step == 0
    return (_decimal(value) / _decimal(step)).denominator == 1


def _decimal(value: int | float) -> Fraction:
    # `repr` writes the shortest decimal that denotes the number, as JavaScript does.
    return Fraction(repr(double(value)))
