"""What generated code tells a REST client about its contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeAlias, TypeVar

Content: TypeAlias = Literal["json", "text", "binary", "stream", "none"] | tuple[str, ...]
"""What the content of a response is. The names are those that a JSON object must have: an error of a
proxy may be JSON with the same status."""

HeaderType: TypeAlias = Literal["string", "number", "boolean"]

RestFile: TypeAlias = bytes | tuple[str, bytes] | tuple[str, bytes, str]
"""A file of a form: its content, with its name and its content type or without."""


@dataclass(frozen=True)
class RestSecurityScheme:
    """How the credential of a security scheme is sent."""

    kind: Literal["bearer", "basic", "header", "query", "cookie"]
    parameter: str = ""
    """The name of the header, the query parameter or the cookie of an API key."""


@dataclass(frozen=True)
class RestOperation:
    """An operation of the contract."""

    operation_id: str
    method: str
    path: str
    responses: Mapping[str, Content]
    """By status: `200`, `4XX` or `default`."""
    url: str | None = None
    """Its own server, if it is not that of the contract."""
    security: tuple[str | tuple[str, ...], ...] = ()
    """The names of security schemes. One suffices; those of a tuple only together."""
    is_open: bool = False
    """Whether the operation also works without credentials."""
    idempotency_key: str | None = None
    """The header of the idempotency key, which makes it safe to send a request again."""
    content_type: str = "application/json"
    """The content type of the body."""
    formats: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict[str, Mapping[str, str]]
    )
    """By part of the request: the values that are not written in the default style. The notation is
    that of RFC 6570: a style of OpenAPI with `*` for `explode`, or `json`."""
    response_headers: Mapping[str, HeaderType] = field(default_factory=dict[str, HeaderType])
    """The headers of a successful response that the operation returns."""


HeadersType = TypeVar("HeadersType")
BodyType = TypeVar("BodyType")


@dataclass(frozen=True)
class RestResponse(Generic[HeadersType, BodyType]):
    """A successful response with headers of the contract."""

    headers: HeadersType
    body: BodyType
