"""What generated code tells a REST client about its contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeAlias, TypeVar

Content: TypeAlias = Literal["json", "text", "none"] | tuple[str, ...]
"""What the content of a response is. The names are those that a JSON object must have: an error of a
proxy may be JSON with the same status."""

HeaderType: TypeAlias = Literal["string", "number", "boolean"]


@dataclass(frozen=True)
class RestSecurityScheme:
    """How the credential of a security scheme is sent."""

    kind: Literal["bearer", "basic", "header", "query"]
    parameter: str = ""
    """The name of the header or the query parameter of an API key."""


@dataclass(frozen=True)
class RestOperation:
    """An operation of the contract."""

    operation_id: str
    method: str
    path: str
    responses: Mapping[str, Content]
    """By status: `200`, `4XX` or `default`."""
    security: tuple[str, ...] = ()
    """The names of security schemes. One suffices."""
    is_open: bool = False
    """Whether the operation also works without credentials."""
    idempotency_key: str | None = None
    """The header of the idempotency key, which makes it safe to send a request again."""
    content_type: str = "application/json"
    """The content type of the body."""
    response_headers: Mapping[str, HeaderType] = field(default_factory=dict[str, HeaderType])
    """The headers of a successful response that the operation returns."""


HeadersType = TypeVar("HeadersType")
BodyType = TypeVar("BodyType")


@dataclass(frozen=True)
class RestResponse(Generic[HeadersType, BodyType]):
    """A successful response with headers of the contract."""

    headers: HeadersType
    body: BodyType
