"""What a body lacks, told by place and expectation; nothing of what was there is repeated.

https://json-schema.org/draft/2020-12/json-schema-validation
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from fhir_kb.errors import RequestError

_KINDS = {"object": "an object", "array": "an array", "string": "a string"}
_WANTED: Mapping[str, Callable[[Any], str]] = {
    "type": lambda kind: f"be {_KINDS[kind]}",
    "const": lambda value: f"be {value!r}",
    "enum": lambda values: f"be one of {', '.join(map(repr, values))}",
    "minLength": lambda _: "not be empty",
    "minItems": lambda _: "not be empty",
    "maxLength": lambda number: f"have at most {number} characters",
    "maxItems": lambda number: f"have at most {number} entries",
}


def check(validator: Draft202012Validator, value: Any, path: tuple[str, ...]) -> None:
    """Refuse (RequestError) a value that is not of its schema; ``path`` is where it stands."""
    error = best_match(validator.iter_errors(value))
    if error is not None:
        raise _refusal(error, path)


def without_nulls(value: Any) -> Any:
    """Return a value without members that are null: a way to say nothing that clients have."""
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [without_nulls(part) for part in value]
    return value


def _refusal(error: ValidationError, path: tuple[str, ...]) -> RequestError:
    kind = str(error.validator)
    expected: Any = error.validator_value
    found: Any = error.instance
    where = _path([*path, *error.absolute_path])
    if kind == "required":
        missing = next(name for name in expected if name not in found)
        place = f"{where}.{missing}" if where else missing
        return RequestError(f"{place} is missing; it is required", expression=place)
    wanted = _WANTED[kind](expected)
    return RequestError(f"{where or 'the body'} must {wanted}", expression=where or None)


def _path(steps: Iterable[str | int]) -> str:
    """Return a place as FHIRPath writes it: ``feedback[0].card``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")
