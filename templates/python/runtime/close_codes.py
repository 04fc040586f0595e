"""The close codes of RFC 6455 section 7.4 after which connecting again cannot help."""

from __future__ import annotations

NORMAL = 1000
LOST = 1006
"""A connection that ended without a close frame."""
SERVICE_RESTART = 1012
UNAUTHORIZED = 4401
SLOW_CONSUMER = 4420

_FINAL = frozenset({NORMAL, 1002, 1003, 1007, 1008, 1009, 4400, 4403, 4404, 4409})


def should_reconnect(code: int) -> bool:
    """Whether a client should connect again, after a back-off. Unknown codes mean yes."""
    return code not in _FINAL
