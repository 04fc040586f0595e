"""The client of any channel, without the channel's types."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

from . import close_codes
from .callbacks import Callbacks
from .channel_url import Endpoint, Target, endpoint_of
from .connector import Connector, Ended, refuse_unopened
from .credentials import Credentials
from .cursor_keeper import CursorKeeper
from .cursor_store import CursorStore, MemoryCursor
from .descriptor import Channel, Resume
from .errors import PostedClientError
from .message_codec import InvalidMessage, Received, UnknownMessage, encode_message
from .resumption import Delivery, Resumption
from .server_requests import ServerRequests
from .settings import Settings, Status

MessageT = TypeVar("MessageT", covariant=True)
NamedT = TypeVar("NamedT", covariant=True)
ClientT = TypeVar("ClientT", bound="Client[Any, Any]")


@dataclass(frozen=True, repr=False)
class Options:
    """The options of a client, without the channel's types."""

    target: Target
    credentials: Mapping[str, object] = field(default_factory=dict[str, object])
    resume: bool = False
    cursors: CursorStore | None = None
    on_reset: Callable[[Any], object] | None = None
    answer: Mapping[str, object] = field(default_factory=dict[str, object])
    settings: Settings = field(default_factory=Settings)


class Client(Generic[MessageT, NamedT]):
    """One channel, across all of its connections.

    `async with` waits for the first connection and closes the client at the end. `async for` reads
    the messages, each checked against the contract, in the order of arrival. The loop ends when
    the client is closed or the server closes it with 1000, and raises PostedClientError when no
    further attempt can help. Leaving the loop does not close the client; another loop continues
    where it stopped. Only one loop can run at a time.

    A message is processed once the loop asks for the next one, or `async with` ends without an
    exception. If connections can be resumed, processed messages are acknowledged and their cursor
    is saved; the others are sent again to a client that starts from the saved cursor.
    """

    def __init__(self, channel: Channel, options: Options) -> None:
        """Raises PostedClientError `invalid_options`."""
        self._channel = channel
        settings = options.settings
        self._settings = settings
        self._callbacks = Callbacks(settings, options.on_reset)
        endpoint, resumption = _resumption(channel, options)
        self._resumption = resumption
        report = settings.report
        self._connector = Connector(
            channel,
            endpoint,
            Credentials(channel, options.credentials),
            resumption,
            ServerRequests(channel, options.answer, settings.max_waiting_messages, report),
            settings,
        )
        self._running: asyncio.Task[Ended] | None = None
        self._failure: PostedClientError | None = None
        self._in_progress: Delivery | None = None
        self._is_reading = False

    async def __aenter__(self: ClientT) -> ClientT:
        """Raises PostedClientError if the client ends before its first connection."""
        opened = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._run(opened))
        try:
            await asyncio.wait({opened, self._running}, return_when=asyncio.FIRST_COMPLETED)
            if self._running.done():
                await self.wait_closed()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            self._processed()
        await self.aclose()

    def __aiter__(self) -> AsyncIterator[MessageT]:
        return self

    async def __anext__(self) -> MessageT:
        return cast(MessageT, (await self._next()).value)

    def named(self) -> AsyncIterator[NamedT]:
        """The messages as tuples of name and value."""
        return _Named[NamedT](self._next)

    async def aclose(self) -> None:
        """Ends the client with close code 1000, unless it has ended already.

        Queued messages are dropped. Processed messages are acknowledged first.
        """
        if self._running is None:
            return
        self._running.cancel()
        await asyncio.wait({self._running})
        self._connector.inbox.clear()
        if self._resumption is not None:
            await self._resumption.saved()

    async def wait_closed(self) -> Ended:
        """Waits until the client has ended, and returns how.

        Raises PostedClientError if it ended because no further attempt could help.
        """
        if self._running is None:
            refuse_unopened()
        await asyncio.wait({self._running})
        ended = self._ended(self._running)
        if ended.error is not None:
            raise ended.error
        return ended

    async def _send(self, name: str, value: object) -> None:
        frame = encode_message(self._channel, name, value)
        await self._connector.send(frame)

    async def _request(self, name: str, value: object, timeout_seconds: float) -> Any:
        operation = next(one for one in self._channel.operations if one.name == name)
        requests = self._connector.requests
        request = requests.encode(operation, value)
        if not self._connector.is_open:
            refuse_unopened()
        reply = requests.wait(request)
        try:
            await self._connector.send(request.frame)
            received = await asyncio.wait_for(reply, timeout_seconds)
        except asyncio.TimeoutError:
            message = f"No reply to {name} within {timeout_seconds} s."
            raise PostedClientError("timeout", message) from None
        finally:
            requests.forget(reply)
        if len(request.replies) == 1:
            return received.value
        return {"message": received.name, "payload": received.value}

    async def _run(self, opened: asyncio.Future[None]) -> Ended:
        def on_open() -> None:
            if not opened.done():
                opened.set_result(None)

        error: PostedClientError | None = None
        try:
            ended = await self._connector.run(on_open)
            error = ended.error
            return ended
        except asyncio.CancelledError:
            error = self._failure
            raise
        finally:
            if error is not None:
                self._settings.report(error)
            self._settings.set_status(Status("closed", error))

    def _ended(self, running: asyncio.Task[Ended]) -> Ended:
        if running.cancelled():
            return Ended(close_codes.NORMAL, "", self._failure)
        return running.result()

    async def _next(self) -> Received:
        if self._is_reading:
            raise RuntimeError("Another loop is already reading this client.")
        self._processed()
        self._is_reading = True
        try:
            return await self._take()
        finally:
            self._is_reading = False

    async def _take(self) -> Received:
        while True:
            delivery = await self._connector.inbox.take()
            if delivery is None:
                await self.wait_closed()
                raise StopAsyncIteration
            incoming = delivery.incoming
            names = None if self._resumption is None else self._resumption.names
            if isinstance(incoming, InvalidMessage):
                if not await self._callbacks.may_continue(incoming):
                    self._failure = incoming.error
                    await self.aclose()
            elif isinstance(incoming, UnknownMessage):
                await self._callbacks.unknown(incoming.value)
            elif names is not None and incoming.name == names.reset:
                await self._callbacks.reset(incoming.value)
            elif names is None or incoming.name != names.checkpoint:
                self._in_progress = delivery
                return incoming
            self._mark_processed(delivery)

    def _processed(self) -> None:
        delivery, self._in_progress = self._in_progress, None
        if delivery is not None:
            self._mark_processed(delivery)

    def _mark_processed(self, delivery: Delivery) -> None:
        if self._resumption is not None:
            self._resumption.processed(delivery)


class _Named(Generic[NamedT]):
    def __init__(self, take: Callable[[], Awaitable[Received]]) -> None:
        self._take = take

    def __aiter__(self) -> AsyncIterator[NamedT]:
        return self

    async def __anext__(self) -> NamedT:
        received = await self._take()
        return cast(NamedT, (received.name, received.value))


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
        is_cursor=is_cursor,
        encode_ack=lambda cursor: _encode_ack(channel, names, cursor),
        keeper=CursorKeeper(options.cursors or MemoryCursor(), report),
        report=report,
    )


def _encode_ack(channel: Channel, names: Resume, cursor: str) -> str | bytes:
    """The acknowledgment of everything up to a cursor."""
    tag = channel.messages[names.ack].tag
    tagged: object = {}
    if tag is not None:
        tagged = tag.values[0]
        for name in reversed(tag.path):
            tagged = {name: tagged}
    value = {**cast(Mapping[str, object], tagged), names.cursor: cursor}
    return encode_message(channel, names.ack, value)
