"""The base of REST clients, on httpx."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote_plus

import httpx

from .rest_contract import RestOperation, RestSecurityScheme
from .rest_credentials import RestCredential, RestCredentials
from .rest_errors import RestError, RestErrorCode
from .rest_request import RestRequest, base_url_of, build_request
from .rest_response import Failure, ReceivedResponse, Result, is_stream, read_response
from .rest_retry import RestFailure, Retry, ShouldRetry, log_retry

Self = TypeVar("Self", bound="BaseRestClient")
Value = TypeVar("Value")

NO_BODY = object()
"""The body of a request without one. None is the JSON value null."""

_LOST = frozenset({408, 502, 503, 504})


class BaseRestClient:
    """What the REST clients of all contracts have in common."""

    def __init__(
        self,
        url: str | None,
        schemes: Mapping[str, RestSecurityScheme],
        auth: object,
        timeout: float,
        retry: Retry | None,
        should_retry: ShouldRetry | None,
        max_response_bytes: int,
        http: httpx.AsyncClient | None,
        *,
        uses_contract_url: bool = False,
    ) -> None:
        self._url = base_url_of(url)
        self._uses_contract_url = uses_contract_url
        self._credentials = RestCredentials(schemes, auth)
        self._timeout = timeout
        self._retry = retry
        self._should_retry = should_retry
        self._max_response_bytes = max_response_bytes
        # A redirect must not receive the request: httpx does not follow any by default.
        self._http = httpx.AsyncClient() if http is None else http
        self._owns_http = http is None

    async def __aenter__(self: Self) -> Self:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the connections, unless they are those of `http`."""
        if self._owns_http:
            await self._http.aclose()

    async def _call(
        self,
        operation: RestOperation,
        *,
        params: Any = None,
        query: Any = None,
        headers: Any = None,
        cookies: Any = None,
        body: object = NO_BODY,
        files: Any = None,
        timeout: float | None = None,
    ) -> Any:
        url = self._url
        if self._uses_contract_url and operation.url is not None:
            url = base_url_of(operation.url)
        request = build_request(
            url,
            operation,
            params,
            query,
            headers,
            cookies,
            body,
            files,
            has_body=body is not NO_BODY,
        )
        retry = Retry(attempts=1) if self._retry is None else self._retry
        call = _Call(
            self._http,
            self._credentials,
            operation,
            request,
            retry,
            self._should_retry,
            self._timeout if timeout is None else timeout,
            self._max_response_bytes,
        )
        return await call.run()


@dataclass
class _Call:
    """One call of an operation, with all its attempts."""

    http: httpx.AsyncClient
    credentials: RestCredentials
    operation: RestOperation
    request: RestRequest
    retry: Retry
    should_retry: ShouldRetry | None
    timeout: float
    max_bytes: int
    sent: tuple[RestCredential, ...] = ()
    attempts: int = 0

    async def run(self) -> object:
        self.sent = await self._credentials() or ()
        has_replaced = False
        retries = 0
        while True:
            try:
                return await self._attempt()
            except RestError as error:
                if error.status == 401 and self.sent and not has_replaced:
                    has_replaced = True
                    others = await self._credentials(self.sent)
                    if others is not None:
                        self.sent = others
                        continue
                retries += 1
                delay = self._delay_before(retries, error)
                if delay is None:
                    raise
                log_retry(error, self.attempts + 1, delay)
            await asyncio.sleep(delay)

    async def _credentials(
        self, stale: tuple[RestCredential, ...] = ()
    ) -> tuple[RestCredential, ...] | None:
        late = self._error("credentials", f"`auth` gave no answer within {self.timeout:g} s.")
        return await _within(self.credentials.of(self.operation, stale), self.timeout, late)

    async def _attempt(self) -> object:
        self.attempts += 1
        late = self._error("timeout", f"no answer within {self.timeout:g} s.")
        response = await _within(self._send(), self.timeout, late)
        match read_response(self.operation, response):
            case Result(value):
                return value
            case Failure(code, message, body, retry_after):
                raise self._error(
                    code,
                    message,
                    status=response.status,
                    body=body,
                    headers=response.headers,
                    retry_after=retry_after,
                )

    async def _send(self) -> ReceivedResponse:
        headers, query = list(self.request.headers), self.request.query
        cookies = [value for name, value in headers if name == "Cookie"]
        for credential in self.sent:
            scheme, text = credential.scheme, credential.text
            if scheme.kind == "query":
                pair = f"{quote_plus(scheme.parameter)}={quote_plus(text)}"
                query = f"{query}&{pair}" if query else pair
            elif scheme.kind == "cookie":
                cookies.append(f"{scheme.parameter}={text}")
            else:
                headers.append((scheme.parameter or "Authorization", text))
        if cookies:
            headers = [pair for pair in headers if pair[0] != "Cookie"]
            headers.append(("Cookie", "; ".join(cookies)))
        try:
            request = self.http.build_request(
                self.operation.method,
                f"{self.request.url}?{query}" if query else self.request.url,
                headers=headers,
                content=self.request.body,
                timeout=None,
            )
            response = await self.http.send(request, stream=True, follow_redirects=False)
            names = {name.lower(): value for name, value in response.headers.items()}
            if is_stream(self.operation, response.status_code):
                return ReceivedResponse(response.status_code, names, b"", _stream_of(response))
            try:
                content = bytearray()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > self.max_bytes:
                        message = f"the response is too large: over {self.max_bytes} bytes."
                        raise self._error("unexpected", message)
            finally:
                await response.aclose()
        except (httpx.RequestError, httpx.InvalidURL) as cause:
            reason = str(cause) or type(cause).__name__
            raise self._error("unreachable", f"no answer: {reason}.", cause=cause) from cause
        return ReceivedResponse(response.status_code, names, bytes(content))

    def _delay_before(self, retry: int, error: RestError) -> float | None:
        """How long to wait before a retry; None if there must be none."""
        if retry >= self.retry.attempts:
            return None
        is_lost = error.code in {"timeout", "unreachable"} or error.status in _LOST
        may_retry = error.status == 429 or (is_lost and self.request.is_repeatable)
        retry_after = error.retry_after or 0.0
        is_final = not may_retry or retry_after > self.retry.max_seconds
        retries = not is_final
        if self.should_retry is not None:
            retries = self.should_retry(RestFailure(error, self.attempts + 1, is_final))
        if not retries:
            return None
        backoff = random.uniform(0, self.retry.base_seconds * 2 ** (retry - 1))
        return min(self.retry.max_seconds, retry_after + backoff)

    def _error(self, code: RestErrorCode, message: str, **details: Any) -> RestError:
        for credential in self.sent:
            message = credential.redaction.apply(message)
        return RestError(
            code, self.operation.operation_id, message, attempts=self.attempts, **details
        )


async def _stream_of(response: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.aiter_bytes():
            yield chunk
    finally:
        await response.aclose()


async def _within(work: Coroutine[Any, Any, Value], seconds: float, late: RestError) -> Value:
    """Raises `late` after some seconds. Unlike asyncio.wait_for before Python 3.12, it passes on
    every cancellation."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise late
    finally:
        task.cancel()
    return task.result()
