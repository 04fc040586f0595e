"""Which members and items the keywords of a schema evaluate, for its `unevaluated…` keywords."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from .json_values import JsonList, JsonObject, is_list, is_object
from .schema_compiler import Schema, SchemaCompiler


def has_tuple(schema: Schema) -> bool:
    """Whether a schema describes items by position, in the way of draft-07."""
    return isinstance(schema.get("items"), list)


def evaluated_names(compiler: SchemaCompiler, schema: object, value: JsonObject) -> set[str]:
    """The members of a valid object that a schema evaluates."""
    if isinstance(schema, bool):
        return set()
    own = cast(Schema, schema)
    if "additionalProperties" in own or "unevaluatedProperties" in own:
        return set(value)
    names = set(value).intersection(cast(Iterable[str], own.get("properties", ())))
    for pattern in cast(Iterable[str], own.get("patternProperties", ())):
        names.update(filter(re.compile(pattern).search, value))
    for applied in _applied(compiler, own, value):
        names |= evaluated_names(compiler, applied, value)
    return names


def evaluated_items(compiler: SchemaCompiler, schema: object, value: JsonList) -> int:
    """How many of the first items of a valid array a schema evaluates."""
    if isinstance(schema, bool):
        return 0
    own = cast(Schema, schema)
    tuples = [own.get("prefixItems", ()), own["items"] if has_tuple(own) else ()]
    # `contains` counts as evaluating all items, as on the server (Ajv).
    whole = {"contains", "unevaluatedItems"}.union(
        {"additionalItems"} if has_tuple(own) else {"items"}
    )
    if not whole.isdisjoint(own):
        return len(value)
    counts = [evaluated_items(compiler, applied, value) for applied in _applied(compiler, own, value)]
    return max([*counts, *(len(cast(Sequence[object], each)) for each in tuples)])


def _applied(compiler: SchemaCompiler, schema: Schema, value: object) -> Iterator[object]:
    """The subschemas that apply to the same value and that it matches."""
    if "$ref" in schema:
        yield compiler.target(cast(str, schema["$ref"]))
    yield from cast(Iterable[object], schema.get("allOf", ()))
    for keyword in ("anyOf", "oneOf"):
        for option in cast(Iterable[object], schema.get(keyword, ())):
            if compiler.check(option)(value) is None:
                yield option
    if "if" in schema:
        matches = compiler.check(schema["if"])(value) is None
        if matches:
            yield schema["if"]
        yield schema.get("then" if matches else "else", True)
    if is_object(value):
        for keyword in ("dependencies", "dependentSchemas"):
            for name, needed in cast(Mapping[str, object], schema.get(keyword, {})).items():
                if name in value and not is_list(needed):
                    yield needed
