"""The keywords of JSON Schema that apply to the members of objects and the items of arrays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from .json_values import JsonList, JsonObject, identity_of, is_list, is_object
from .schema_compiler import Check, Keyword, Problem, Schema, SchemaCompiler, must
from .unevaluated import evaluated_items, evaluated_names, has_tuple

_UNKNOWN = "has a property that is not in the contract"


def _of_object(check: Callable[[JsonObject], Problem | None]) -> Check:
    """A check that allows all other values."""
    return lambda value: check(value) if is_object(value) else None


def _of_list(check: Callable[[JsonList], Problem | None]) -> Check:
    return lambda value: check(value) if is_list(value) else None


def _within(
    members: Iterable[tuple[str | int, object]], check: Check
) -> Problem | None:
    for key, member in members:
        problem = check(member)
        if problem is not None:
            return problem.within(key)
    return None


def _properties(compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    known = {
        name: compiler.check(schema) for name, schema in cast(Mapping[str, object], wanted).items()
    }

    def check(value: JsonObject) -> Problem | None:
        for name, of_member in known.items():
            if name in value:
                problem = of_member(value[name])
                if problem is not None:
                    return problem.within(name)
        return None

    return _of_object(check)


def _pattern_properties(compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    patterns = [
        (re.compile(pattern), compiler.check(schema))
        for pattern, schema in cast(Mapping[str, object], wanted).items()
    ]

    def check(value: JsonObject) -> Problem | None:
        for pattern, of_member in patterns:
            matching = ((name, member) for name, member in value.items() if pattern.search(name))
            problem = _within(matching, of_member)
            if problem is not None:
                return problem
        return None

    return _of_object(check)


def _others(
    compiler: SchemaCompiler, wanted: object, known_in: Callable[[JsonObject], Callable[[str], bool]]
) -> Check:
    """Checks the members of an object that are not known."""
    of_member = compiler.check(wanted)

    def check(value: JsonObject) -> Problem | None:
        is_known = known_in(value)
        unknown = ((name, member) for name, member in value.items() if not is_known(name))
        if wanted is False:
            return None if next(unknown, None) is None else Problem(_UNKNOWN)
        return _within(unknown, of_member)

    return _of_object(check)


def _additional_properties(compiler: SchemaCompiler, schema: Schema, wanted: object) -> Check:
    names = cast(Mapping[str, object], schema.get("properties", {}))
    patterns = [
        re.compile(pattern)
        for pattern in cast(Mapping[str, object], schema.get("patternProperties", {}))
    ]

    def is_known(name: str) -> bool:
        return name in names or any(pattern.search(name) for pattern in patterns)

    return _others(compiler, wanted, lambda _value: is_known)


def _unevaluated_properties(compiler: SchemaCompiler, schema: Schema, wanted: object) -> Check:
    others = {keyword: value for keyword, value in schema.items() if keyword not in _UNEVALUATED}
    return _others(
        compiler, wanted, lambda value: evaluated_names(compiler, others, value).__contains__
    )


def _property_names(compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    of_name = compiler.check(wanted)

    def check(value: JsonObject) -> Problem | None:
        return next((problem for problem in map(of_name, value) if problem is not None), None)

    return _of_object(check)


def _missing(names: Iterable[str], value: JsonObject) -> Problem | None:
    for name in names:
        if name not in value:
            return Problem(f"must have {json.dumps(name, ensure_ascii=False)}")
    return None


def _required(_compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    names = cast(list[str], wanted)
    return _of_object(lambda value: _missing(names, value))


def _dependencies(compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    needed = {
        name: _required(compiler, {}, schema) if is_list(schema) else compiler.check(schema)
        for name, schema in cast(Mapping[str, object], wanted).items()
    }

    def check(value: JsonObject) -> Problem | None:
        for name, of_object in needed.items():
            if name in value:
                problem = of_object(value)
                if problem is not None:
                    return problem
        return None

    return _of_object(check)


def _prefix(compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    checks = [compiler.check(schema) for schema in cast(list[object], wanted)]

    def check(value: JsonList) -> Problem | None:
        for index, (item, of_item) in enumerate(zip(value, checks)):
            problem = of_item(item)
            if problem is not None:
                return problem.within(index)
        return None

    return _of_list(check)


def _rest(compiler: SchemaCompiler, start: int, wanted: object) -> Check:
    of_item = compiler.check(wanted)
    return _of_list(lambda value: _within(list(enumerate(value))[start:], of_item))


def _items(compiler: SchemaCompiler, schema: Schema, wanted: object) -> Check:
    if isinstance(wanted, list):
        return _prefix(compiler, schema, cast(object, wanted))
    return _rest(compiler, len(cast(list[object], schema.get("prefixItems", []))), wanted)


def _additional_items(compiler: SchemaCompiler, schema: Schema, wanted: object) -> Check:
    # It has no effect without a list of items.
    return (
        _rest(compiler, len(cast(list[object], schema["items"])), wanted)
        if has_tuple(schema)
        else compiler.check(True)
    )


def _unevaluated_items(compiler: SchemaCompiler, schema: Schema, wanted: object) -> Check:
    others = {keyword: value for keyword, value in schema.items() if keyword not in _UNEVALUATED}
    of_item = compiler.check(wanted)
    return _of_list(
        lambda value: _within(
            list(enumerate(value))[evaluated_items(compiler, others, value) :], of_item
        )
    )


def _contains(compiler: SchemaCompiler, schema: Schema, wanted: object) -> Check:
    of_item = compiler.check(wanted)
    least = cast(int, schema.get("minContains", 1))
    most = cast(float, schema.get("maxContains", float("inf")))
    problem = must("contains", wanted)

    def check(value: JsonList) -> Problem | None:
        return None if least <= sum(of_item(item) is None for item in value) <= most else problem()

    return _of_list(check)


def _unique_items(compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    if wanted is not True:
        return compiler.check(True)
    problem = must("uniqueItems", wanted)

    def check(value: JsonList) -> Problem | None:
        return None if len({identity_of(item) for item in value}) == len(value) else problem()

    return _of_list(check)


def _size(keyword: str, is_measured: Callable[[object], bool], sign: int) -> Keyword:
    def compile_keyword(_compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
        limit = cast(float, wanted)
        problem = must(keyword, wanted)

        def check(value: object) -> Problem | None:
            if not is_measured(value):
                return None
            return problem() if (len(cast(JsonList, value)) - limit) * sign > 0 else None

        return check

    return compile_keyword


_UNEVALUATED = frozenset({"unevaluatedItems", "unevaluatedProperties"})

MEMBER_KEYWORDS: Mapping[str, Keyword] = {
    "additionalItems": _additional_items,
    "additionalProperties": _additional_properties,
    "contains": _contains,
    "dependencies": _dependencies,
    "dependentRequired": _dependencies,
    "dependentSchemas": _dependencies,
    "items": _items,
    "maxItems": _size("maxItems", is_list, 1),
    "maxProperties": _size("maxProperties", is_object, 1),
    "minItems": _size("minItems", is_list, -1),
    "minProperties": _size("minProperties", is_object, -1),
    "patternProperties": _pattern_properties,
    "prefixItems": _prefix,
    "properties": _properties,
    "propertyNames": _property_names,
    "required": _required,
    "unevaluatedItems": _unevaluated_items,
    "unevaluatedProperties": _unevaluated_properties,
    "uniqueItems": _unique_items,
}
