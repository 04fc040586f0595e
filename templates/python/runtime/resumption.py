"""The cursors of a client whose connections can be resumed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import cast

from .acks import Acks
from .client_instance import ClientInstance
from .cursor_keeper import CursorKeeper
from .descriptor import Resume
from .errors import PostedClientError
from .json_path import value_at
from .message_codec import InvalidMessage, Received, UnknownMessage


@dataclass(frozen=True)
class Delivery:
    """A message for the application, and the cursor that counts as processed after it."""

    incoming: Received | UnknownMessage | InvalidMessage
    cursor: str | None = None
    """None if the message has no cursor, or none that can be trusted."""
    acks: Acks | None = None
    """Those of the connection that the message arrived on."""


class Resumption:
    """A client has two cursors.

    A new connection starts after the newest message offered to the application: messages that are
    still queued are dropped and sent again, since the server would wait for the first ack of its
    own messages until all of them are processed. A message is saved and acknowledged only once
    the application has processed it, so that a crash loses nothing.
    """

    def __init__(
        self,
        names: Resume,
        *,
        since: str,
        given: Mapping[str, str | list[str]],
        is_cursor: Callable[[str], bool],
        window: int,
        encode_ack: Callable[[str], str | bytes],
        keeper: CursorKeeper,
        report: Callable[[PostedClientError], None],
    ) -> None:
        """A new client.

        `since`: where to start without a cursor: `now`, `acked`, or a cursor. `given`: the query
        parameters of the application. `window`: how many messages the server may send before they
        are acknowledged.
        """
        self.names = names
        self._since = since
        self._given = given
        self._instance = ClientInstance()
        self._is_cursor = is_cursor
        self._window = window
        self._encode_ack = encode_ack
        self._keeper = keeper
        self._report = report
        self._is_loaded = False
        self._offered: str | None = None
        self._processed: str | None = None
        self._acks: Acks | None = None
        self._start: str | None = None
        self._bye_seconds: float | None = None
        self._heartbeat_seconds: float | None = None

    async def load(self, timeout_seconds: float) -> PostedClientError | None:
        """Loads the cursor before the first connection. Returns the error `cursor_store`."""
        if self._is_loaded:
            return None
        loaded = await self._keeper.load(timeout_seconds)
        if isinstance(loaded, PostedClientError):
            return loaded
        self._is_loaded = True
        if loaded is not None and not self._is_cursor(loaded):
            # The server would refuse it on every attempt, and the client could never connect again.
            message = (
                f'The saved cursor is not valid. The client starts with "{self._since}"; '
                "messages may be missing."
            )
            self._report(PostedClientError("cursor_store", message))
            loaded = None
        cursor = loaded or (self._since if self._is_cursor(self._since) else None)
        self._offered = self._processed = cursor
        return None

    def query(self) -> dict[str, str | None]:
        """Query parameters of the next attempt.

        They state the client's window, and so ask for a heartbeat, and claim its device.
        """
        query: dict[str, str | None] = {self.names.query: self._offered or self._since}
        window, instance = self.names.window, self._instance_parameter
        if window is not None and window not in self._given:
            query[window] = str(self._window)
        if instance is not None and instance not in self._given:
            query[instance] = self._instance.next()
        return query

    def earlier_query(self) -> dict[str, str | None] | None:
        """The same without the window and the claim, which a server of an earlier version refuses.

        Omits parameters that are None. Returns None if `query` states neither.
        """
        named = (self.names.window, self._instance_parameter)
        later = [name for name in named if name is not None]
        if not later:
            return None
        return {self.names.query: self._offered or self._since, **dict.fromkeys(later)}

    @property
    def _instance_parameter(self) -> str | None:
        """None if the connection has no device to claim."""
        has_device = self.names.device is not None and self.names.device in self._given
        return self.names.instance if has_device else None

    @property
    def heartbeat_seconds(self) -> float | None:
        """The heartbeat that the server has promised on this connection, or None."""
        return self._heartbeat_seconds

    def read(
        self, received: Received, send: Callable[[str | bytes], Awaitable[object]]
    ) -> Delivery | None:
        """Returns the delivery for the application; None for messages that concern only the client."""
        message = cast(Mapping[str, object], received.value)
        if received.name == self.names.bye:
            after_ms = message.get("retryAfterMs")
            self._bye_seconds = after_ms / 1000 if isinstance(after_ms, (int, float)) else 0.0
            return None
        if received.name == self.names.alive:
            return None
        value = message.get(self.names.cursor) if isinstance(received.value, Mapping) else None
        cursor = value if isinstance(value, str) else None
        if received.name == self.names.ready:
            self._ready(message, cursor, send)
            return None
        if received.name == self.names.reset and self._acks is not None:
            # The server forgets what is acknowledged, so the application must learn of the reset
            # first.
            self._acks.stop()
        return self._deliver(received, cursor)

    def read_unknown(self, message: UnknownMessage) -> Delivery:
        """A message of an unknown type has a cursor if its cursor property is valid."""
        value = value_at(message.value, (self.names.cursor,))
        is_valid = isinstance(value, str) and self._is_cursor(value)
        return self._deliver(message, cast(str, value) if is_valid else None)

    def offered(self, delivery: Delivery) -> None:
        """The application is about to get the message."""
        self._offered = delivery.cursor or self._offered

    def returned(self) -> None:
        """The application has not taken the message that it was offered."""
        self._offered = self._processed

    def processed(self, delivery: Delivery) -> None:
        """The application has processed the message."""
        if delivery.cursor is None:
            return
        self._move_to(delivery.cursor)
        # A server closes the connection on a cursor that it never sent on it, and forgets old ones
        # after a reset.
        is_known = delivery.acks is self._acks or delivery.cursor == self._start
        if self._acks is not None and is_known:
            self._acks.acknowledge(delivery.cursor)

    async def closing(self) -> None:
        """Sends the last ack before the connection is closed normally."""
        if self._acks is not None:
            await self._acks.flush()

    def ended(self) -> float | None:
        """The connection has ended. Returns the server's requested delay before the next one."""
        bye_seconds, self._bye_seconds = self._bye_seconds, None
        self._heartbeat_seconds = None
        if self._acks is not None:
            self._acks.stop()
            self._acks = None
        return bye_seconds

    async def saved(self) -> None:
        """Returns when the cursor is saved, or after the time limit."""
        await self._keeper.saved()

    def _deliver(self, incoming: Received | UnknownMessage, cursor: str | None) -> Delivery:
        return Delivery(incoming, cursor, self._acks)

    def _ready(
        self,
        message: Mapping[str, object],
        cursor: str | None,
        send: Callable[[str | bytes], Awaitable[object]],
    ) -> None:
        """A client with a cursor keeps it.

        If the connection starts elsewhere, a reset follows, and the application must learn of it
        first.
        """

        async def send_ack(newest: str) -> None:
            await send(self._encode_ack(newest))

        if self._acks is not None:
            self._acks.stop()
        window = message.get("window")
        self._acks = Acks(send_ack, window if isinstance(window, int) else 0)
        self._start = cursor
        heartbeat_ms = message.get("heartbeatMs")
        if isinstance(heartbeat_ms, int) and heartbeat_ms > 0:
            self._heartbeat_seconds = heartbeat_ms / 1000
        if cursor is None:
            return
        is_first = self._offered is None
        is_now = self._since == "now"
        if is_first:
            # With `acked` a reset may follow here too, and the server keeps the cursor.
            if is_now or message.get("resumed") is True:
                self._offered = cursor
            if is_now:
                self._move_to(cursor)
        if is_first or self._processed == cursor:
            self._acks.acknowledge(cursor)

    def _move_to(self, cursor: str) -> None:
        self._processed = cursor
        self._keeper.save(cursor)
