"""Guards made of the contract's JSON Schemas (draft-07)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol, cast
from urllib.parse import quote

from referencing import Registry
from referencing.jsonschema import DRAFT7

from .descriptor import Guard
from .formats import FORMATS

_DOCUMENT = "contract"
_MAX_DETAIL = 200

# It ships no types; the protocols below declare the part that is used.
_jsonschema: Any = import_module("jsonschema")


class _Error(Protocol):
    """The part of jsonschema's ValidationError that is used."""

    validator: str
    validator_value: object
    instance: object
    absolute_path: Iterable[str | int]


class _Validator(Protocol):
    def iter_errors(self, instance: object) -> Iterator[_Error]: ...


class Guards:
    """The guards of all schemas of a contract."""

    def __init__(self, definitions: Mapping[str, object]) -> None:
        contract = DRAFT7.create_resource({"definitions": dict(definitions)})
        self._registry = Registry[Any]().with_resource(_DOCUMENT, contract)
        self._formats: Any = _jsonschema.FormatChecker(formats=())
        for name, check in FORMATS.items():
            self._formats.checks(name)(check)

    def of(self, definition: str) -> Guard:
        """The guard of one definition."""
        validator = cast(
            _Validator,
            _jsonschema.Draft7Validator(
                {"$ref": f"{_DOCUMENT}#/definitions/{quote(definition)}"},
                registry=self._registry,
                format_checker=self._formats,
            ),
        )

        def guard(value: object) -> str | None:
            try:
                error = next(validator.iter_errors(value), None)
            except RecursionError:
                return "the value is nested too deeply"
            return None if error is None else _explain(error)

        return guard


def _explain(error: _Error) -> str:
    """A sentence that repeats the contract but never the value, so that it may be logged."""
    path = "".join(f"/{key}" for key in error.absolute_path) or "the value"
    if error.validator == "required":
        names = cast(Sequence[str], error.validator_value)
        present = cast(Mapping[str, object], error.instance)
        missing = next((name for name in names if name not in present), "")
        return f"{path} must have {json.dumps(missing, ensure_ascii=False)}"
    if error.validator in {"additionalProperties", "false schema"}:
        return f"{path} has a property that is not in the contract"
    detail = json.dumps(error.validator_value, ensure_ascii=False)
    if len(detail) > _MAX_DETAIL:
        return f"{path} must satisfy its `{error.validator}`"
    return f"{path} must satisfy `{error.validator}`: {detail}"
