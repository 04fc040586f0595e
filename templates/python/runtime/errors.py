"""The errors of a client and of its server, each with a closed set of codes."""

from __future__ import annotations

from typing import Literal, TypeAlias

ErrorCode: TypeAlias = Literal[
    "invalid_options",  # An option cannot work; raised when connecting.
    "credentials",  # A function in `auth` failed or returned an unusable value.
    "unauthorized",  # The server rejected the credentials, and there are no others.
    "refused",  # The server answered the handshake with an HTTP error; see `status`.
    "unreachable",  # The server did not answer the handshake.
    "closed",  # The connection was lost or the client has ended; see `close_code`.
    "bad_frame",  # The server sent an invalid message (see `on_invalid`) or an unexpected reply.
    "handler",  # A function of the application raised; see `__cause__`.
    "slow_consumer",  # The application was too slow; messages may be missing.
    "cursor_store",  # `cursor` failed to load or save, or returned an invalid cursor.
    "reset",  # The server no longer has what was missed, and there is no `on_reset`.
    "bad_message",  # The message breaks the contract; it was not sent.
    "not_open",  # There is no connection; nothing was sent.
    "send_buffer_full",  # Too much is waiting to be sent or answered; nothing was sent.
    "timeout",  # There was no reply to a request in time.
]

PostedErrorCode: TypeAlias = Literal[
    "invalid_request",
    "unauthorized",
    "forbidden",
    "not_found",
    "method_not_allowed",
    "too_large",
    "unsupported_media_type",
    "idempotency_key_reused",
    "too_many_requests",
    "internal",
    "unavailable",
    "outcome_unknown",
]


class PostedClientError(Exception):
    """Any error of a client. Never contains credentials or the content of a message."""

    code: ErrorCode
    status: int | None
    """The HTTP status of the refused handshake."""
    close_code: int | None
    """The close code of RFC 6455 section 7.4."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        cause: BaseException | None = None,
        status: int | None = None,
        close_code: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.close_code = close_code
        self.__cause__ = cause


class PostedError(Exception):
    """The server's answer to a request that it did not fulfill. The connection stays open."""

    code: PostedErrorCode
    message: str
    """What is wrong and how to fix it, in the server's words."""
    retry_after_ms: int | None
    """After how many milliseconds the request may succeed; None if the server does not know."""

    def __init__(
        self, code: PostedErrorCode, message: str, *, retry_after_ms: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after_ms = retry_after_ms
