"""What generated code says of a contract: plain data; `send` is what the server sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

JsonScalar: TypeAlias = str | int | float | bool | None

Guard: TypeAlias = Callable[[object], str | None]
"""Says what breaks the contract in a value, and where, never the value; None where nothing does."""


@dataclass(frozen=True)
class Tag:
    """How one message of a direction is known from the others."""

    path: tuple[str, ...]
    """The names of the properties that lead to it, from the value that the frame holds."""
    values: tuple[JsonScalar, ...]


@dataclass(frozen=True)
class Message:
    """A message, as it stands in a frame: one with headers has `headers` and `payload`."""

    name: str
    encoding: Literal["json", "text", "binary"]
    tag: Tag | None
    """None where its guard alone tells it from the others, or there are no others."""
    guard: Guard | None
    """None for bytes, of which the contract says nothing."""
    correlation_id: tuple[str, ...] | None
    """The names of the properties that lead to the correlation id."""


@dataclass(frozen=True)
class SecurityScheme:
    """A security scheme of the contract, by what it asks of a handshake."""

    name: str
    credentials: Literal["bearer", "basic", "apiKey"]
    place: Literal["authorization", "user", "password", "header", "query", "cookie"]
    parameter: str
    """The name of the header, query parameter or cookie; "" where that is `Authorization`."""


@dataclass(frozen=True)
class Operation:
    """What the server sends or receives, and what answers it."""

    name: str
    action: Literal["send", "receive"]
    messages: tuple[str, ...]
    reply: tuple[str, ...] | None
    """The messages that answer, in the other direction. None where none does."""
    security: tuple[SecurityScheme, ...]
    """Any one of them suffices. Empty: whoever is connected may."""


@dataclass(frozen=True)
class ServerVariable:
    """What stands for a `{variable}` of a server's host or path."""

    values: tuple[str, ...]
    """Empty: any value."""
    default: str | None


@dataclass(frozen=True)
class Server:
    """A server of the contract."""

    name: str
    protocol: Literal["ws", "wss"]
    host: str
    pathname: str
    """What stands before every address; "" for nothing."""
    variables: Mapping[str, ServerVariable]


@dataclass(frozen=True)
class Resume:
    """How a client that lost its connection goes on where it was: names, by their role."""

    query: str
    """The query parameter for the place to begin: `now`, `acked`, or a cursor."""
    cursor: str
    """The property in which messages carry their place."""
    ready: str
    checkpoint: str
    reset: str
    bye: str
    ack: str


@dataclass(frozen=True)
class Channel:
    """What is spoken on the connections to one address."""

    name: str
    address: str
    """The path, with `{parameter}` expressions."""
    servers: tuple[Server, ...]
    parameters: Guard | None
    parameter_defaults: Mapping[str, str]
    query: Guard | None
    headers: Guard | None
    security: tuple[SecurityScheme, ...]
    """Any one of them suffices. Empty: the channel is open to everyone."""
    send: tuple[Message, ...]
    receive: tuple[Message, ...]
    operations: tuple[Operation, ...]
    resume: Resume | None
    """None where connections cannot be resumed."""
    messages: Mapping[str, Message] = field(init=False, repr=False)
    """What a client may send, by name."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "messages", {message.name: message for message in self.receive})
