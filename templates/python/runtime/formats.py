"""The formats of JSON Schema, as strict as on the server (ajv-formats, mode full)."""

from __future__ import annotations

import ipaddress
import re
from calendar import monthrange
from collections.abc import Callable, Mapping

_UNRESERVED = r"a-z0-9\-._~!$&'()*+,;="
_ENCODED = r"%[0-9a-f]{2}"
_FLAGS = re.ASCII | re.IGNORECASE

_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII)
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d(?:\.\d+)?)"
_ZONE = r"(?P<zone>z|(?P<sign>[+-])(?P<zone_hour>\d\d)(?::?(?P<zone_minute>\d\d))?)"
_TIME = re.compile(f"{_CLOCK}{_ZONE}?", _FLAGS)
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, _FLAGS)
    for name, pattern in {
        "uuid": r"(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "email": (
            r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
            r"@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
        ),
        "hostname": (
            r"(?=.{1,253}\.?\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
            r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\.?"
        ),
        "ipv4": r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!\Z)|\Z)){4}",
        "duration": (
            r"(?-i:P(?!\Z)(?:(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?|\d+W))"
        ),
        "uri-reference": (
            rf"(?:[a-z][a-z0-9+\-.]*:)?(?://(?:(?:[{_UNRESERVED}:]|{_ENCODED})*@)?"
            rf"(?:\[[0-9a-f:.]+\]|(?:[{_UNRESERVED}]|{_ENCODED})*)(?::\d*)?)?"
            rf"(?:[{_UNRESERVED}:@/]|{_ENCODED})*"
            rf"(?:\?(?:[{_UNRESERVED}:@/?]|{_ENCODED})*)?(?:\#(?:[{_UNRESERVED}:@/?]|{_ENCODED})*)?"
        ),
        "uri-template": (
            rf"(?:[^\x00-\x20\"'<>%\\^`{{|}}]|{_ENCODED}|"
            rf"\{{[+\#./;?&=,!@|]?(?:\w|{_ENCODED})+(?::[1-9]\d{{0,3}}|\*)?"
            rf"(?:,(?:\w|{_ENCODED})+(?::[1-9]\d{{0,3}}|\*)?)*\}})*"
        ),
        "url": r"(?:https?|ftp)://[^\s/?#]+\.[^\s/?#]+(?:[/?#]\S*)?",
        "byte": r"(?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=)?",
        "json-pointer": r"(?:/(?:[^~/]|~[01])*)*",
        "json-pointer-uri-fragment": rf"\#(?:/(?:[a-z0-9_\-.!$&'()*+,;:=@]|{_ENCODED}|~[01])*)*",
        "relative-json-pointer": r"(?:0|[1-9]\d*)(?:\#|(?:/(?:[^~/]|~[01])*)*)",
    }.items()
}


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups())
    # The calendar repeats every 400 years; Python has no year 0.
    return 1 <= month <= 12 and 1 <= day <= monthrange(2000 + year % 400, month)[1]


def _is_time(text: str, *, needs_zone: bool) -> bool:
    match = _TIME.fullmatch(text)
    if match is None or (needs_zone and match["zone"] is None):
        return False
    hour, minute, second = int(match["hour"]), int(match["minute"]), float(match["second"])
    zone_hour, zone_minute = int(match["zone_hour"] or 0), int(match["zone_minute"] or 0)
    if hour > 23 or minute > 59 or zone_hour > 23 or zone_minute > 59:
        return False
    if second < 60:
        return True
    # A leap second comes after 23:59:59 UTC (RFC 3339 appendix D).
    zone_minutes = zone_hour * 60 + zone_minute
    utc = hour * 60 + minute + (-zone_minutes if match["sign"] == "+" else zone_minutes)
    return utc % 1440 == 1439 and second < 61


def _is_date_time(text: str, *, needs_zone: bool) -> bool:
    parts = re.split(r"t|\s", text, flags=re.IGNORECASE)
    return len(parts) == 2 and _is_date(parts[0]) and _is_time(parts[1], needs_zone=needs_zone)


def _is_uri(text: str) -> bool:
    has_scheme = re.match(r"[a-z][a-z0-9+\-.]*:(?!\Z)", text, _FLAGS) is not None
    return has_scheme and _PATTERNS["uri-reference"].fullmatch(text) is not None


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text


def _is_regex(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _is_whole(value: int | float) -> bool:
    return float(value).is_integer()


def _of_text(check: Callable[[str], bool]) -> Callable[[object], bool]:
    """A format allows all values of other types."""
    return lambda value: not isinstance(value, str) or check(value)


def _of_number(check: Callable[[int | float], bool]) -> Callable[[object], bool]:
    return lambda value: (
        isinstance(value, bool) or not isinstance(value, (int, float)) or check(value)
    )


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


FORMATS: Mapping[str, Callable[[object], bool]] = {
    **{name: _of_text(_matches(pattern)) for name, pattern in _PATTERNS.items()},
    "date": _of_text(_is_date),
    "time": _of_text(lambda text: _is_time(text, needs_zone=True)),
    "iso-time": _of_text(lambda text: _is_time(text, needs_zone=False)),
    "date-time": _of_text(lambda text: _is_date_time(text, needs_zone=True)),
    "iso-date-time": _of_text(lambda text: _is_date_time(text, needs_zone=False)),
    "uri": _of_text(_is_uri),
    "ipv6": _of_text(_is_ipv6),
    "regex": _of_text(_is_regex),
    "int32": _of_number(lambda value: _is_whole(value) and -(2**31) <= value < 2**31),
    "int64": _of_number(_is_whole),
}
"""Checks by format name. Other formats cannot be checked."""
