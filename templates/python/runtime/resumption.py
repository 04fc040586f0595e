"""Where a client is in the log of a channel whose connections can be resumed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import cast

from .acks import Acks
from .cursor_keeper import CursorKeeper
from .descriptor import Resume
from .errors import PostedClientError
from .messages import InvalidMessage, Received, UnknownMessage, value_at


@dataclass(frozen=True)
class Delivery:
    """What waits for the application, and the cursor that is processed when it is done with it."""

    incoming: Received | UnknownMessage | InvalidMessage
    cursor: str | None = None
    """None where the message has none, or none that can be trusted."""
    acks: Acks | None = None
    """Of the connection that it came on."""


class Resumption:
    """There are two places.

    A new connection begins after the newest message that was received, so that what still waits
    for the application is not sent again. Saved and acknowledged is only what the application is
    done with, so that a crash loses nothing.
    """

    def __init__(
        self,
        names: Resume,
        *,
        since: str,
        is_cursor: Callable[[str], bool],
        encode_ack: Callable[[str], str | bytes],
        keeper: CursorKeeper,
        report: Callable[[PostedClientError], None],
    ) -> None:
        """`since`: where to begin without a cursor: `now`, `acked`, or a cursor."""
        self.names = names
        self._since = since
        self._is_cursor = is_cursor
        self._encode_ack = encode_ack
        self._keeper = keeper
        self._report = report
        self._is_loaded = False
        self._received: str | None = None
        self._processed: str | None = None
        self._acks: Acks | None = None
        self._begun: str | None = None
        self._bye_seconds: float | None = None

    async def load(self, limit_seconds: float) -> PostedClientError | None:
        """Finds out where to begin, the first time. The error is `cursor_store`."""
        if self._is_loaded:
            return None
        loaded = await self._keeper.load(limit_seconds)
        if isinstance(loaded, PostedClientError):
            return loaded
        self._is_loaded = True
        if loaded is not None and not self._is_cursor(loaded):
            # The server would refuse it each time, and the client would never get in again.
            message = (
                f'What was kept is no cursor. The client begins with "{self._since}"; '
                "messages may be missing."
            )
            self._report(PostedClientError("cursor_store", message))
            loaded = None
        place = loaded or (self._since if self._is_cursor(self._since) else None)
        self._received = self._processed = place
        return None

    def query(self) -> tuple[str, str]:
        """What the URL of the next connection says."""
        return self.names.query, self._received or self._since

    def read(
        self, received: Received, send: Callable[[str | bytes], Awaitable[object]]
    ) -> Delivery | None:
        """Takes what concerns the client alone, and returns None; the rest is to be delivered."""
        message = cast(Mapping[str, object], received.value)
        if received.name == self.names.bye:
            after_ms = message.get("retryAfterMs")
            self._bye_seconds = after_ms / 1000 if isinstance(after_ms, (int, float)) else 0.0
            return None
        value = message.get(self.names.cursor) if isinstance(received.value, Mapping) else None
        cursor = value if isinstance(value, str) else None
        if received.name == self.names.ready:
            self._ready(message, cursor, send)
            return None
        if received.name == self.names.reset and self._acks is not None:
            # What is acknowledged is gone for good: not before the application knows of the reset.
            self._acks.stop()
        return self._deliver(received, cursor)

    def read_unknown(self, message: UnknownMessage) -> Delivery:
        """A message of an unknown type has a cursor where it has a valid one in its place."""
        value = value_at(message.value, (self.names.cursor,))
        is_valid = isinstance(value, str) and self._is_cursor(value)
        return self._deliver(message, cast(str, value) if is_valid else None)

    def done(self, delivery: Delivery) -> None:
        """The application is done with it."""
        if delivery.cursor is None:
            return
        self._move_to(delivery.cursor)
        # A server closes on a cursor that it never sent, and after a reset it no longer knows the
        # old ones.
        is_known = delivery.acks is self._acks or delivery.cursor == self._begun
        if self._acks is not None and is_known:
            self._acks.acknowledge(delivery.cursor)

    async def closing(self) -> None:
        """The last word before the connection is closed in order."""
        if self._acks is not None:
            await self._acks.flush()

    def ended(self) -> float | None:
        """The connection has ended. Returns after what time the server asked to come back."""
        bye_seconds, self._bye_seconds = self._bye_seconds, None
        if self._acks is not None:
            self._acks.stop()
            self._acks = None
        return bye_seconds

    async def saved(self) -> None:
        """Returns when the place is saved, or the time for it is up."""
        await self._keeper.saved()

    def _deliver(self, incoming: Received | UnknownMessage, cursor: str | None) -> Delivery:
        self._received = cursor or self._received
        return Delivery(incoming, cursor, self._acks)

    def _ready(
        self,
        message: Mapping[str, object],
        cursor: str | None,
        send: Callable[[str | bytes], Awaitable[object]],
    ) -> None:
        """A client that has a place keeps it.

        If the connection begins elsewhere, a reset follows, and the application must hear of it
        first.
        """

        async def send_ack(place: str) -> None:
            await send(self._encode_ack(place))

        if self._acks is not None:
            self._acks.stop()
        window = message.get("window")
        self._acks = Acks(send_ack, window if isinstance(window, int) else 0)
        self._begun = cursor
        if cursor is None:
            return
        is_first = self._received is None
        if is_first:
            self._received = cursor
            # With `acked` a reset may follow here too, and the server keeps the place.
            if self._since == "now":
                self._move_to(cursor)
        if is_first or self._processed == cursor:
            self._acks.acknowledge(cursor)

    def _move_to(self, cursor: str) -> None:
        self._processed = cursor
        self._keeper.save(cursor)
