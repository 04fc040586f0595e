"""The keywords of JSON Schema that apply to a value as a whole: types, numbers, texts, logic."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import cast

from .formats import FORMATS
from .json_values import double, identity_of, is_list, is_multiple, is_number, is_object
from .schema_compiler import Check, Keyword, Problem, Schema, SchemaCompiler, all_of, must

_TYPES: Mapping[str, Callable[[object], bool]] = {
    "array": is_list,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: is_number(value) and (isinstance(value, int) or value.is_integer()),
    "null": lambda value: value is None,
    "number": is_number,
    "object": is_object,
    "string": lambda value: isinstance(value, str),
}


def _that(keyword: str, wanted: object, is_allowed: Callable[[object], bool]) -> Check:
    problem = must(keyword, wanted)
    return lambda value: None if is_allowed(value) else problem()


def _type(_compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    if isinstance(wanted, str):
        return _that("type", wanted, _TYPES[wanted])
    tests = [_TYPES[name] for name in cast(list[str], wanted)]
    return _that("type", wanted, lambda value: any(test(value) for test in tests))


def _const(_compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    identity = identity_of(wanted)
    return _that("const", wanted, lambda value: identity_of(value) == identity)


def _enum(_compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    identities = {identity_of(each) for each in cast(list[object], wanted)}
    return _that("enum", wanted, lambda value: identity_of(value) in identities)


def _of_number(keyword: str, is_allowed: Callable[[float, float], bool]) -> Keyword:
    def compile_keyword(_compiler: SchemaCompiler, _schema: Schema, limit: object) -> Check:
        wanted = cast(float, limit)
        return _that(
            keyword,
            wanted,
            lambda value: not is_number(value) or is_allowed(double(value), wanted),
        )

    return compile_keyword


def _multiple_of(_compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    step = cast(float, wanted)
    return _that(
        "multipleOf", wanted, lambda value: not is_number(value) or is_multiple(value, step)
    )


def _of_text(keyword: str, is_allowed: Callable[[int, float], bool]) -> Keyword:
    def compile_keyword(_compiler: SchemaCompiler, _schema: Schema, limit: object) -> Check:
        wanted = cast(float, limit)
        return _that(
            keyword,
            wanted,
            lambda value: not isinstance(value, str) or is_allowed(len(value), wanted),
        )

    return compile_keyword


def _pattern(_compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    search = re.compile(cast(str, wanted)).search
    return _that(
        "pattern", wanted, lambda value: not isinstance(value, str) or search(value) is not None
    )


def _format(_compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    known = FORMATS.get(cast(str, wanted))
    return _that("format", wanted, known or (lambda _value: True))


def _reference(compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    # Compiled when it is needed, because schemas may refer to each other.
    schema = compiler.target(cast(str, wanted))
    return lambda value: compiler.check(schema)(value)


def _all_of(compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    return all_of([compiler.check(each) for each in cast(list[object], wanted)])


def _any_of(compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    checks = [compiler.check(each) for each in cast(list[object], wanted)]
    return _that("anyOf", wanted, lambda value: any(check(value) is None for check in checks))


def _one_of(compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    checks = [compiler.check(each) for each in cast(list[object], wanted)]
    return _that(
        "oneOf", wanted, lambda value: sum(check(value) is None for check in checks) == 1
    )


def _not(compiler: SchemaCompiler, _schema: Schema, wanted: object) -> Check:
    check = compiler.check(wanted)
    return _that("not", wanted, lambda value: check(value) is not None)


def _if(compiler: SchemaCompiler, schema: Schema, wanted: object) -> Check:
    condition = compiler.check(wanted)
    then, otherwise = (compiler.check(schema.get(key, True)) for key in ("then", "else"))

    def check(value: object) -> Problem | None:
        return (then if condition(value) is None else otherwise)(value)

    return check


VALUE_KEYWORDS: Mapping[str, Keyword] = {
    "$ref": _reference,
    "allOf": _all_of,
    "anyOf": _any_of,
    "const": _const,
    "enum": _enum,
    "exclusiveMaximum": _of_number("exclusiveMaximum", lambda value, limit: value < limit),
    "exclusiveMinimum": _of_number("exclusiveMinimum", lambda value, limit: value > limit),
    "format": _format,
    "if": _if,
    "maxLength": _of_text("maxLength", lambda length, limit: length <= limit),
    "maximum": _of_number("maximum", lambda value, limit: value <= limit),
    "minLength": _of_text("minLength", lambda length, limit: length >= limit),
    "minimum": _of_number("minimum", lambda value, limit: value >= limit),
    "multipleOf": _multiple_of,
    "not": _not,
    "oneOf": _one_of,
    "pattern": _pattern,
    "type": _type,
}
