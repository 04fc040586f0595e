"""The client of any channel; generated code gives it the channel's types."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

from . import close_codes
from .answers import Answers
from .callbacks import Callbacks
from .channel_url import Place, Target, place_of
from .credentials import Credentials
from .cursor_keeper import CursorKeeper
from .cursors import CursorStore, MemoryCursor
from .descriptor import Channel, Resume
from .errors import PostedClientError
from .link import Ended, Link, refuse_unopened
from .messages import InvalidMessage, Received, UnknownMessage, encode_message
from .resumption import Delivery, Resumption
from .settings import Settings, Status

MessageT = TypeVar("MessageT", covariant=True)
NamedT = TypeVar("NamedT", covariant=True)
ClientT = TypeVar("ClientT", bound="Client[Any, Any]")


@dataclass(frozen=True, repr=False)
class Options:
    """What the application gives, once the channel's types are left aside."""

    target: Target
    credentials: Mapping[str, object] = field(default_factory=dict[str, object])
    resume: bool = False
    cursors: CursorStore | None = None
    on_reset: Callable[[Any], object] | None = None
    answer: Mapping[str, object] = field(default_factory=dict[str, object])
    settings: Settings = field(default_factory=Settings)


class Client(Generic[MessageT, NamedT]):
    """One open channel, through however many connections it takes.

    `async with` waits for the first connection, and closes the client at its end. `async for` gives
    the messages, each checked against the contract, in the order of arrival. The loop ends when
    the client is closed or the server has closed it with 1000, and raises PostedClientError when
    no further attempt can help. Leaving the loop does not close the client; another loop goes on
    where it ended. One loop can run at a time.

    A message is processed when the loop asks for the next one, or when `async with` is left without
    an exception. Where connections can be resumed, what is processed is acknowledged, and its
    cursor saved; the rest comes again to a client that begins where this one ended.
    """

    def __init__(self, channel: Channel, options: Options) -> None:
        """Raises PostedClientError `invalid_options`."""
        self._channel = channel
        settings = options.settings
        self._settings = settings
        self._callbacks = Callbacks(settings, options.on_reset)
        place, resumption = _resumption(channel, options)
        self._resumption = resumption
        report = settings.report
        self._link = Link(
            channel,
            place,
            Credentials(channel, options.credentials),
            resumption,
            Answers(channel, options.answer, settings.max_waiting_messages, report),
            settings,
        )
        self._running: asyncio.Task[Ended] | None = None
        self._failure: PostedClientError | None = None
        self._in_hand: Delivery | None = None
        self._is_taking = False

    async def __aenter__(self: ClientT) -> ClientT:
        """Raises PostedClientError where the client ended before it was ever connected."""
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
        """The messages as tuples of their name in the contract and their value."""
        return _Named[NamedT](self._next)

    async def aclose(self) -> None:
        """Ends the client with close code 1000, if it has not ended.

        Messages that wait are dropped. What was processed is acknowledged before.
        """
        if self._running is None:
            return
        self._running.cancel()
        await asyncio.wait({self._running})
        self._link.inbox.clear()
        if self._resumption is not None:
            await self._resumption.saved()

    async def wait_closed(self) -> Ended:
        """Returns how the client ended, when it has.

        Raises PostedClientError where it has ended because no further attempt could help.
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
        await self._link.send(frame)

    async def _request(self, name: str, value: object, timeout_seconds: float) -> Any:
        operation = next(one for one in self._channel.operations if one.name == name)
        requests = self._link.requests
        question = requests.write(operation, value)
        if not self._link.is_open:
            refuse_unopened()
        answer = requests.wait(question)
        try:
            await self._link.send(question.frame)
            received = await asyncio.wait_for(answer, timeout_seconds)
        except asyncio.TimeoutError:
            message = f"No answer to {name} in {timeout_seconds} s."
            raise PostedClientError("timeout", message) from None
        finally:
            requests.forget(answer)
        if len(question.replies) == 1:
            return received.value
        return {"message": received.name, "payload": received.value}

    async def _run(self, opened: asyncio.Future[None]) -> Ended:
        def on_open() -> None:
            if not opened.done():
                opened.set_result(None)

        error: PostedClientError | None = None
        try:
            ended = await self._link.run(on_open)
            error = ended.error
            return ended
        except asyncio.CancelledError:
            error = self._failure
            raise
        finally:
            if error is not None:
                self._settings.report(error)
            self._settings.tell(Status("closed", error))

    def _ended(self, running: asyncio.Task[Ended]) -> Ended:
        if running.cancelled():
            return Ended(close_codes.NORMAL, "", self._failure)
        return running.result()

    async def _next(self) -> Received:
        if self._is_taking:
            raise RuntimeError("Another loop is reading this client; one can at a time.")
        self._processed()
        self._is_taking = True
        try:
            return await self._take()
        finally:
            self._is_taking = False

    async def _take(self) -> Received:
        while True:
            delivery = await self._link.inbox.take()
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
                self._in_hand = delivery
                return incoming
            self._done(delivery)

    def _processed(self) -> None:
        delivery, self._in_hand = self._in_hand, None
        if delivery is not None:
            self._done(delivery)

    def _done(self, delivery: Delivery) -> None:
        if self._resumption is not None:
            self._resumption.done(delivery)


class _Named(Generic[NamedT]):
    def __init__(self, take: Callable[[], Awaitable[Received]]) -> None:
        self._take = take

    def __aiter__(self) -> AsyncIterator[NamedT]:
        return self

    async def __anext__(self) -> NamedT:
        received = await self._take()
        return cast(NamedT, (received.name, received.value))


def _resumption(channel: Channel, options: Options) -> tuple[Place, Resumption | None]:
    """Where to connect, and how a connection goes on where the last one ended, if it does."""
    names, target = channel.resume, options.target
    if names is None:
        return place_of(channel, target), None
    query = {name: value for name, value in target.query.items() if name != names.query}
    if not options.resume:
        return place_of(channel, replace(target, query=query)), None
    given = target.query.get(names.query)
    since = "now" if given is None else str(given)
    place = place_of(channel, replace(target, query={**query, names.query: since}))
    guard = channel.query

    def is_cursor(text: str) -> bool:
        if guard is None or text in {"now", "acked"}:
            return False
        return guard({**query, names.query: text}) is None

    report = options.settings.report
    return place, Resumption(
        names,
        since=since,
        is_cursor=is_cursor,
        encode_ack=lambda cursor: _encode_ack(channel, names, cursor),
        keeper=CursorKeeper(options.cursors or MemoryCursor(), report),
        report=report,
    )


def _encode_ack(channel: Channel, names: Resume, place: str) -> str | bytes:
    """What tells the server that everything up to a place is processed."""
    tag = channel.messages[names.ack].tag
    tagged: object = {}
    if tag is not None:
        tagged = tag.values[0]
        for name in reversed(tag.path):
            tagged = {name: tagged}
    value = {**cast(Mapping[str, object], tagged), names.cursor: place}
    return encode_message(channel, names.ack, value)
