"""Writes the parameters and form fields of REST operations as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast
from urllib.parse import quote, quote_plus

Formats = Mapping[str, str]


def write_query(values: Mapping[str, object], formats: Formats, objects: str = "form*") -> str:
    """The values as a query or a form. A list has a pair for each item unless a format says otherwise."""
    pairs: list[str] = []
    for name, value in values.items():
        default = objects if _is_object(value) else "form*"
        pairs += _query_pairs(name, value, formats.get(name, default))
    return "&".join(pairs)


def write_segment(name: str, value: object, style: str) -> str | None:
    """A value in a segment of a path; None if it has no text."""
    if style == "json":
        return quote(_json(value), safe="")
    explode = style.endswith("*")
    style = style.removesuffix("*")
    items = _items_of(value, explode)
    matrix = style == "matrix"
    prefix = "." if style == "label" else ";" if matrix else ""
    own = f"{quote(name, safe='')}=" if matrix else ""
    if items is None:
        text = text_of(value)
        return prefix + own + quote(text, safe="") if text else None
    parts: list[str] = []
    for key, item in items:
        encoded = quote(item, safe="")
        if key is None:
            parts.append(own + encoded if explode else encoded)
        elif explode:
            parts.append(f"{quote(key, safe='')}={encoded}")
        else:
            parts += [quote(key, safe=""), encoded]
    if not parts:
        return None
    separator = "," if not explode or style == "simple" else "." if style == "label" else ";"
    return prefix + ("" if explode else own) + separator.join(parts)


def write_header(value: object, style: str = "simple") -> str:
    """A value of a header: a list or an object has commas."""
    if style == "json":
        return _json(value)
    items = _items_of(value, True)
    if items is None:
        return text_of(value)
    between = "=" if style.endswith("*") else ","
    return ",".join(item if key is None else f"{key}{between}{item}" for key, item in items)


def text_of(value: object) -> str:
    if isinstance(value, bool) or _is_object(value) or isinstance(value, list):
        return _json(cast(object, value))
    return str(value)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _query_pairs(name: str, value: object, style: str) -> list[str]:
    if value is None:
        return []
    if style == "json":
        return [_pair(name, _json(value))]
    if style == "deepObject":
        return _deep_pairs(name, value)
    explode = style.endswith("*")
    items = _items_of(value, explode)
    if items is None:
        return [_pair(name, text_of(value))]
    if explode:
        return [_pair(name if key is None else key, item) for key, item in items]
    delimiter = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(style, ",")
    parts = [part for key, item in items for part in ((item,) if key is None else (key, item))]
    return [f"{quote(name, safe='')}={delimiter.join(quote(part, safe='') for part in parts)}"]


def _deep_pairs(name: str, value: object) -> list[str]:
    if isinstance(value, dict):
        members = cast(dict[str, object], value).items()
        return [
            pair
            for key, member in members
            if member is not None
            for pair in _deep_pairs(f"{name}[{key}]", member)
        ]
    if isinstance(value, list):
        items = cast(list[object], value)
        return [pair for item in items for pair in _deep_pairs(f"{name}[]", item)]
    return [_pair(name, text_of(value))]


def _pair(name: str, value: str) -> str:
    return f"{quote_plus(name)}={quote_plus(value)}"


def _items_of(value: object, explode: bool) -> list[tuple[str | None, str]] | None:
    """The members of a list or an object as text; None for any other value."""
    if isinstance(value, list):
        return [(None, text_of(item)) for item in cast(list[object], value) if item is not None]
    if not isinstance(value, dict):
        return None
    result: list[tuple[str | None, str]] = []
    for key, member in cast(dict[str, object], value).items():
        # A list inside an object has a pair for each of its items.
        all_items = cast(list[object], member) if explode and isinstance(member, list) else [member]
        result += [(key, text_of(item)) for item in all_items if item is not None]
    return result


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
