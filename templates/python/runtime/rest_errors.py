"""The errors of a REST client, with a closed set of codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

RestErrorCode: TypeAlias = Literal[
    "refused",  # The server answered with an error that the contract describes.
    "unexpected",  # The server, or something before it, gave an answer that it does not describe.
    "timeout",  # There was no answer in time. The request may have been processed.
    "unreachable",  # There was no answer, or it was cut off. It may have been processed.
    "credentials",  # A function in `auth` failed, or there is no credential. Nothing was sent.
    "invalid_options",  # An option or a part of the request cannot be sent. Nothing was sent.
]


class RestError(Exception):
    """Any error of a REST client. Never contains credentials or the content of a request."""

    code: RestErrorCode
    operation: str
    """The operationId; empty for an option of the client."""
    status: int | None
    """The HTTP status of the answer."""
    body: object
    """The JSON value or text of the answer; None if it has none."""
    headers: Mapping[str, str]
    """The headers of the answer. Names are in lower case."""
    retry_after: float | None
    """After how many seconds to try again, if the server said so."""
    attempts: int
    """How many requests were sent."""

    def __init__(
        self,
        code: RestErrorCode,
        operation: str,
        message: str,
        *,
        cause: BaseException | None = None,
        status: int | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        retry_after: float | None = None,
        attempts: int = 0,
    ) -> None:
        super().__init__(f"{operation}: {message}" if operation else message)
        self.code = code
        self.operation = operation
        self.status = status
        self.body = body
        self.headers = headers or {}
        self.retry_after = retry_after
        self.attempts = attempts
        self.__cause__ = cause
