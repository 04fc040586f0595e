"""Where the credentials of every attempt come from, and how they travel."""

from __future__ import annotations

import asyncio
import base64
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, cast
from urllib.parse import quote, quote_plus

from .descriptor import Channel, SecurityScheme
from .errors import PostedClientError


class UserPassword(NamedTuple):
    """The credential of a scheme that asks for a user and a password."""

    username: str
    password: str


TextCredential: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""A bearer token or an API key, or what gets one; it is asked before every attempt."""

UserPasswordCredential: TypeAlias = (
    UserPassword | Callable[[], UserPassword | Awaitable[UserPassword]]
)
"""A user and a password, or what gets them; it is asked before every attempt."""

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
    """Credentials as the handshake carries them."""

    headers: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]
    """Every spelling in which a text could repeat them."""


class Credentials:
    """The credentials of one client: those of the channel, then those of its operations."""

    def __init__(self, channel: Channel, given: Mapping[str, object]) -> None:
        """Raises PostedClientError `invalid_options`."""
        self._sources = [(scheme, given[scheme.name]) for scheme in _chosen(channel, given)]
        self._placed = Placed((), (), ())
        self._refused: Placed | None = None
        self._refusals_in_a_row = 0
        for scheme, source in self._sources:
            if not callable(source):
                fault = _fault(scheme, source)
                if fault is not None:
                    raise PostedClientError("invalid_options", f"credentials: {fault}")
        taken = [_header_of(scheme) for scheme, _ in self._sources if _header_of(scheme)]
        if len(set(taken)) < len(taken):
            message = "credentials: two of them need the same header."
            raise PostedClientError("invalid_options", message)

    async def next(self, limit_seconds: float) -> Placed | PostedClientError:
        """The credentials of the next attempt.

        The error, which is returned, is `credentials` where there are none, or none in time, and
        `unauthorized` where they are those that the server has refused.
        """
        values: list[tuple[SecurityScheme, _Value]] = []
        for scheme, source in self._sources:
            try:
                value = await asyncio.wait_for(_ask(source), limit_seconds)
            except PostedClientError as error:
                if error.code == "unauthorized":
                    return error
                return _failed(scheme, error)
            except Exception as cause:
                return _failed(scheme, cause)
            fault = _fault(scheme, value)
            if fault is not None:
                return PostedClientError("credentials", fault)
            values.append((scheme, cast(_Value, value)))
        placed = _place(values)
        if values and placed == self._refused:
            message = "The server refused the credentials, and the same ones were given again."
            return PostedClientError("unauthorized", message)
        self._placed = placed
        return placed

    @property
    def are_needed(self) -> bool:
        """Whether the client has any to show."""
        return len(self._sources) > 0

    def accepted(self) -> None:
        """The server took them."""
        self._refusals_in_a_row = 0

    def refused(self) -> bool:
        """The server refused them, or they have expired.

        Returns whether others may help: not twice in a row.
        """
        self._refused = self._placed
        self._refusals_in_a_row += 1
        has_others = any(callable(source) for _, source in self._sources)
        return has_others and self._refusals_in_a_row == 1

    def without_secrets(self, text: str) -> str:
        """Text of the server or of a library, made fit to be shown: it may repeat them."""
        for secret in self._placed.secrets:
            text = text.replace(secret, "[credential]")
        return text


def _chosen(channel: Channel, given: Mapping[str, object]) -> Sequence[SecurityScheme]:
    """The first scheme of the channel for which there is a credential, and all of operations."""
    of_operations = {
        scheme.name: scheme for operation in channel.operations for scheme in operation.security
    }
    known = {scheme.name for scheme in channel.security} | of_operations.keys()
    unknown = given.keys() - known
    if unknown:
        message = f"credentials: the contract has no scheme {', '.join(sorted(unknown))} here."
        raise PostedClientError("invalid_options", message)
    first = next((scheme for scheme in channel.security if scheme.name in given), None)
    if first is None and channel.security:
        names = " or ".join(scheme.name for scheme in channel.security)
        raise PostedClientError("invalid_options", f"credentials: {names} is missing.")
    others = [scheme for name, scheme in of_operations.items() if name in given]
    chosen = [] if first is None else [first]
    return [*chosen, *(scheme for scheme in others if first is None or scheme.name != first.name)]


async def _ask(source: object) -> object:
    if not callable(source):
        return source
    value = cast(Callable[[], object], source)()
    return await cast(Awaitable[object], value) if inspect.isawaitable(value) else value


def _failed(scheme: SecurityScheme, cause: Exception) -> PostedClientError:
    message = f"The function that gives {scheme.name} failed."
    return PostedClientError("credentials", message, cause=cause)


def _fault(scheme: SecurityScheme, value: object) -> str | None:
    """What is wrong with a credential, without repeating it."""
    if scheme.credentials == "basic":
        if isinstance(value, tuple):
            user, password = (*cast(tuple[object, ...], value), None, None)[:2]
            if _is(user, _USER) and _is(password, _PASSWORD):
                return None
        return f"{scheme.name} is no user without a colon and password (RFC 7617)."
    pattern = {
        "authorization": _BEARER,
        "user": _USER,
        "password": _PASSWORD,
        "header": _HEADER,
        "query": _QUERY,
        "cookie": _COOKIE,
    }[scheme.place]
    if _is(value, pattern):
        return None
    if scheme.credentials == "bearer":
        return f"{scheme.name} is no bearer token (RFC 6750 section 2.1)."
    return f"{scheme.name} is no text that its place ({scheme.place}) can carry."


def _is(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _header_of(scheme: SecurityScheme) -> str | None:
    """The header that a scheme takes for itself, in lower case."""
    if scheme.place in {"query", "cookie"}:
        return None
    return scheme.parameter.lower() if scheme.place == "header" else "authorization"


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
        elif scheme.place == "header":
            headers.append((scheme.parameter, text))
        elif scheme.place == "query":
            query.append((scheme.parameter, text))
        elif scheme.place == "cookie":
            cookies.append(f"{scheme.parameter}={text}")
        else:
            pair = _pair(scheme, value)
            encoded = base64.b64encode(pair.encode()).decode()
            secrets.append(encoded)
            headers.append(("Authorization", f"Basic {encoded}"))
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    # The longest first, so that none is left in part.
    known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    return Placed(tuple(headers), tuple(query), tuple(known))


def _pair(scheme: SecurityScheme, value: _Value) -> str:
    """`user:password` (RFC 7617), of which an API key is one part."""
    if isinstance(value, tuple):
        return f"{value[0]}:{value[1]}"
    return f":{value}" if scheme.place == "password" else f"{value}:"
