"""Reads the responses to REST operations."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Literal, cast

from .rest_contract import Content, RestOperation, RestResponse

_JSON = re.compile(r"application/(?:[^;\s]+\+)?json\s*(?:;|$)", re.IGNORECASE)


@dataclass(frozen=True)
class ReceivedResponse:
    """The parts of a response that its reading needs."""

    status: int
    headers: Mapping[str, str]
    """Names are in lower case."""
    content: bytes
    stream: AsyncIterator[bytes] | None = None
    """The content as it comes, only if the contract describes a stream."""


@dataclass(frozen=True)
class Result:
    """What the operation returns."""

    value: object


@dataclass(frozen=True)
class Failure:
    """What the operation raises."""

    code: Literal["refused", "unexpected"]
    message: str
    body: object
    retry_after: float | None


def read_response(operation: RestOperation, response: ReceivedResponse) -> Result | Failure:
    """What a response means."""
    status, headers = response.status, response.headers
    content = _content_of(operation.responses, status)
    media_type = headers.get("content-type", "")
    is_ok = 200 <= status < 300
    text = "" if is_ok and content == "binary" else response.content.decode(errors="replace")
    is_json, body = _parse(text) if _JSON.match(media_type) else (False, None)
    is_described = content is not None and _fits(content, is_json, body)
    if is_described and is_ok:
        value = _value_of(content, response, text, body)
        if not operation.response_headers:
            return Result(value)
        return Result(RestResponse(_read_headers(operation, headers), value))
    shown = body if is_json else text or None
    retry_after = _retry_after(headers.get("retry-after"))
    if is_described:
        return Failure("refused", f"HTTP {status}{_explanation(shown)}", shown, retry_after)
    plain_type = media_type.partition(";")[0] or "(none)"
    what = f" with content of type {plain_type}" if content is not None else ""
    message = f"the contract does not describe the answer HTTP {status}{what}."
    return Failure("unexpected", message, shown, retry_after)


def is_stream(operation: RestOperation, status: int) -> bool:
    """Whether a response is passed on as it comes."""
    return 200 <= status < 300 and _content_of(operation.responses, status) == "stream"


def _value_of(
    content: Content | None, response: ReceivedResponse, text: str, body: object
) -> object:
    if content == "stream":
        return response.stream
    if content == "binary":
        return response.content
    return text if content == "text" else None if content == "none" else body


def _fits(content: Content, is_json: bool, body: object) -> bool:
    if isinstance(content, tuple):
        return isinstance(body, dict) and all(name in body for name in content)
    return is_json or content != "json"


def _content_of(responses: Mapping[str, Content], status: int) -> Content | None:
    """The most specific of a status, its class and `default` (OpenAPI 3.1, Responses Object)."""
    keys = [str(status), f"{status // 100}XX", "default"]
    # Beside a success, `default` describes errors.
    if status // 100 == 2 and any(key.startswith("2") for key in responses):
        keys.pop()
    return next((responses[key] for key in keys if key in responses), None)


def _parse(text: str) -> tuple[bool, object]:
    try:
        return True, json.loads(text)
    except ValueError:
        return False, None


def _explanation(body: object) -> str:
    """What the server says for people: `message`, or a member of problem details (RFC 9457)."""
    if isinstance(body, dict):
        for name in ("message", "detail", "title"):
            value = cast(dict[str, object], body).get(name)
            if isinstance(value, str):
                return f": {value[:300]}"
    return "."


def _retry_after(value: str | None) -> float | None:
    """Seconds or a date (RFC 9110 section 10.2.3), as seconds from now."""
    if value is None:
        return None
    if re.fullmatch(r"[0-9]+", value):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def _read_headers(operation: RestOperation, headers: Mapping[str, str]) -> Mapping[str, object]:
    result: dict[str, object] = {}
    for name, kind in operation.response_headers.items():
        text = headers.get(name.lower())
        if text is None:
            continue
        if kind == "number":
            number = float(text)
            result[name] = int(number) if number.is_integer() else number
        else:
            result[name] = text == "true" if kind == "boolean" else text
    return result
