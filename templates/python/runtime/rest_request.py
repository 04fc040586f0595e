"""Builds the requests of REST operations."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from .rest_body import write_body
from .rest_contract import RestOperation
from .rest_errors import RestError
from .rest_values import write_header, write_query, write_segment

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "QUERY"})
"""RFC 9110 section 9.2.2."""

_HEADER = re.compile(r"[^\r\n\0]*")


@dataclass(frozen=True)
class RestRequest:
    """A request as it is sent in every attempt, without credentials."""

    url: str
    query: str
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
    cookies: Mapping[str, object] | None,
    body: object,
    files: Mapping[str, object] | None,
    *,
    has_body: bool,
) -> RestRequest:
    """Raises RestError `invalid_options`."""
    operation_id, key = operation.operation_id, operation.idempotency_key
    formats = operation.formats
    sent = [("Accept", "application/json, */*;q=0.5")]
    for name, value in (headers or {}).items():
        if value is not None:
            sent.append((name, write_header(value, formats.get("headers", {}).get(name, "simple"))))
    cookie_formats = formats.get("cookies", {})
    pairs = [
        f"{name}={quote(write_header(value, cookie_formats.get(name, 'simple')), safe='')}"
        for name, value in (cookies or {}).items()
        if value is not None
    ]
    if pairs:
        sent.append(("Cookie", "; ".join(pairs)))
    for name, value in sent:
        if not _HEADER.fullmatch(value) or not value.isascii():
            message = f"the header {name} cannot be sent."
            raise RestError("invalid_options", operation_id, message)
    if key is not None and all(name.lower() != key.lower() for name, _ in sent):
        sent.append((key, str(uuid.uuid4())))
    written = write_body(operation, body, files, has_body=has_body)
    if written is not None:
        sent.append(("Content-Type", written[1]))
    return RestRequest(
        url=base_url + _fill_path(operation, params or {}),
        query=write_query(query or {}, formats.get("query", {})),
        headers=tuple(sent),
        body=None if written is None else written[0],
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


def _fill_path(operation: RestOperation, params: Mapping[str, object]) -> str:
    def fill(found: re.Match[str]) -> str:
        name = found.group(1)
        style = operation.formats.get("params", {}).get(name, "simple")
        try:
            text = write_segment(name, params.get(name, ""), style)
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
