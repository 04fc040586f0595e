"""The formats of JSON Schema, as strict as on the server (ajv-formats, mode full)."""

from __future__ import annotations

import ipaddress
import re
from calendar import monthrange
from collections.abc import Callable, Mapping

from .ecma_regex import is_ecma_regex
from .json_values import is_number

_FLAGS = re.ASCII | re.IGNORECASE
# Those of JavaScript.
_SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_ZONE = r"(?P<zone>z|(?P<sign>[+-])(?P<zone_hour>\d\d)(?::?(?P<zone_minute>\d\d))?)"
_TIME = re.compile(
    rf"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d(?:\.\d+)?){_ZONE}?", _FLAGS
)

# URIs (RFC 3986).
_ENCODED = r"%[0-9a-f]{2}"
_USER = rf"(?:[a-z0-9\-._~!$&'()*+,;=:]|{_ENCODED})*@"
_OCTET = r"(?:25[0-5]|2[0-4]\d|[01]?\d\d?)"
_IPV4 = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_H16 = r"[0-9a-f]{1,4}"
_LAST = rf"(?:{_H16}:{_H16}|{_IPV4})"
_IPV6 = "|".join(
    [
        rf"(?:{_H16}:){{6}}{_LAST}",
        rf"::(?:{_H16}:){{5}}{_LAST}",
        *(
            rf"(?:(?:{_H16}:){{0,{before}}}{_H16})?::(?:{_H16}:){{{4 - before}}}{_LAST}"
            for before in range(5)
        ),
        rf"(?:(?:{_H16}:){{0,5}}{_H16})?::{_H16}",
        rf"(?:(?:{_H16}:){{0,6}}{_H16})?::",
    ]
)
_IP_LITERAL = rf"\[(?:(?:{_IPV6})|v[0-9a-f]+\.[a-z0-9\-._~!$&'()*+,;=:]+)\]"


def _uri(scheme: str, rootless: str, quote: str) -> str:
    """The pattern of a URI or a reference. `quote` is a character that is also allowed."""
    name = rf"[a-z0-9\-._~!$&'{quote}()*+,;=]|{_ENCODED}"
    part = rf"(?:[a-z0-9\-._~!$&'{quote}()*+,;=:@]|{_ENCODED})"
    path = rf"{part}+(?:/{part}*)*"
    tail = rf"(?:[a-z0-9\-._~!$&'{quote}()*+,;=:@/?]|{_ENCODED})*"
    authority = rf"(?:{_USER})?(?:{_IP_LITERAL}|{_IPV4}|(?:{name})*)(?::\d*)?"
    return (
        rf"{scheme}(?://?{authority}(?:/{part}*)*|/(?:{path})?|{path}){rootless}"
        rf"(?:\?{tail})?(?:\#{tail})?"
    )


# An address of four numbers that is not private.
_PUBLIC_IPV4 = (
    r"(?!(?:10|127)(?:\.\d{1,3}){3})(?!(?:169\.254|192\.168)(?:\.\d{1,3}){2})"
    r"(?!172\.(?:1[6-9]|2\d|3[0-1])(?:\.\d{1,3}){2})(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])"
    r"(?:\.(?:1?\d{1,2}|2[0-4]\d|25[0-5])){2}\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4])"
)
# In JavaScript, a long s and the Kelvin sign are letters that are written in both cases.
_LETTER = r"a-z\u00a1-\uffff"
_LABEL = rf"(?:[{_LETTER}0-9]+-)*[{_LETTER}0-9]+"
_URL = (
    rf"(?:http[s\u017f]?|ftp)://(?:[^{_SPACE}]+(?::[^{_SPACE}]*)?@)?"
    rf"(?:{_PUBLIC_IPV4}|{_LABEL}(?:\.{_LABEL})*\.[{_LETTER}]{{2,}})"
    rf"(?::\d{{2,5}})?(?:/[^{_SPACE}]*)?"
)

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
        "uri": _uri(r"[a-z][a-z0-9+\-.]*:", "", ""),
        "uri-reference": _uri(r"(?:[a-z][a-z0-9+\-.]*:)?", "?", '"'),
        "uri-template": (
            rf"(?:[^\x00-\x20\"'<>%\\^`{{|}}]|{_ENCODED}|"
            rf"\{{[+\#./;?&=,!@|]?(?:\w|{_ENCODED})+(?::[1-9]\d{{0,3}}|\*)?"
            rf"(?:,(?:\w|{_ENCODED})+(?::[1-9]\d{{0,3}}|\*)?)*\}})*"
        ),
        "url": _URL,
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
    if zone_hour > 23 or zone_minute > 59:
        return False
    if hour <= 23 and minute <= 59 and second < 60:
        return True
    # A leap second comes after 23:59:59 UTC (RFC 3339 appendix D).
    sign = -1 if match["sign"] == "-" else 1
    utc_minute = minute - zone_minute * sign
    utc_hour = hour - zone_hour * sign - (1 if utc_minute < 0 else 0)
    return utc_hour in (23, -1) and utc_minute in (59, -1) and second < 61


def _is_date_time(text: str, *, needs_zone: bool) -> bool:
    parts = re.split(rf"[Tt{_SPACE}]", text)
    return len(parts) == 2 and _is_date(parts[0]) and _is_time(parts[1], needs_zone=needs_zone)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text


def _is_whole(value: int | float) -> bool:
    return isinstance(value, int) or value.is_integer()


def _of_text(check: Callable[[str], bool]) -> Callable[[object], bool]:
    """A format allows all values of other types."""
    return lambda value: not isinstance(value, str) or check(value)


def _of_number(check: Callable[[int | float], bool]) -> Callable[[object], bool]:
    return lambda value: not is_number(value) or check(value)


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


FORMATS: Mapping[str, Callable[[object], bool]] = {
    **{name: _of_text(_matches(pattern)) for name, pattern in _PATTERNS.items()},
    "date": _of_text(_is_date),
    "time": _of_text(lambda text: _is_time(text, needs_zone=True)),
    "iso-time": _of_text(lambda text: _is_time(text, needs_zone=False)),
    "date-time": _of_text(lambda text: _is_date_time(text, needs_zone=True)),
    "iso-date-time": _of_text(lambda text: _is_date_time(text, needs_zone=False)),
    "ipv6": _of_text(_is_ipv6),
    "regex": _of_text(is_ecma_regex),
    "int32": _of_number(lambda value: _is_whole(value) and -(2**31) <= value < 2**31),
    "int64": _of_number(_is_whole),
}
"""Checks by format name. Other formats cannot be checked."""
