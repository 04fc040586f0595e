"""Masks credentials in texts from outside, which may repeat them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MIN_RECOGNIZED = 4
"""A shorter secret is part of ordinary texts, so it is masked only where it was sent."""
_MIN_UNMISTAKABLE = 16
"""A shorter secret may be part of a longer word, which is then not the secret."""


class Redaction:
    """Knows where the credentials of one handshake were sent, and what they look like."""

    def __init__(
        self,
        headers: Iterable[tuple[str, str]],
        query: Iterable[tuple[str, str]],
        secrets: Iterable[str],
    ) -> None:
        """`secrets`: every form in which a text could repeat a credential."""
        # The longest first, so that no part of one remains.
        known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        # A user and a password in a URL, such as that of a proxy.
        self._patterns = [re.compile(r"(://)[^/?#\s@]+(?=@)")]
        for name, value in headers:
            self._patterns.append(_place(name, ":"))
            if name == "Cookie":
                pairs = value.split("; ")
                self._patterns += [_place(pair.partition("=")[0], "=") for pair in pairs]
        self._patterns += [_place(name, "=") for name, _ in query]
        for secret in known:
            shape = re.escape(secret)
            whole = rf"{shape}(?![\w\-~+/=])"
            self._patterns.append(re.compile(rf"(\b(?i:bearer|basic)\s+){whole}"))
            if len(secret) >= _MIN_UNMISTAKABLE:
                self._patterns.append(re.compile(f"(){shape}"))
            elif len(secret) >= _MIN_RECOGNIZED:
                self._patterns.append(re.compile(rf"(?<!\w)(){shape}(?!\w)"))

    def apply(self, text: str) -> str:
        """The text with each credential replaced."""
        for pattern in self._patterns:
            text = pattern.sub(r"\1[credential]", text)
        return text


def _place(name: str, separator: str) -> re.Pattern[str]:
    """What follows the name of a header, query parameter or cookie, in any notation."""
    scheme = r"(?:(?:bearer|basic)\s+)?"
    before = rf"(?<![\w-]){re.escape(name)}[\"']?\s*{separator}\s*[\"']?{scheme}"
    return re.compile(rf"((?i:{before}))[^\s,;&\"'<>]+")
