"""Tells regular expressions of JavaScript from other texts (ECMA-262 with annex B, no flags)."""

from __future__ import annotations

import re

_INTERVAL = re.compile(r"\{(\d+)(?:(,)(\d*))?\}", re.ASCII)
_MODIFIERS = re.compile(r"([ims]*)(?:-([ims]*))?:")
_NAME_ESCAPE = re.compile(r"\\u(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{4}))")
_OCTAL = re.compile(r"[0-3][0-7]{0,2}|[4-7][0-7]?")
_HEX = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})")
_MAX_COUNT = 2**31 - 1
_CONTROLS = {"b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}


def is_ecma_regex(text: str) -> bool:
    """Whether JavaScript accepts a text as a regular expression.

    Like the server (ajv-formats), it refuses the anchor `\\Z` of other languages.
    """
    if re.search(r"[^\\]\\Z", text) is not None:
        return False
    # Without flags, JavaScript reads UTF-16 code units.
    units = "".join(map(_units, text))
    try:
        _Parser(units).parse()
    except _SyntaxError:
        return False
    return True


class _SyntaxError(Exception):
    pass


def _units(character: str) -> str:
    code = ord(character) - 0x10000
    return character if code < 0 else chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


class _Parser:
    def __init__(self, units: str) -> None:
        self._text = units
        self._at = 0
        # Whether `\k` is a reference depends on the groups of the whole expression.
        self._has_names = self._finds_names()
        self._names: set[str] = set()
        self._references: set[str] = set()

    def parse(self) -> None:
        self._names = self._disjunction()
        if self._at < len(self._text) or not self._references <= self._names:
            raise _SyntaxError

    def _finds_names(self) -> bool:
        outside = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]?", "", self._text, flags=re.DOTALL)
        return re.search(r"\(\?<(?![=!])", outside) is not None

    def _takes(self, prefix: str) -> bool:
        found = self._text.startswith(prefix, self._at)
        self._at += len(prefix) if found else 0
        return found

    def _next(self) -> str:
        if self._at >= len(self._text):
            raise _SyntaxError
        self._at += 1
        return self._text[self._at - 1]

    def _disjunction(self) -> set[str]:
        """Returns the names of its groups. Only alternatives may share one."""
        names = self._alternative()
        while self._takes("|"):
            names |= self._alternative()
        return names

    def _alternative(self) -> set[str]:
        names: set[str] = set()
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            found, is_quantifiable = self._term()
            if found & names:
                raise _SyntaxError
            names |= found
            if is_quantifiable:
                self._quantifier()
        return names

    def _quantifier(self) -> None:
        if self._at < len(self._text) and self._text[self._at] in "*+?":
            self._at += 1
        elif not self._interval():
            return
        self._takes("?")

    def _interval(self) -> bool:
        match = _INTERVAL.match(self._text, self._at)
        if match is None:
            return False
        least, comma, most = match.groups()
        highest = most if comma else least
        if highest and min(int(least), _MAX_COUNT) > min(int(highest), _MAX_COUNT):
            raise _SyntaxError
        self._at = match.end()
        return True

    def _term(self) -> tuple[set[str], bool]:
        if self._interval():
            raise _SyntaxError
        unit = self._next()
        if unit in "*+?":
            raise _SyntaxError
        if unit == "(":
            return self._group()
        if unit == "[":
            self._class()
        elif unit == "\\":
            return set(), self._escape()
        return set(), unit not in "^$"

    def _group(self) -> tuple[set[str], bool]:
        own: set[str] = set()
        is_quantifiable = True
        if self._takes("?<=") or self._takes("?<!"):
            is_quantifiable = False
        elif self._takes("?<"):
            own.add(self._name())
        elif self._takes("?=") or self._takes("?!"):
            pass
        elif self._takes("?"):
            self._modifiers()
        names = self._disjunction()
        if not self._takes(")") or own & names:
            raise _SyntaxError
        return own | names, is_quantifiable

    def _modifiers(self) -> None:
        match = _MODIFIERS.match(self._text, self._at)
        if match is None:
            raise _SyntaxError
        added, removed = match.groups()
        flags = added + (removed or "")
        if len(set(flags)) < len(flags) or (removed == "" and added == ""):
            raise _SyntaxError
        self._at = match.end()

    def _name(self) -> str:
        end = self._text.find(">", self._at)
        written = self._text[self._at : end]
        units = _NAME_ESCAPE.sub(_character_of, written)
        name = units.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        if end < 0 or not _is_name(name):
            raise _SyntaxError
        self._at = end + 1
        return name

    def _escape(self) -> bool:
        """Returns whether it can be repeated."""
        unit = self._next()
        if unit == "k" and self._has_names:
            if not self._takes("<"):
                raise _SyntaxError
            self._references.add(self._name())
        return unit not in "bB"

    def _class(self) -> None:
        self._takes("^")
        while not self._takes("]"):
            first = self._class_atom()
            if self._text.startswith("-", self._at) and not self._text.startswith("-]", self._at):
                self._at += 1
                last = self._class_atom()
                if first is not None and last is not None and first > last:
                    raise _SyntaxError

    def _class_atom(self) -> int | None:
        """The code of a single unit; None for a set such as `\\d`."""
        unit = self._next()
        if unit != "\\":
            return ord(unit)
        escaped = self._next()
        if escaped in "dDsSwW":
            return None
        if escaped == "k" and self._has_names:
            raise _SyntaxError
        if escaped == "c":
            letter = self._text[self._at : self._at + 1]
            if re.fullmatch(r"[0-9A-Za-z_]", letter) is None:
                self._at -= 1
                return ord("\\")
            self._at += 1
            return ord(letter) % 32
        for pattern, base in ((_OCTAL, 8), (_HEX, 16)):
            match = pattern.match(self._text, self._at - 1)
            if match is not None:
                self._at = match.end()
                digits = match[0] if base == 8 else match[1] or match[2]
                return int(digits, base)
        return _CONTROLS.get(escaped, ord(escaped))


def _character_of(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    if code > 0x10FFFF:
        raise _SyntaxError
    return _units(chr(code))


def _is_name(name: str) -> bool:
    first = name[:1].replace("$", "_")
    rest = re.sub("[$\u200c\u200d]", "_", name[1:])
    return f"{first}{rest}".isidentifier()
