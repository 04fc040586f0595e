"""Compiles JSON Schemas into functions that check values.

The schemas are those of draft-07 and of later versions, whose keywords do not contradict each
other. They have passed all checks of the generator, which also translates their patterns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, cast

Schema: TypeAlias = Mapping[str, object]

_MAX_DETAIL = 200
_REFERENCE = "#/definitions/"


@dataclass
class Problem:
    """What a value breaks. It repeats the contract but never the value, so it may be logged."""

    text: str
    """Completes a sentence that begins with the path."""
    path: list[str | int] = field(default_factory=list[str | int])
    """The keys that lead to the value, the last one first."""

    def within(self, key: str | int) -> Problem:
        """The problem as one of the value that contains it."""
        self.path.append(key)
        return self


Check: TypeAlias = Callable[[object], Problem | None]

Keyword: TypeAlias = Callable[["SchemaCompiler", Schema, object], Check]
"""Compiles a keyword of a schema, given its value."""


class SchemaCompiler:
    """Compiles each schema once, when it is first needed."""

    def __init__(
        self, definitions: Mapping[str, object], keywords: Mapping[str, Keyword]
    ) -> None:
        self._definitions = definitions
        self._keywords = keywords
        # By the identity of schemas, which live as long as the definitions.
        self._checks: dict[int, Check] = {}

    def check(self, schema: object) -> Check:
        """The check of a schema, which is part of a definition."""
        if isinstance(schema, bool):
            return _accept if schema else _refuse
        known = self._checks.get(id(schema))
        if known is None:
            known = self._compile(cast(Schema, schema))
            self._checks[id(schema)] = known
        return known

    def target(self, reference: str) -> object:
        """The schema that a reference points to."""
        return self._definitions[reference.removeprefix(_REFERENCE)]

    def _compile(self, schema: Schema) -> Check:
        checks = [
            self._keywords[keyword](self, schema, value)
            for keyword, value in schema.items()
            if keyword in self._keywords
        ]
        return checks[0] if len(checks) == 1 else all_of(checks)


def all_of(checks: list[Check]) -> Check:
    """The check that a value passes if it passes all."""

    def check(value: object) -> Problem | None:
        for each in checks:
            problem = each(value)
            if problem is not None:
                return problem
        return None

    return check


def must(keyword: str, wanted: object) -> Callable[[], Problem]:
    """Makes the problem of a value that breaks a keyword."""
    detail = json.dumps(wanted, ensure_ascii=False)
    text = (
        f"must satisfy its `{keyword}`"
        if len(detail) > _MAX_DETAIL
        else f"must satisfy `{keyword}`: {detail}"
    )
    return lambda: Problem(text)


def _accept(_value: object) -> Problem | None:
    return None


def _refuse(_value: object) -> Problem | None:
    return Problem("is not allowed by the contract")
