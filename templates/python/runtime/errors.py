"""The one error class of the client, with a closed set of codes."""

from __future__ import annotations

from typing import Literal, TypeAlias

ErrorCode: TypeAlias = Literal[
    "invalid_options",  # What was given cannot work; raised when connecting.
    "credentials",  # The function that gives a credential failed, or gave something that is none.
    "unauthorized",  # The server refused the credentials, and there are no others.
    "refused",  # The server answered the handshake with an HTTP error; `status` has it.
    "unreachable",  # There was no answer to the handshake.
    "closed",  # The connection was lost, or closed, also before an answer; see `close_code`.
    "bad_frame",  # The server sent an invalid message (see `on_invalid`), or an unexpected answer.
    "handler",  # A callback of the application raised; `__cause__` has what it raised.
    "cursor_store",  # `cursors` failed to load or to save, or what it kept is no cursor.
    "reset",  # The server no longer has what was missed, and there is no `on_reset` to be told.
    "bad_message",  # What was to be sent breaks the contract; nothing was sent.
    "not_open",  # There is no connection; nothing was sent.
    "send_buffer_full",  # More was asked than is answered; nothing was sent.
    "timeout",  # A request was not answered in time.
]


class PostedClientError(Exception):
    """What went wrong. No text of it holds a credential or the content of a message."""

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
