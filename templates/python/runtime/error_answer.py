"""The error answer, which a server sends instead of a reply of the contract.

    {"type": "error", "id": "r1", "error": {"code": "forbidden", "message": "...", "retryAfterMs": 1000}}

`type` and `id` are where the replies of the operation have their tag and their correlation id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from .correlation import CorrelationId, is_id
from .descriptor import Channel, Operation
from .errors import PostedError, PostedErrorCode
from .json_path import has_value_at, value_at, with_value_at
from .message_codec import has_tag

_TAG = "error"
_CODES: frozenset[object] = frozenset(get_args(PostedErrorCode))


@dataclass(frozen=True)
class ErrorAnswer:
    """An error answer counts only if a request with its id is pending."""

    correlation: CorrelationId | None
    error: PostedError


def read_error_answer(channel: Channel, operation: Operation, value: object) -> ErrorAnswer | None:
    """Reads an error answer to a request of `operation`; None if the value is anything else.

    Unknown members of `error` are ignored.
    """
    error = _read_error(value_at(value, ("error",)))
    if error is None:
        return None
    tag_path, id_path = _tag_path(channel), _id_path(channel, operation)
    if tag_path and (
        has_value_at(value, tag_path)
        if _is_tag_taken(channel, tag_path)
        else value_at(value, tag_path) != _TAG
    ):
        return None
    paths = [path for path in (("error",), tag_path, id_path) if path]
    if not _has_only(cast(Mapping[str, object], value), paths):
        return None
    found = value_at(value, id_path) if id_path else None
    return ErrorAnswer(found if is_id(found) else None, error)


def _tag_path(channel: Channel) -> Sequence[str]:
    """All tags of a channel have the same path; () if there are none."""
    return _unless_error(next((one.tag.path for one in channel.send if one.tag is not None), ()))


def _is_tag_taken(channel: Channel, path: Sequence[str]) -> bool:
    answer = with_value_at({}, path, _TAG)
    return any(one.tag is not None and has_tag(answer, one.tag) for one in channel.send)


def _id_path(channel: Channel, operation: Operation) -> Sequence[str]:
    """() if the replies have no correlation id."""
    replies = (one for one in channel.send if one.name in (operation.reply or ()))
    return _unless_error(next((one.correlation_id for one in replies if one.correlation_id), ()))


def _unless_error(path: Sequence[str]) -> Sequence[str]:
    """The member `error` cannot also contain a tag or an id."""
    return () if path[:1] == ("error",) else path


def _read_error(value: object) -> PostedError | None:
    code, message = value_at(value, ("code",)), value_at(value, ("message",))
    if not isinstance(code, str) or code not in _CODES or not isinstance(message, str):
        return None
    after = value_at(value, ("retryAfterMs",))
    if isinstance(after, bool) or not isinstance(after, int):
        after = None
    return PostedError(cast(PostedErrorCode, code), message, retry_after_ms=after)


def _has_only(value: Mapping[str, object], paths: Sequence[Sequence[str]]) -> bool:
    """Whether an object has nothing besides what is at the paths."""
    for name, member in value.items():
        inner = [path[1:] for path in paths if path[0] == name]
        if () in inner:
            continue
        if not inner or not isinstance(member, Mapping):
            return False
        if not _has_only(cast(Mapping[str, object], member), inner):
            return False
    return True
