"""Builds the requests of REST operations."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, urlsplit

from .rest_contract import RestOperation
from .rest_errors import RestError

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
"""RFC 9110 section 9.2.2."""

_HEADER = re.compile(r"[^\r\n\0]*")


@dataclass(frozen=True)
class RestRequest:
    """A request as it is sent in every attempt, without credentials."""

    url: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    is_repeatable: bool
    """Whether it does no harm to send it twice."""


def build_request(
    base_url: str,
    operation: RestOperation,
    params: Mapping[str, object] | None,
    query: Mapping[str, object] | None,
    headers: Mapping[str, object] | None,
    body: object,
    *,
    has_body: bool,
) -> RestRequest:
    """Raises RestError `invalid_options`."""
    operation_id, key = operation.operation_id, operation.idempotency_key
    sent = [("Accept", "application/json, */*;q=0.5")]
    for name, value in (headers or {}).items():
        if value is not None:
            sent.append((name, _joined(value)))
    for name, value in sent:
        if not _HEADER.fullmatch(value) or not value.isascii():
            message = f"the header {name} cannot be sent."
            raise RestError("invalid_options", operation_id, message)
    if key is not None and all(name.lower() != key.lower() for name, _ in sent):
        sent.append((key, str(uuid.uuid4())))
    content: bytes | None = None
    if has_body:
        sent.append(("Content-Type", operation.content_type))
        try:
            content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        except (TypeError, ValueError) as cause:
            message = "the body cannot be written as JSON."
            raise RestError("invalid_options", operation_id, message, cause=cause) from cause
    return RestRequest(
        url=base_url + _fill_path(operation, params or {}),
        query=tuple(_text_values(query)),
        headers=tuple(sent),
        body=content,
        is_repeatable=key is not None or operation.method in _IDEMPOTENT,
    )


def base_url_of(url: str | None) -> str:
    """The URL of the server without a slash at its end. Raises RestError `invalid_options`."""
    parts = urlsplit(url or "")
    if parts.scheme not in {"http", "https", "ws", "wss"} or not parts.hostname:
        raise RestError("invalid_options", "", "`url` must be an http, https, ws or wss URL.")
    if parts.username is not None or parts.query or parts.fragment:
        message = "`url` must not have a user, query or fragment. Use `auth`."
        raise RestError("invalid_options", "", message)
    scheme = parts.scheme.replace("ws", "http")
    return f"{scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _text_values(values: Mapping[str, object] | None) -> list[tuple[str, str]]:
    """The values as text; a list gives one entry for each of its items."""
    result: list[tuple[str, str]] = []
    for name, value in (values or {}).items():
        items = cast(list[object], value) if isinstance(value, list) else [value]
        result += [(name, _text(item)) for item in items if item is not None]
    return result


def _joined(value: object) -> str:
    """A list becomes text with commas."""
    items = cast(list[object], value) if isinstance(value, list) else [value]
    return ",".join(_text(item) for item in items)


def _text(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _fill_path(operation: RestOperation, params: Mapping[str, object]) -> str:
    def fill(found: re.Match[str]) -> str:
        name = found.group(1)
        value = _joined(params.get(name, ""))
        try:
            text = quote(value, safe="")
        except UnicodeEncodeError as cause:
            message = f"`params`: {name} has a lone surrogate."
            raise RestError("invalid_options", operation.operation_id, message) from cause
        if not text:
            message = f"`params`: {name} is missing or empty."
            raise RestError("invalid_options", operation.operation_id, message)
        return text

    path = re.sub(r"\{([^{}]+)\}", fill, operation.path)
    if any(segment in {".", ".."} for segment in path.split("/")):
        # URL parsers resolve dot segments, which would lead to another operation.
        message = '`params`: a segment must not be "." or "..".'
        raise RestError("invalid_options", operation.operation_id, message)
    return path
