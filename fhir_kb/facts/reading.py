"""From authored text to typed facts: first the schema, then the types themselves."""

import difflib
import types
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, NewType, Union, get_args, get_origin

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts.schema import FileKind, authored_name, file_schema, hints
from fhir_kb.facts.values import Written
from fhir_kb.facts.yaml_text import AuthoredText, Path_

FILE_KINDS: tuple[FileKind, ...] = get_args(FileKind)


@cache
def _validator(kind: FileKind) -> Draft202012Validator:
    return Draft202012Validator(file_schema(kind))


def check_against_schema(text: AuthoredText, kind: FileKind) -> None:
    """Refuse a file that its schema does not allow, naming every place with its line."""
    errors = sorted(
        _validator(kind).iter_errors(text.data),
        key=lambda error: [str(step) for step in error.path],
    )
    if errors:
        raise KnowledgeError("\n".join(str(_explained(text, error)) for error in errors))


def _explained(text: AuthoredText, error: ValidationError) -> KnowledgeError:
    """Return the error an author can act on: the innermost one, with what was expected."""
    while error.context:
        error = max(
            error.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "type")
        )
    path = tuple(error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    match error.validator:
        case "additionalProperties":
            known = list(schema.get("properties", {}))
            unknown = next(iter(sorted(set(_keys(error.instance)) - set(known))))
            near = difflib.get_close_matches(unknown, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            return text.error(
                (*path, unknown), f"is not known here{hint} (known: {', '.join(known)})"
            )
        case "pattern" if "examples" in schema:
            wanted = " or ".join(repr(example) for example in schema["examples"])
            return text.error(path, f"{error.instance!r} is not of the form {wanted}")
        case "enum":
            wanted = ", ".join(str(word) for word in schema["enum"])
            return text.error(path, f"{error.instance!r} is not one of {wanted}")
        case _:
            return text.error(path, error.message)


def _keys(instance: Any) -> list[str]:
    return list(instance)


def read_value(kind: Any, value: Any, text: AuthoredText, path: Path_) -> Any:
    """Return the typed value of authored text that its schema allows."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return read_value(
            next(arm for arm in get_args(kind) if arm is not type(None)), value, text, path
        )
    if origin is tuple:
        item = get_args(kind)[0]
        if not isinstance(value, list):
            return (read_value(item, value, text, path),)
        return tuple(read_value(item, part, text, (*path, i)) for i, part in enumerate(value))
    if origin is Literal or kind is str or isinstance(kind, NewType):
        return value
    if kind is int:
        return int(value)
    if issubclass(kind, Written):
        return _written(kind, value, text, path)
    if isinstance(kind, type) and is_dataclass(kind):
        return read_object(kind, value, text, path)
    raise TypeError(f"no reader for {kind!r}")


def _written(kind: type[Written], value: str, text: AuthoredText, path: Path_) -> Written:
    try:
        return kind.parse(value)
    except ValueError as error:
        raise text.error(path, str(error)) from error


def read_object(cls: Any, value: dict[str, Any], text: AuthoredText, path: Path_) -> Any:
    """Return the dataclass that an authored mapping describes."""
    arguments = {}
    for field in fields(cls):
        key = authored_name(field)
        if key in value:
            arguments[field.name] = read_value(
                hints(cls)[field.name], value[key], text, (*path, key)
            )
        elif field.default is MISSING:
            raise text.error(path, f"{key!r} is missing")
    return cls(**arguments)
