"""The client of any channel, without the channel's types."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

from . import close_codes
from .callbacks import Callbacks
from .channel_url import Endpoint, Target, endpoint_of
from .connector import Connector, Ended
from .credentials import Credentials
from .cursor_keeper import CursorKeeper
from .cursor_store import CursorStore, MemoryCursor
from .deliveries import Deliveries
from .descriptor import Channel, Resume
from .errors import PostedClientError
from .json_path import with_value_at
from .message_codec import Received, encode_message
from .message_loop import MessageLoop
from .outbox import refuse_unopened
from .resumption import Resumption
from .sender import Sender
from .server_requests import ServerRequests
from .settings import Settings
from .status import CurrentStatus, Status, StatusPublisher, log_status

_MAX_WINDOW = 256
"""The largest window that a server accepts."""

MessageT = TypeVar("MessageT", covariant=True)
NamedT = TypeVar("NamedT", covariant=True)
ClientT = TypeVar("ClientT", bound="Client[Any, Any]")


@dataclass(frozen=True, repr=False)
class Options:
    """The options of a client, without the channel's types."""

    target: Target
    auth: object = None
    resume: bool = False
    cursor: CursorStore | None = None
    on_reset: Callable[[Any], object] | None = None
    answer: Mapping[str, object] = field(default_factory=dict[str, object])
    replies: Mapping[str, object] = field(default_factory=dict[str, object])
    """What creates the replies of operations with several, by operation."""
    settings: Settings = field(default_factory=Settings)


class Client(Generic[MessageT, NamedT]):
    """One channel, across all of its connections.

    `async with` waits for the first connection and closes the client at the end. Messages go to
    functions (`on`) and loops (`messages`), each checked against the contract, one at a time and in
    the order of arrival. Each of them gets every message. The next message waits until all of them
    have finished with the one before; without any, messages wait.

    Operations are methods. The client fills in constants and correlation ids. With
    `when_offline="wait"`, a message without a connection waits for the next one, and a request
    waits at most `timeout` seconds in total.

    If connections can be resumed, a message is then acknowledged and its cursor is saved. Messages
    that have not come that far are sent again to a client that starts from the saved cursor: as
    when an exception ends `async with` in the body of a loop.
    """

    status: CurrentStatus
    """The state of the connection."""

    def __init__(self, channel: Channel, options: Options) -> None:
        """Raises PostedClientError `invalid_options`."""
        settings = options.settings
        self._settings = settings
        endpoint, self._resumption = _resumption(channel, options)
        report = settings.report
        functions, replies = options.answer, options.replies
        self._status = StatusPublisher()
        self.status = self._status
        self._status.subscribe(log_status)
        self._connector = Connector(
            channel,
            endpoint,
            Credentials(channel, options.auth),
            self._resumption,
            ServerRequests(channel, functions, replies, settings.max_waiting_messages, report),
            settings,
            self._status,
        )
        callbacks = Callbacks(settings, options.on_reset)
        self._deliveries = Deliveries(self._connector.inbox, callbacks, self._resumption)
        self._sender = Sender(channel, self._connector.outbox, self._connector.requests)
        self._connecting: asyncio.Task[Ended] | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._failure: PostedClientError | None = None

    async def __aenter__(self: ClientT) -> ClientT:
        """Raises PostedClientError if the client ends before its first connection."""
        if self._connecting is not None:
            raise RuntimeError("A client can connect only once. Create another one.")
        self._connecting = asyncio.create_task(self._connect())
        self._delivering = asyncio.create_task(self._deliver(self._connecting))
        try:
            await self.opened()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            self._deliveries.finish()
        await self.close()

    def messages(self) -> MessageLoop[MessageT]:
        """A loop over the messages.

        It ends when the client is closed or the server closes it with 1000, and raises
        PostedClientError when no further attempt to connect can help.
        """
        return MessageLoop(self._deliveries, _message_of)

    def named_messages(self) -> MessageLoop[NamedT]:
        """The same, with tuples of name and message."""
        return MessageLoop(self._deliveries, _named_of)

    async def opened(self) -> None:
        """Waits until there is a connection; returns at once if there is one.

        Raises PostedClientError if the client ends first.
        """
        if self._connecting is None:
            refuse_unopened()
        if self.status.value.state == "open":
            return
        opened = asyncio.get_running_loop().create_future()

        def check(status: Status) -> None:
            if status.state == "open" and not opened.done():
                opened.set_result(None)

        stop = self.status.subscribe(check)
        try:
            await asyncio.wait({opened, self._connecting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop()
        if not opened.done():
            message = "The client ended before it was open."
            raise self._ended(self._connecting).error or PostedClientError("closed", message)

    async def close(self) -> None:
        """Ends the client with close code 1000, unless it has ended already.

        Queued messages are dropped, and running handlers are canceled, except one that calls this.
        Messages that were processed are acknowledged first.
        """
        if self._connecting is None or self._delivering is None:
            return
        self._connecting.cancel()
        self._delivering.cancel()
        self._deliveries.stop()
        await asyncio.wait({self._connecting, self._delivering})
        self._connector.inbox.clear()
        if self._resumption is not None:
            await self._resumption.saved()

    async def closed(self) -> Ended:
        """Waits until the client has ended and its handlers have finished, and returns how.

        Raises PostedClientError if it ended because no further attempt could help.
        """
        if self._connecting is None:
            refuse_unopened()
        await asyncio.wait({self._connecting})
        await self._deliveries.handled()
        ended = self._ended(self._connecting)
        if ended.error is not None:
            raise ended.error
        return ended

    async def _connect(self) -> Ended:
        error: PostedClientError | None = None
        try:
            ended = await self._connector.run()
            error = ended.error
            return ended
        except asyncio.CancelledError:
            error = self._failure
            raise
        except Exception as cause:
            # Nothing may wait forever for a client that has ended.
            error = PostedClientError("closed", "The client failed.", cause=cause)
            return Ended(close_codes.LOST, "", error)
        finally:
            if error is not None:
                self._settings.report(error)
            self._status.publish(Status("closed", error))

    async def _deliver(self, connecting: asyncio.Task[Ended]) -> None:
        try:
            self._failure = await self._deliveries.run()
            if self._failure is not None:
                connecting.cancel()
            await asyncio.wait({connecting})
        finally:
            error = self._ended(connecting).error if connecting.done() else self._failure
            self._deliveries.end(error)

    def _ended(self, connecting: asyncio.Task[Ended]) -> Ended:
        if connecting.cancelled():
            return Ended(close_codes.NORMAL, "", self._failure)
        return connecting.result()


def _message_of(received: Received) -> Any:
    return received.value


def _named_of(received: Received) -> Any:
    return received.name, received.value


def _resumption(channel: Channel, options: Options) -> tuple[Endpoint, Resumption | None]:
    """The endpoint, and the state that lets connections resume; None if they do not."""
    names, target = channel.resume, options.target
    if names is None:
        return endpoint_of(channel, target), None
    query = {name: value for name, value in target.query.items() if name != names.query}
    if not options.resume:
        return endpoint_of(channel, replace(target, query=query)), None
    given = target.query.get(names.query)
    since = "now" if given is None else str(given)
    endpoint = endpoint_of(channel, replace(target, query={**query, names.query: since}))
    guard = channel.query

    def is_cursor(text: str) -> bool:
        if guard is None or text in {"now", "acked"}:
            return False
        return guard({**query, names.query: text}) is None

    report = options.settings.report
    return endpoint, Resumption(
        names,
        since=since,
        given=endpoint.query,
        is_cursor=is_cursor,
        encode_ack=lambda cursor: _encode_ack(channel, names, cursor),
        # What a server sends at most then never fills the inbox.
        window=min(_MAX_WINDOW, (options.settings.max_waiting_messages + 1) // 2),
        keeper=CursorKeeper(options.cursor or MemoryCursor(), report),
        report=report,
    )


def _encode_ack(channel: Channel, names: Resume, cursor: str) -> str | bytes:
    """The acknowledgment of everything up to a cursor."""
    tag = channel.messages[names.ack].tag
    tagged: object = {}
    if tag is not None:
        tagged = with_value_at(tagged, tag.path, tag.values[0])
    value = {**cast(Mapping[str, object], tagged), names.cursor: cursor}
    return encode_message(channel, names.ack, value)
