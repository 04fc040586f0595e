"""The credentials of REST operations."""

from __future__ import annotations

import base64
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast
from urllib.parse import quote, quote_plus

from .redaction import Redaction
from .rest_contract import RestOperation, RestSecurityScheme
from .rest_errors import RestError
from .token_source import TokenSource

RestToken: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""A bearer token or an API key, or a function that returns it."""

RestUserPassword: TypeAlias = (
    tuple[str, str] | Callable[[], tuple[str, str] | Awaitable[tuple[str, str]]]
)
"""A user and a password, or a function that returns them."""

_FIELD_VALUE = re.compile(r"[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?")
"""RFC 9110 section 5.5, with visible ASCII only."""


@dataclass(frozen=True, repr=False)
class RestCredential:
    """A credential where its security scheme puts it."""

    scheme: RestSecurityScheme
    name: str
    value: str
    """As `auth` gave it."""
    text: str
    """As it is sent."""
    redaction: Redaction


class RestCredentials:
    """The credentials of one client, by name of the security scheme."""

    def __init__(self, schemes: Mapping[str, RestSecurityScheme], auth: object) -> None:
        """Raises RestError `invalid_options`."""
        self._schemes = schemes
        self._given = {
            name: _shared(value) if schemes[name].kind != "basic" else value
            for name, value in _by_scheme(schemes, auth).items()
        }

    async def of(
        self, operation: RestOperation, stale: tuple[RestCredential, ...] = ()
    ) -> tuple[RestCredential, ...] | None:
        """The credentials of an operation, empty if it needs none.

        At least one differs from `stale`, which the server has rejected.
        None if all of them are stale.
        """
        requirements = [
            (one,) if isinstance(one, str) else one for one in operation.security
        ]
        names = next(
            (one for one in requirements if all(name in self._given for name in one)), None
        )
        if names is None:
            if not operation.security or operation.is_open:
                return ()
            described = " or ".join(" and ".join(one) for one in requirements)
            message = f"`auth` has no credential for {described}."
            raise RestError("credentials", operation.operation_id, message)
        rejected = {credential.name: credential for credential in stale}
        found = [await self._one(operation, name, rejected.get(name)) for name in names]
        if stale and all(one.text == rejected[one.name].text for one in found):
            return None
        return tuple(found)

    async def _one(
        self, operation: RestOperation, name: str, stale: RestCredential | None
    ) -> RestCredential:
        try:
            value = await _resolve(self._given[name], None if stale is None else stale.value)
        except Exception as cause:
            message = "A function in `auth` failed."
            raise RestError("credentials", operation.operation_id, message, cause=cause) from cause
        scheme = self._schemes[name]
        text = _text_of(scheme, value)
        if text is None:
            message = f"`auth` gave a value that is not a {scheme.kind} credential."
            raise RestError("credentials", operation.operation_id, message)
        text_value = value if isinstance(value, str) else ""
        return RestCredential(scheme, name, text_value, text, _redaction(scheme, value, text))


def _by_scheme(schemes: Mapping[str, RestSecurityScheme], auth: object) -> Mapping[str, object]:
    if auth is None:
        return {}
    if isinstance(auth, Mapping) and cast(Mapping[str, object], auth).keys() <= schemes.keys():
        return cast(Mapping[str, object], auth)
    if len(schemes) == 1:
        return dict.fromkeys(schemes, cast(object, auth))
    names = ", ".join(schemes)
    message = f"`auth` must have credentials by security scheme: {names}."
    raise RestError("invalid_options", "", message)


def _shared(given: object) -> object:
    """Requests that get 401 at the same time share one call of a function."""
    if not callable(given) or isinstance(given, TokenSource):
        return given
    return TokenSource(cast(Callable[[], str], given))


async def _resolve(given: object, stale: str | None) -> object:
    if isinstance(given, TokenSource):
        return await given.get(stale)
    if not callable(given):
        return given
    value = cast(Callable[[], object], given)()
    return await cast(Awaitable[object], value) if inspect.isawaitable(value) else value


def _redaction(scheme: RestSecurityScheme, value: object, text: str) -> Redaction:
    sent = [(scheme.parameter or "Authorization", text)]
    if scheme.kind == "cookie":
        sent = [("Cookie", f"{scheme.parameter}={text}")]
    headers, query = ([], sent) if scheme.kind == "query" else (sent, [])
    plain = str(cast(tuple[object, object], value)[1]) if isinstance(value, tuple) else str(value)
    encoded = text.removeprefix("Bearer ").removeprefix("Basic ")
    return Redaction(headers, query, (plain, encoded, quote(plain, safe=""), quote_plus(plain)))


def _text_of(scheme: RestSecurityScheme, value: object) -> str | None:
    """The text of a credential as it is sent; None if it cannot be."""
    if scheme.kind == "basic":
        if not isinstance(value, tuple) or len(cast(tuple[object, ...], value)) != 2:
            return None
        user, password = cast(tuple[object, object], value)
        if not isinstance(user, str) or not isinstance(password, str) or ":" in user:
            return None
        return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
    if not isinstance(value, str) or not _FIELD_VALUE.fullmatch(value):
        return None
    return f"Bearer {value}" if scheme.kind == "bearer" else value
