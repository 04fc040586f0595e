"""Sends the messages of a client's operations."""

from __future__ import annotations

import asyncio
from typing import Any

from .client_requests import ClientRequests
from .descriptor import Channel
from .errors import PostedClientError
from .message_codec import Received, encode_message, with_constants
from .outbox import Outbox, WhenOffline


class Sender:
    """Generated methods pass the names of the contract. Values are checked against it."""

    def __init__(self, channel: Channel, outbox: Outbox, requests: ClientRequests) -> None:
        self._channel = channel
        self._outbox = outbox
        self._requests = requests

    def send(self, name: str, content: object, when_offline: WhenOffline) -> None:
        """Raises PostedClientError `bad_message`, `not_open` or `send_buffer_full`."""
        value = with_constants(self._channel.messages[name], content)
        self._outbox.put(name, encode_message(self._channel, name, value), when_offline)

    async def request(
        self, operation: str, name: str, content: object, timeout: float, when_offline: WhenOffline
    ) -> Any:
        """Returns the reply. Raises PostedError or PostedClientError."""
        return (await self._exchange(operation, name, content, timeout, when_offline)).value

    async def named_request(
        self, operation: str, name: str, content: object, timeout: float, when_offline: WhenOffline
    ) -> Any:
        """Returns the reply as a tuple of name and value, and raises the same."""
        reply = await self._exchange(operation, name, content, timeout, when_offline)
        return reply.name, reply.value

    async def _exchange(
        self, operation: str, name: str, content: object, timeout: float, when_offline: WhenOffline
    ) -> Received:
        pending = self._requests.start(operation, name, content, when_offline)
        try:
            await asyncio.wait({pending.reply}, timeout=timeout)
            if pending.reply.done():
                return pending.reply.result()
        finally:
            self._requests.forget(pending)
        raise PostedClientError("timeout", f"No reply to {name} within {timeout} s.")
