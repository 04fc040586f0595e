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

# It ships no types; what is used of it stands in the protocols below.
_jsonschema: Any = import_module("jsonschema")


class _Fault(Protocol):
    """What is used of jsonschema's ValidationError."""

    validator: str
    validator_value: object
    instance: object
    absolute_path: Iterable[str | int]


class _Validator(Protocol):
    def iter_errors(self, instance: object) -> Iterator[_Fault]: ...


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
                fault = next(validator.iter_errors(value), None)
            except RecursionError:
                return "the value is nested too deeply"
            return None if fault is None else _explain(fault)

        return guard


def _explain(fault: _Fault) -> str:
    """One sentence that repeats the contract but never the value, so that it may be logged."""
    place = "".join(f"/{key}" for key in fault.absolute_path) or "the value"
    if fault.validator == "required":
        names = cast(Sequence[str], fault.validator_value)
        present = cast(Mapping[str, object], fault.instance)
        missing = next((name for name in names if name not in present), "")
        return f"{place} must have {json.dumps(missing, ensure_ascii=False)}"
    if fault.validator in {"additionalProperties", "false schema"}:
        return f"{place} holds what the contract does not know"
    detail = json.dumps(fault.validator_value, ensure_ascii=False)
    if len(detail) > _MAX_DETAIL:
        return f"{place} must satisfy its `{fault.validator}`"
    return f"{place} must satisfy `{fault.validator}`: {detail}"
