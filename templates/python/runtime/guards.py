"""Guards made of the contract's JSON Schemas."""

from __future__ import annotations

from collections.abc import Mapping

from .descriptor import Guard
from .member_keywords import MEMBER_KEYWORDS
from .schema_compiler import SchemaCompiler
from .value_keywords import VALUE_KEYWORDS


class Guards:
    """The guards of all schemas of a contract."""

    def __init__(self, definitions: Mapping[str, object]) -> None:
        self._definitions = definitions
        self._compiler = SchemaCompiler(definitions, {**VALUE_KEYWORDS, **MEMBER_KEYWORDS})

    def of(self, definition: str) -> Guard:
        """The guard of one definition."""
        schema = self._definitions[definition]

        def guard(value: object) -> str | None:
            try:
                problem = self._compiler.check(schema)(value)
            except RecursionError:
                return "the value is nested too deeply"
            if problem is None:
                return None
            path = "".join(f"/{key}" for key in reversed(problem.path)) or "the value"
            return f"{path} {problem.text}"

        return guard
