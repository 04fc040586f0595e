"""Which client of a device connects, and how often it has tried."""

from __future__ import annotations

import secrets


class ClientInstance:
    """The name of one client among those of a device, and the number of its attempts.

    A server cannot tell a new client from a delayed handshake of an earlier one.
    """

    def __init__(self) -> None:
        self._name = secrets.token_hex(16)
        self._attempt = 0

    def next(self) -> str:
        """The value for the next attempt."""
        self._attempt += 1
        return f"{self._name}.{self._attempt}"
