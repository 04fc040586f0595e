"""Reads and writes frames, and checks them against the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, cast

from .descriptor import Channel, JsonScalar, Message, Tag
from .errors import PostedClientError


@dataclass(frozen=True)
class Received:
    """A message of the contract. Fields that the contract does not have are left in it."""

    name: str
    value: object
    """What the frame held."""


@dataclass(frozen=True)
class UnknownMessage:
    """A message of a type that the contract does not have, as from a server of a later contract."""

    value: object


@dataclass(frozen=True)
class InvalidMessage:
    """A message that cannot be read, or of a type of the contract that it does not satisfy."""

    frame: str | bytes
    """What was received."""
    error: PostedClientError
    """Its code is `bad_frame`. It says what is wrong and repeats nothing of the frame."""


def decode_message(
    channel: Channel, frame: str | bytes
) -> Received | UnknownMessage | InvalidMessage:
    """Reads what the server sent."""
    by_encoding = {message.encoding: message for message in channel.send}
    if isinstance(frame, bytes):
        binary = by_encoding.get("binary")
        return UnknownMessage(frame) if binary is None else Received(binary.name, frame)
    if "text" in by_encoding:
        found = _checked(by_encoding["text"], frame)
    elif "json" not in by_encoding:
        return UnknownMessage(frame)
    else:
        try:
            value = parse_json(frame)
        except (ValueError, RecursionError):
            found = _bad_frame("The message is not JSON.")
        else:
            found = tell(channel.send, value)
            if found is None and _has_type(channel, value):
                return UnknownMessage(value)
            found = found or _bad_frame(f"The message is not one of {_names(channel.send)}.")
    return found if isinstance(found, Received) else InvalidMessage(frame, found)


def tell(messages: Sequence[Message], value: object) -> Received | PostedClientError | None:
    """Which of the JSON messages a value is: None for none of them.

    The error, which is returned, is `bad_frame`: it is one of them, and breaks the contract.
    """
    candidates = [message for message in messages if message.encoding == "json"]
    tagged = [m for m in candidates if m.tag is not None and _has_tag(value, m.tag)]
    untagged = [message for message in candidates if message.tag is None]
    if len(tagged) == 1:
        return _checked(tagged[0], value)
    if len(untagged) == 1:
        return _checked(untagged[0], value)
    for message in untagged:
        received = _checked(message, value)
        if isinstance(received, Received):
            return received
    return None


def encode_message(channel: Channel, name: str, value: object) -> str | bytes:
    """Checks and writes what the client sends.

    Raises PostedClientError `bad_message`.
    """
    message = channel.messages.get(name)
    if message is None:
        _refuse(f"The server takes no such message, but {', '.join(channel.messages)}.")
    if message.encoding == "binary":
        if isinstance(value, (bytes, bytearray)):
            return bytes(value)
        _refuse(f"The message {name} must be bytes.")
    if message.encoding == "text":
        if not isinstance(value, str):
            _refuse(f"The message {name} must be a text.")
        text, sent = value, value
    else:
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError):
            _refuse(f"The message {name} holds what no JSON can say.")
        # What is checked is what is sent: a key 1 has become "1" now.
        sent = parse_json(text)
    fault = None if message.guard is None else message.guard(sent)
    if fault is not None:
        _refuse(f"The message {name} breaks the contract: {fault}.")
    if message.tag is not None and not _has_tag(sent, message.tag):
        path = "/".join(message.tag.path)
        _refuse(f"The message {name} needs /{path}, by which the server knows it.")
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse(f"The message {name} holds half a surrogate pair.")
    return text


def parse_json(text: str) -> object:
    """Reads JSON (RFC 8259). Raises ValueError or RecursionError."""
    return cast(object, json.loads(text, parse_constant=_refuse_constant, parse_float=_number))


def value_at(value: object, path: Sequence[str]) -> object:
    """What stands behind the names in an object; None where there is nothing."""
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = cast(Mapping[str, object], value).get(name)
    return value


def has_value_at(value: object, path: Sequence[str]) -> bool:
    """Whether something, be it None, stands behind the names in an object."""
    parent = value_at(value, path[:-1])
    return isinstance(parent, Mapping) and path[-1] in parent


def _checked(message: Message, value: object) -> Received | PostedClientError:
    fault = None if message.guard is None else message.guard(value)
    if fault is None:
        return Received(message.name, value)
    return _bad_frame(f"A message {message.name} breaks the contract: {fault}.")


def _has_type(channel: Channel, value: object) -> bool:
    """Whether a value says of what type it is.

    All tags of a channel have one path. Without tags, an unknown type looks like a broken message.
    """
    tags = [message.tag for message in channel.send if message.tag is not None]
    return bool(tags) and has_value_at(value, tags[0].path)


def _names(messages: Sequence[Message]) -> str:
    return f"the channel's messages ({', '.join(message.name for message in messages)})"


def _has_tag(value: object, tag: Tag) -> bool:
    found = value_at(value, tag.path)
    return any(_same(found, one) for one in tag.values)


def _same(found: object, wanted: JsonScalar) -> bool:
    # For Python, True equals 1.
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _number(text: str) -> float | int:
    """JSON has one kind of number: 1.0 is a whole one."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _bad_frame(message: str) -> PostedClientError:
    return PostedClientError("bad_frame", message)


def _refuse(message: str) -> NoReturn:
    raise PostedClientError("bad_message", message)
