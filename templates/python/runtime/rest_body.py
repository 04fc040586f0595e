"""Writes the bodies of REST operations."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import cast

from .rest_contract import RestOperation
from .rest_errors import RestError
from .rest_values import text_of, write_query

_JSON = re.compile(r"[^;]*[/+]json\s*(?:;|$)", re.IGNORECASE)


def write_body(
    operation: RestOperation, body: object, files: Mapping[str, object] | None, *, has_body: bool
) -> tuple[bytes, str] | None:
    """The content of a body and its content type; None without one. Raises RestError `invalid_options`."""
    content_type = operation.content_type
    if content_type.lower().startswith("multipart/") and (has_body or files):
        return _multipart(cast(Mapping[str, object], body) if has_body else {}, files or {})
    if not has_body:
        return None
    operation_id = operation.operation_id
    if _JSON.match(content_type):
        try:
            return json.dumps(body, ensure_ascii=False, allow_nan=False).encode(), content_type
        except (TypeError, ValueError) as cause:
            message = "the body cannot be written as JSON."
            raise RestError("invalid_options", operation_id, message, cause=cause) from cause
    if content_type.lower().startswith("application/x-www-form-urlencoded"):
        fields = cast(Mapping[str, object], body)
        return write_query(fields, operation.formats.get("body", {}), "json").encode(), content_type
    if "*" in content_type:
        content_type = "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), content_type
    if isinstance(body, (bytes, bytearray)):
        return bytes(body), content_type
    message = f"`body` must be text or bytes for {content_type}."
    raise RestError("invalid_options", operation_id, message)


def _multipart(fields: Mapping[str, object], files: Mapping[str, object]) -> tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    content = bytearray()
    for name, value in fields.items():
        for item in cast(list[object], value) if isinstance(value, list) else [value]:
            if item is not None:
                content += _part(boundary, f'name="{_escaped(name)}"', None, text_of(item).encode())
    for name, value in files.items():
        for item in cast(list[object], value) if isinstance(value, list) else [value]:
            given = cast(tuple[object, ...], item) if isinstance(item, tuple) else (name, item)
            filename, data = str(given[0]), cast(bytes, given[1])
            file_type = str(given[2]) if len(given) > 2 else "application/octet-stream"
            disposition = f'name="{_escaped(name)}"; filename="{_escaped(filename)}"'
            content += _part(boundary, disposition, file_type, data)
    content += f"--{boundary}--\r\n".encode()
    return bytes(content), f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, disposition: str, content_type: str | None, data: bytes) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n"
    if content_type is not None:
        head += f"Content-Type: {content_type}\r\n"
    return head.encode() + b"\r\n" + data + b"\r\n"


def _escaped(name: str) -> str:
    """As in the HTML standard (multipart/form-data encoding algorithm)."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
