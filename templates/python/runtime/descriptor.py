"""Plain data that describes a contract; `send` is what the server sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

JsonScalar: TypeAlias = str | int | float | bool | None

Guard: TypeAlias = Callable[[object], str | None]
"""Returns what breaks the contract and where, never the value; None if the value is valid."""


@dataclass(frozen=True)
class Tag:
    """Identifies a message among those of its direction."""

    path: tuple[str, ...]
    """What leads to it from the value in the frame: property names, and positions in arrays."""
    values: tuple[JsonScalar, ...]
    is_optional: bool = False
    """Whether a message may lack the member."""


@dataclass(frozen=True)
class Codec:
    """Reads and writes binary frames whose content is like JSON."""

    encode: Callable[[object], bytes]
    decode: Callable[[bytes], object]
    """Raises ValueError or RecursionError for bytes that are malformed, or that contain what JSON does
    not have."""


@dataclass(frozen=True)
class Message:
    """A message as in its frame: one with headers has `headers` and `payload`."""

    name: str
    encoding: Literal["json", "text", "binary", "msgpack"]
    tag: Tag | None
    """Has the same path in all messages with this direction and encoding.

    None without one, or for a single message.
    """
    guard: Guard | None
    """None for bytes, which the contract does not describe."""
    constants: Mapping[str, JsonScalar]
    """The properties with only one possible value, which the client fills in."""
    correlation_id: tuple[str, ...] | None
    """The property names that lead to the correlation id."""
    probes: tuple[Tag, ...] = ()
    """Without a tag: all of them are in every such message. The guard decides between messages that
    a value may be."""
    codec: Codec | None = None
    """Of MessagePack."""


@dataclass(frozen=True)
class SecurityScheme:
    """A security scheme of the contract, by what it requires of a handshake."""

    name: str
    credentials: Literal["bearer", "basic", "apiKey"]
    location: Literal["authorization", "user", "password", "header", "query", "cookie"]
    parameter: str
    """The name of the header, query parameter or cookie; "" for `Authorization`."""


@dataclass(frozen=True)
class Operation:
    """Messages that the server sends or receives, and their replies."""

    name: str
    member: str
    """Its name in Python."""
    action: Literal["send", "receive"]
    messages: tuple[str, ...]
    reply: tuple[str, ...] | None
    """The replies, in the other direction. None if there are none."""
    security: tuple[SecurityScheme, ...]
    """Any one of them suffices. Empty: every connected client may."""


@dataclass(frozen=True)
class ServerVariable:
    """A `{variable}` of a server's host or path."""

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
    """The prefix of every address; may be ""."""
    variables: Mapping[str, ServerVariable]


@dataclass(frozen=True)
class Resume:
    """How a client resumes: names of the contract by their role."""

    query: str
    """The query parameter for where to start: `now`, `acked`, or a cursor."""
    cursor: str
    """The property in which messages carry their cursor."""
    ready: str
    checkpoint: str
    reset: str
    bye: str
    ack: str
    window: str | None = None
    """The query parameter in which a client states how many messages may be unacknowledged."""
    alive: str | None = None
    """The message that a client that has stated its window gets when there is nothing else."""
    device: str | None = None
    """The query parameter with the name of the client's device, if clients can claim it."""
    instance: str | None = None
    """The query parameter with which a client claims its device: a random name, a dot, and the
    number of the attempt."""


@dataclass(frozen=True)
class Channel:
    """The messages and operations of one address."""

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
    """None if connections cannot be resumed."""
    auth: bool = False
    """Whether clients can renew their credentials on an open connection."""
    messages: Mapping[str, Message] = field(init=False, repr=False)
    """The client's messages, by name."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "messages", {message.name: message for message in self.receive})
