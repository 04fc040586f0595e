"""For how long a bearer token is valid."""

from __future__ import annotations

import base64
import binascii
import json
import time

from .json_path import value_at


def jwt_lifetime_seconds(token: str) -> float | None:
    """For how long a token is still valid, if it is a JSON Web Token (RFC 7519) with `exp`.

    It is not longer than the token was ever valid, in case the clock of this machine is slow.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    payload = parts[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError):
        return None
    expires, issued = value_at(claims, ("exp",)), value_at(claims, ("iat",))
    if not isinstance(expires, int | float):
        return None
    left = expires - time.time()
    return min(left, expires - issued) if isinstance(issued, int | float) else left
