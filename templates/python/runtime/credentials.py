"""The credentials of every attempt, and how the handshake carries them."""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias, cast
from urllib.parse import quote, quote_plus

from .descriptor import Channel, SecurityScheme
from .errors import PostedClientError
from .redaction import Redaction
from .time_limit import within
from .token_source import TokenSource, call_with_stale


class UserPassword(NamedTuple):
    """The credential of a scheme that requires a user and a password."""

    username: str
    password: str


TextCredential: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""A bearer token or an API key, or a function that is called before every attempt.

If the function has an optional parameter `stale`, it gets the value that cannot be used any more,
because the server has rejected it or it is about to expire.
"""

UserPasswordCredential: TypeAlias = (
    UserPassword | Callable[[], UserPassword | Awaitable[UserPassword]]
)
"""A user and a password, or a function that is called before every attempt."""

_Value: TypeAlias = str | tuple[str, str]

_BEARER = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
"""RFC 6750 section 2.1."""
_HEADER = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_COOKIE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+")
"""RFC 6265 section 4.1.1."""
_USER = re.compile(r"[^:\x00-\x1f\x7f\ud800-\udfff]*")
_PASSWORD = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]*")
"""RFC 7617 section 2."""
_QUERY = re.compile(r"[^\ud800-\udfff]+")


@dataclass(frozen=True, repr=False)
class Placed:
    """The credentials of one handshake."""

    headers: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...]
    redaction: Redaction = field(compare=False)


class Credentials:
    """The credentials of one client: those of the channel, then those of its operations."""

    def __init__(self, channel: Channel, auth: object) -> None:
        """`auth`: the credential of the only scheme, or credentials by scheme.

        Raises PostedClientError `invalid_options`.
        """
        given = _by_scheme(channel, auth)
        self._sources = [(scheme, given[scheme.name]) for scheme in _chosen(channel, given)]
        self._placed = self._earlier = Placed((), (), Redaction((), (), ()))
        self._latest: Mapping[str, str] = {}
        self._is_rejected = False
        for scheme, source in self._sources:
            if not callable(source):
                problem = _problem(scheme, source)
                if problem is not None:
                    raise PostedClientError("invalid_options", f"`auth`: {problem}")
        taken = [_header_of(scheme) for scheme, _ in self._sources if _header_of(scheme)]
        if len(set(taken)) < len(taken):
            message = "`auth`: two of them are sent in the same header."
            raise PostedClientError("invalid_options", message)

    async def next(
        self, timeout_seconds: float, *, is_stale: bool = False
    ) -> Placed | PostedClientError:
        """The credentials of the next attempt.

        `is_stale`: the latest ones are about to expire. Rejected ones are stale, too.

        Returns the error `credentials` if a function fails or is too slow, and the error
        `unauthorized` that it raises.
        """
        values: list[tuple[SecurityScheme, _Value]] = []
        are_stale = is_stale or self._is_rejected
        for scheme, source in self._sources:
            try:
                stale = self._latest.get(scheme.name) if are_stale else None
                value = await within(timeout_seconds, _resolve(source, stale))
            except PostedClientError as error:
                if error.code == "unauthorized":
                    return error
                return _failed(scheme, error)
            except Exception as cause:
                return _failed(scheme, cause)
            problem = _problem(scheme, value)
            if problem is not None:
                return PostedClientError("credentials", problem)
            values.append((scheme, cast(_Value, value)))
        placed = _place(values)
        if placed != self._placed:
            self._earlier = self._placed
        self._placed = placed
        self._latest = {scheme.name: value for scheme, value in values if isinstance(value, str)}
        self._is_rejected = False
        return placed

    @property
    def are_needed(self) -> bool:
        """Whether the client has any credentials."""
        return len(self._sources) > 0

    @property
    def are_fixed(self) -> bool:
        """Whether they are the same for every attempt."""
        return not any(callable(source) for _, source in self._sources)

    @property
    def are_renewable(self) -> bool:
        """Whether there is only a bearer token, which a function returns."""
        if len(self._sources) != 1:
            return False
        scheme, source = self._sources[0]
        return scheme.credentials == "bearer" and callable(source)

    @property
    def token(self) -> str:
        """The bearer token of the latest attempt."""
        headers = dict(self._placed.headers)
        return headers.get("Authorization", "").removeprefix("Bearer ")

    def rejected(self) -> None:
        """The server rejected the latest ones, or they have expired."""
        self._is_rejected = True

    def redact(self, text: str) -> str:
        """Masks the latest two credentials in a text from outside, which may repeat them."""
        return self._earlier.redaction.apply(self._placed.redaction.apply(text))


def _by_scheme(channel: Channel, auth: object) -> Mapping[str, object]:
    if auth is None:
        return {}
    if isinstance(auth, Mapping):
        return cast(Mapping[str, object], auth)
    names = {scheme.name for scheme in channel.security} | _of_operations(channel).keys()
    if len(names) == 1:
        return dict.fromkeys(names, auth)
    if not names:
        raise PostedClientError("invalid_options", "`auth`: the channel has no security scheme.")
    schemes = ", ".join(sorted(names))
    message = f"`auth` must have credentials by security scheme: {schemes}."
    raise PostedClientError("invalid_options", message)


def _of_operations(channel: Channel) -> Mapping[str, SecurityScheme]:
    return {
        scheme.name: scheme for operation in channel.operations for scheme in operation.security
    }


def _chosen(channel: Channel, given: Mapping[str, object]) -> Sequence[SecurityScheme]:
    """The channel's first scheme that has a credential, and all schemes of operations."""
    of_operations = _of_operations(channel)
    known = {scheme.name for scheme in channel.security} | of_operations.keys()
    unknown = given.keys() - known
    if unknown:
        message = f"`auth`: the channel has no scheme {', '.join(sorted(unknown))}."
        raise PostedClientError("invalid_options", message)
    first = next((scheme for scheme in channel.security if scheme.name in given), None)
    if first is None and channel.security:
        names = " or ".join(scheme.name for scheme in channel.security)
        raise PostedClientError("invalid_options", f"`auth`: {names} is missing.")
    others = [scheme for name, scheme in of_operations.items() if name in given]
    chosen = [] if first is None else [first]
    return [*chosen, *(scheme for scheme in others if first is None or scheme.name != first.name)]


async def _resolve(source: object, stale: str | None) -> object:
    if isinstance(source, TokenSource):
        return await source.get(stale)
    if not callable(source):
        return source
    return await call_with_stale(cast(Callable[..., Any], source), stale)


def _failed(scheme: SecurityScheme, cause: Exception) -> PostedClientError:
    message = f"The function `auth.{scheme.name}` failed."
    return PostedClientError("credentials", message, cause=cause)


def _problem(scheme: SecurityScheme, value: object) -> str | None:
    """The problem with a credential, without repeating it."""
    if scheme.credentials == "basic":
        if isinstance(value, tuple):
            user, password = (*cast(tuple[object, ...], value), None, None)[:2]
            if _is(user, _USER) and _is(password, _PASSWORD):
                return None
        return f"{scheme.name} must be a user without a colon and a password (RFC 7617)."
    pattern = {
        "authorization": _BEARER,
        "user": _USER,
        "password": _PASSWORD,
        "header": _HEADER,
        "query": _QUERY,
        "cookie": _COOKIE,
    }[scheme.location]
    if _is(value, pattern):
        return None
    if scheme.credentials == "bearer":
        return f"{scheme.name} must be a bearer token (RFC 6750 section 2.1)."
    return f"{scheme.name} must be a string that can be sent unchanged ({scheme.location})."


def _is(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _header_of(scheme: SecurityScheme) -> str | None:
    """The header that a scheme uses, in lower case."""
    if scheme.location in {"query", "cookie"}:
        return None
    return scheme.parameter.lower() if scheme.location == "header" else "authorization"


def _place(values: Sequence[tuple[SecurityScheme, _Value]]) -> Placed:
    headers: list[tuple[str, str]] = []
    query: list[tuple[str, str]] = []
    cookies: list[str] = []
    secrets: list[str] = []
    for scheme, value in values:
        text = value[1] if isinstance(value, tuple) else value
        secrets += [text, quote(text, safe=""), quote_plus(text)]
        if scheme.credentials == "bearer":
            headers.append(("Authorization", f"Bearer {text}"))
        elif scheme.location == "header":
            headers.append((scheme.parameter, text))
        elif scheme.location == "query":
            query.append((scheme.parameter, text))
        elif scheme.location == "cookie":
            cookies.append(f"{scheme.parameter}={text}")
        else:
            pair = _pair(scheme, value)
            encoded = base64.b64encode(pair.encode()).decode()
            secrets.append(encoded)
            headers.append(("Authorization", f"Basic {encoded}"))
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    return Placed(tuple(headers), tuple(query), Redaction(headers, query, secrets))


def _pair(scheme: SecurityScheme, value: _Value) -> str:
    """`user:password` (RFC 7617), of which an API key is one part."""
    if isinstance(value, tuple):
        return f"{value[0]}:{value[1]}"
    return f":{value}" if scheme.location == "password" else f"{value}:"
