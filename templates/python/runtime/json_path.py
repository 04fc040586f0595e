"""Reads and writes JSON values by paths of property names and positions in arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast


def value_at(value: object, path: Sequence[str]) -> object:
    """The value at a path; None if there is none."""
    for name in path:
        if isinstance(value, list):
            members = cast(Sequence[object], value)
            is_position = name.isdigit() and int(name) < len(members)
            value = members[int(name)] if is_position else None
        elif isinstance(value, Mapping):
            value = cast(Mapping[str, object], value).get(name)
        else:
            return None
    return value


def has_value_at(value: object, path: Sequence[str]) -> bool:
    """Whether there is a value, possibly None, at a path."""
    parent = value_at(value, path[:-1])
    if isinstance(parent, list):
        return path[-1].isdigit() and int(path[-1]) < len(cast(Sequence[object], parent))
    return isinstance(parent, Mapping) and path[-1] in parent


def with_value_at(value: object, path: Sequence[str], member: object) -> object:
    """A copy of the value with `member` at the path, adding missing objects along it.

    If anything along the path is not an object, the copy has it unchanged, and the guard of the
    message reports the problem.
    """
    if not path:
        return member
    if not isinstance(value, Mapping):
        return value
    members = dict(cast(Mapping[str, object], value))
    members[path[0]] = with_value_at(members.get(path[0], {}), path[1:], member)
    return members
