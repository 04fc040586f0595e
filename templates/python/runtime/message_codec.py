"""Decodes and encodes frames, and checks them against the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn, cast

from .descriptor import Channel, Codec, JsonScalar, Message, Tag
from .errors import PostedClientError
from .json_path import has_value_at, value_at
from .json_values import is_list

_DIGITS_OF_MAXIMUM = 309


@dataclass(frozen=True)
class Received:
    """A valid message. Fields that are not in the contract are left in it."""

    name: str
    value: object
    """The JSON value, text or bytes of the frame."""


@dataclass(frozen=True)
class UnknownMessage:
    """A message of a type that is not in the contract, as a later server may send."""

    value: object


@dataclass(frozen=True)
class InvalidMessage:
    """A message that cannot be read or that breaks the contract."""

    frame: str | bytes
    """The frame as received."""
    error: PostedClientError
    """Says what is wrong, with the code `bad_frame`, and repeats nothing of the frame."""


def decode_message(
    channel: Channel, frame: str | bytes
) -> Received | UnknownMessage | InvalidMessage:
    """Reads a frame from the server."""
    by_encoding = {message.encoding: message for message in channel.send}
    if isinstance(frame, bytes):
        binary = by_encoding.get("binary")
        codec = None if binary else next((one.codec for one in channel.send if one.codec), None)
        if codec is not None:
            return _unpack(channel, frame, codec)
        return UnknownMessage(frame) if binary is None else Received(binary.name, frame)
    if "text" not in by_encoding and "json" not in by_encoding:
        return UnknownMessage(frame)
    found, text = None, identify(channel.send, frame, "text")
    if "json" in by_encoding:
        text = text if isinstance(text, Received) else None
        try:
            value = parse_json(frame)
        except (ValueError, RecursionError):
            text = text or _bad_frame("The message is not JSON.")
        else:
            found = identify(channel.send, value)
            if (found or text) is None and _has_type(channel, value):
                return UnknownMessage(value)
    found = found or text or _bad_frame(f"The message is not one of {_names(channel.send)}.")
    return found if isinstance(found, Received) else InvalidMessage(frame, found)


def _unpack(
    channel: Channel, frame: bytes, codec: Codec
) -> Received | UnknownMessage | InvalidMessage:
    try:
        value = codec.decode(frame)
    except (ValueError, RecursionError):
        return InvalidMessage(frame, _bad_frame("The message is not MessagePack."))
    found = identify(channel.send, value, "msgpack")
    if found is None and _has_type(channel, value):
        return UnknownMessage(value)
    found = found or _bad_frame(f"The message is not one of {_names(channel.send)}.")
    return found if isinstance(found, Received) else InvalidMessage(frame, found)


def identify(
    messages: Sequence[Message],
    value: object,
    encoding: Literal["json", "text", "msgpack"] = "json",
) -> Received | PostedClientError | None:
    """Finds the message in an encoding that a value is; None if it is not one of them.

    Returns the error `bad_frame` if it is one of them but breaks the contract.
    """
    candidates = [message for message in messages if message.encoding == encoding]
    possible = [message for message in candidates if has_tags(value, message)]
    if len(possible) == 1 and (len(candidates) == 1 or possible[0].tag or possible[0].probes):
        return _checked(possible[0], value)
    possible.sort(key=lambda message: -len(message.probes))
    checked = [_checked(message, value) for message in possible]
    counts = [len(message.probes) for message in possible] + [0, 0]
    best = checked[0] if counts[0] > counts[1] else None
    return next((one for one in checked if isinstance(one, Received)), best)


def with_constants(message: Message, content: object) -> object:
    """The content that the application writes, with the constants of its message."""
    if not isinstance(content, Mapping):
        return content
    return {**message.constants, **cast(Mapping[str, object], content)}


def encode_message(channel: Channel, name: str, value: object) -> str | bytes:
    """Checks and encodes a message from the client.

    Raises PostedClientError `bad_message`.
    """
    message = channel.messages.get(name)
    if message is None:
        _refuse(f"The message must be one of {', '.join(channel.messages)}.")
    if message.encoding == "binary":
        if isinstance(value, (bytes, bytearray)):
            return bytes(value)
        _refuse(f"The message {name} must be bytes.")
    if message.encoding == "text":
        if not isinstance(value, str):
            _refuse(f"The message {name} must be a string.")
        text, sent = value, value
    else:
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError):
            _refuse(f"The message {name} contains values that JSON cannot represent.")
        # Checks what is sent: for example, a key 1 has become "1" now.
        sent = parse_json(text)
    problem = None if message.guard is None else message.guard(sent)
    if problem is not None:
        _refuse(f"The message {name} breaks the contract: {problem}.")
    if not has_tags(sent, message):
        paths = " or ".join("/" + "/".join(tag.path) for tag in _tags(message))
        _refuse(f"The message {name} requires {paths}, which identifies it.")
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse(f"The message {name} contains a lone surrogate.")
    return text if message.codec is None else message.codec.encode(sent)


def parse_json(text: str) -> object:
    """Reads JSON (RFC 8259). Raises ValueError or RecursionError."""
    return cast(
        object,
        json.loads(
            text, parse_constant=_refuse_constant, parse_float=_number, parse_int=_integer
        ),
    )


def _checked(message: Message, value: object) -> Received | PostedClientError:
    problem = None if message.guard is None else message.guard(value)
    if problem is None:
        return Received(message.name, value)
    return _bad_frame(f"The message {message.name} breaks the contract: {problem}.")


def has_tags(value: object, message: Message) -> bool:
    """Whether a value has the tag and all probes of a message."""
    return all(has_tag(value, tag) for tag in _tags(message))


def has_tag(value: object, tag: Tag) -> bool:
    """Whether a value has a tag with one of its values."""
    # An array is another message, even if it lacks a property of objects.
    if tag.is_optional and not has_value_at(value, tag.path) and not is_list(value):
        return True
    found = value_at(value, tag.path)
    return any(_same(found, one) for one in tag.values)


def _has_type(channel: Channel, value: object) -> bool:
    """Whether a value has a member that identifies messages.

    Without such members, an unknown type cannot be told from an invalid message.
    """
    tags = [tag for message in channel.send for tag in _tags(message)]
    return any(has_value_at(value, tag.path) for tag in tags)


def _tags(message: Message) -> tuple[Tag, ...]:
    return message.probes if message.tag is None else (message.tag,)


def _names(messages: Sequence[Message]) -> str:
    return f"the channel's messages ({', '.join(message.name for message in messages)})"


def _same(found: object, wanted: JsonScalar) -> bool:
    # In Python, True equals 1.
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _number(text: str) -> float | int:
    """JSON has one kind of number: 1.0 is an integer."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _integer(text: str) -> float | int:
    """Python refuses integers of thousands of digits, which are infinite on the server."""
    return int(text) if len(text) < _DIGITS_OF_MAXIMUM else float(text)


def _bad_frame(message: str) -> PostedClientError:
    return PostedClientError("bad_frame", message)


def _refuse(message: str) -> NoReturn:
    raise PostedClientError("bad_message", message)
