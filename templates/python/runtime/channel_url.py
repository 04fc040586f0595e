"""The URL of a channel, and the headers of its handshake."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn, cast
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from .descriptor import Channel, Guard, Server
from .errors import PostedClientError

_SCHEMES = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}
_EXPRESSION = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Target:
    """The options that determine a channel's URL and handshake."""

    url: str | None
    """None: the URL of the contract's server."""
    server: str | None = None
    """The name of that server. None: the first."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    params: Mapping[str, object] = field(default_factory=dict[str, object])
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    headers: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True)
class Endpoint:
    """The URL of a channel without its query, the query, and the headers of the handshake."""

    url: str
    query: Mapping[str, str | list[str]]
    headers: Mapping[str, str]

    def with_query(self, more: Mapping[str, str | None]) -> str:
        """The whole URL; `more` replaces parameters of the same name, and removes those of None."""
        merged = {**self.query, **more}
        query = urlencode(
            {name: value for name, value in merged.items() if value is not None}, doseq=True
        )
        return f"{self.url}?{query}" if query else self.url


def endpoint_of(channel: Channel, target: Target) -> Endpoint:
    """Checks and percent-encodes the application's values (RFC 3986).

    Raises PostedClientError `invalid_options`.
    """
    base = _server_url(channel, target)
    given = {**channel.parameter_defaults, **target.params}
    params = _texts("params", channel.parameters, given)
    path = base.path.removesuffix("/") + _fill(channel.address, "params", params)
    return Endpoint(
        url=base._replace(path=path).geturl(),
        query=_query_texts(channel.query, target.query),
        headers=_header_texts(channel.headers, target.headers),
    )


def _server_url(channel: Channel, target: Target) -> SplitResult:
    if target.url is not None and (target.server is not None or target.variables):
        _refuse("`url` replaces `server` and `variables`: do not give both.")
    text = target.url if target.url is not None else _contract_url(channel, target)
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        _refuse("`url` must be a ws, wss, http or https URL.")
    if url.scheme not in _SCHEMES or not url.hostname:
        _refuse("`url` must be a ws, wss, http or https URL.")
    if "@" in url.netloc or url.query or url.fragment:
        _refuse("`url` must not have a user, query or fragment. Use `auth` and `query`.")
    return url._replace(scheme=_SCHEMES[url.scheme])


def _contract_url(channel: Channel, target: Target) -> str:
    """The URL of a server of the contract."""
    if not channel.servers:
        _refuse("`url` is missing, and the contract names no server.")
    named = [one for one in channel.servers if target.server in {None, one.name}]
    if not named:
        _refuse(f"`server` must be one of {', '.join(one.name for one in channel.servers)}.")
    server = named[0]
    unknown = target.variables.keys() - server.variables.keys()
    if unknown:
        names = ", ".join(sorted(unknown))
        _refuse(f"`variables`: the server {server.name} has no variable {names}.")
    values = {name: _variable(server, name, target.variables) for name in server.variables}
    host = _EXPRESSION.sub(lambda match: values.get(match[1], ""), server.host)
    # These characters end the authority or a user in it, and would lead to another host (RFC 3986
    # section 3.2).
    if re.search(r"[\s/?#@\\]", host):
        _refuse(f"`variables`: they make the host of the server {server.name} invalid.")
    return f"{server.protocol}://{host}{_fill(server.pathname, 'variables', values)}"


def _variable(server: Server, name: str, given: Mapping[str, str]) -> str:
    variable = server.variables[name]
    value = given.get(name, variable.default)
    if value is None:
        _refuse(f"`variables`: {name} is missing.")
    if variable.values and value not in variable.values:
        _refuse(f"`variables`: {name} must be one of {', '.join(variable.values)}.")
    return value


def _fill(template: str, option: str, values: Mapping[str, str]) -> str:
    """A path with its expressions filled in, percent-encoded."""
    # Literal text and names alternate.
    parts = _EXPRESSION.split(template)
    for index, part in enumerate(parts):
        is_name = index % 2 == 1
        if is_name and values.get(part, "") == "":
            _refuse(f"`{option}`: {part} is missing or empty.")
        parts[index] = quote(values[part], safe="") if is_name else quote(part, safe="/!'()*")
    path = "".join(parts)
    # URL parsers resolve dot segments, which would lead to another address.
    if any(segment in {".", ".."} for segment in path.split("/")):
        _refuse(f'`{option}`: a path segment must not be "." or "..".')
    return path


def _texts(option: str, guard: Guard | None, values: Mapping[str, object]) -> Mapping[str, str]:
    """The values as text for a URL or a header."""
    given = {name: value for name, value in values.items() if value is not None}
    if guard is None:
        if given:
            _refuse(f"`{option}`: the channel has none.")
        return {}
    _check(option, guard, given)
    return {name: _text(option, name, value) for name, value in given.items()}


def _query_texts(
    guard: Guard | None, values: Mapping[str, object]
) -> Mapping[str, str | list[str]]:
    """Each element of a list is a parameter of its own."""
    given = {name: value for name, value in values.items() if value is not None}
    if guard is None:
        return {**_texts("query", guard, given)}
    _check("query", guard, given)
    texts: dict[str, str | list[str]] = {}
    for name, value in given.items():
        if isinstance(value, list):
            texts[name] = [_text("query", name, one) for one in cast(list[object], value)]
        else:
            texts[name] = _text("query", name, value)
    return texts


def _check(option: str, guard: Guard, given: Mapping[str, object]) -> None:
    problem = guard(given)
    if problem is not None:
        _refuse(f"`{option}`: {problem}.")


def _text(option: str, name: str, value: object) -> str:
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    if not isinstance(value, str):
        _refuse(f"`{option}`: {name} must be a string, number or boolean.")
    try:
        value.encode()
    except UnicodeEncodeError:
        _refuse(f"`{option}`: {name} contains a lone surrogate.")
    return value


def _header_texts(guard: Guard | None, values: Mapping[str, object]) -> Mapping[str, str]:
    texts = _texts("headers", guard, values)
    for name, text in texts.items():
        if re.fullmatch(r"[\x20-\x7e]*", text) is None:
            _refuse(f"`headers`: {name} contains characters that a header cannot carry.")
    return texts


def _refuse(message: str) -> NoReturn:
    raise PostedClientError("invalid_options", message)
