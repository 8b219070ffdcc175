"""The published JSON Schema of the authored files, derived from the kinds of fact.

https://json-schema.org/draft/2020-12/schema

YAML is read as text, so every scalar is a string with a pattern; an editor that reads ``62``
as a number is met by allowing numbers where the pattern is numeric.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from inspect import getdoc
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from fhir_kb.facts.code_set import CodeSet, UnitSpelling, Wording
from fhir_kb.facts.criteria import RULE_KINDS
from fhir_kb.facts.fact import InventoryRow
from fhir_kb.facts.kinds import SECTIONS
from fhir_kb.facts.rule import Population, RuleHeader, RuleHook, SourceAttributes
from fhir_kb.facts.source import Concept, NotModelled, Organization, Source
from fhir_kb.facts.values import Written

Schema = dict[str, Any]
FileKind = Literal[
    "drug",
    "study",
    "rule",
    "sources",
    "concepts",
    "code-sets",
    "populations",
    "not-modelled",
]
SLUG: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[a-z0-9]+(?:-[a-z0-9]+)*$",
    "examples": ["multiple-myeloma"],
}
ROW: Mapping[str, Any] = {
    "type": "string",
    "pattern": "^[A-Z]{2}-[0-9]{3}$",
    "examples": ["TH-075"],
}
WHOLE_NUMBER: Mapping[str, Any] = {
    "type": ["string", "integer"],
    "pattern": r"^\d+$",
    "examples": ["62"],
}


def authored_name(field: Field[Any]) -> str:
    """Return the key an author writes: Python's trailing underscore is dropped."""
    return field.name.rstrip("_")


@cache
def hints(cls: Any) -> dict[str, Any]:
    """Return the resolved annotations of a dataclass."""
    return get_type_hints(cls)


def schema_of(kind: Any) -> Schema:
    """Return the schema of a value of this Python type."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return schema_of(next(arm for arm in get_args(kind) if arm is not type(None)))
    if origin is Literal:
        return {"enum": list(get_args(kind))}
    if origin is tuple:
        item = schema_of(get_args(kind)[0])
        return {"anyOf": [{"type": "array", "items": item, "minItems": 1}, item]}
    if isinstance(kind, NewType):
        return {**(ROW if kind is InventoryRow else SLUG), "description": kind.__name__}
    if kind is int:
        return {**WHOLE_NUMBER}
    if kind is str:
        return {"type": ["string", "number"], "minLength": 1}
    if issubclass(kind, Written):
        scalars = ["string", "number"]
        return {"type": scalars, "pattern": f"^(?:{kind.form})$", "examples": list(kind.examples)}
    if is_dataclass(kind) and isinstance(kind, type):
        return {"$ref": f"#/$defs/{kind.__name__}"}
    raise TypeError(f"no schema for {kind!r}")


def _object(cls: type) -> Schema:
    properties = {}
    required = []
    for field in fields(cls):
        key = authored_name(field)
        properties[key] = schema_of(hints(cls)[field.name])
        if field.default is MISSING and field.default_factory is MISSING:
            required.append(key)
    return {
        "type": "object",
        "description": getdoc(cls),
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _definitions(roots: list[type]) -> Schema:
    found: dict[str, Schema] = {}
    waiting = list(roots)
    while waiting:
        cls = waiting.pop()
        if cls.__name__ in found:
            continue
        found[cls.__name__] = _object(cls)
        for hint in hints(cls).values():
            waiting.extend(leaf for leaf in _leaves(hint) if _is_object(leaf))
    return dict(sorted(found.items()))


def _is_object(kind: type) -> bool:
    return is_dataclass(kind) and not issubclass(kind, Written)


def _leaves(hint: Any) -> list[type]:
    arms = get_args(hint)
    if not arms:
        return [hint] if isinstance(hint, type) else []
    return [leaf for arm in arms for leaf in _leaves(arm)]


def _list_of(cls: type) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/$defs/{cls.__name__}"}}


def _file(properties: Schema, required: list[str], roots: list[type]) -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "$defs": _definitions(roots),
    }


@cache
def file_schema(kind: FileKind) -> Schema:
    """Return the JSON Schema of one kind of authored file."""
    slug = {**SLUG}
    sections = {name: _list_of(cls) for name, cls in SECTIONS.items()}
    slugs = {"anyOf": [slug, {"type": "array", "items": slug}]}
    match kind:
        case "drug":
            header: Schema = {"drug": slug, "concept": slug, "source": slug}
            return _file({**header, **sections}, ["drug", "concept"], list(SECTIONS.values()))
        case "study":
            header = {
                "study": slug,
                "title": {"type": "string"},
                "short": {"type": "string"},
                "kind": {"enum": ["single-study", "meta-analysis"]},
                "condition": slug,
                "drugs": slugs,
                "publication": slug,
                "source": slug,
            }
            required = ["study", "title", "short", "kind", "condition", "drugs", "source"]
            return _file({**header, **sections}, required, list(SECTIONS.values()))
        case "sources":
            roots: dict[str, type] = {
                "sources": Source,
                "organizations": Organization,
                "source_details": SECTIONS["source_details"],
            }
            lists = {name: _list_of(cls) for name, cls in roots.items()}
            return _file(lists, ["sources"], list(roots.values()))
        case "rule":
            return _rule_schema(slug)
        case "code-sets":
            lists = {
                "wordings": _list_of(Wording),
                "code_sets": _list_of(CodeSet),
                "units": _list_of(UnitSpelling),
            }
            return _file(lists, ["code_sets"], [CodeSet, UnitSpelling, Wording])
        case "populations":
            header = {"source": slug, "populations": _list_of(Population)}
            return _file(header, ["populations"], [Population])
        case "concepts":
            return _file({"concepts": _list_of(Concept)}, ["concepts"], [Concept])
        case "not-modelled":
            return _file({"not_modelled": _list_of(NotModelled)}, ["not_modelled"], [NotModelled])


def _rule_schema(slug: Schema) -> Schema:
    """Return the schema of a rule: its ``kind`` decides which sections it has."""
    header = _object(RuleHeader)
    header["properties"] |= {"rule": slug, "source": slug, "kind": {"enum": list(RULE_KINDS)}}
    names = sorted({name for sections in RULE_KINDS.values() for name in sections})
    kinds = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {
                "properties": {
                    name: _list_of(sections[name]) if name in sections else False for name in names
                },
                "required": list(sections),
            },
        }
        for kind, sections in RULE_KINDS.items()
    ]
    classes = [cls for sections in RULE_KINDS.values() for cls in sections.values()]
    properties = {**header["properties"], **{name: {"type": "array"} for name in names}}
    schema = _file(
        properties, ["rule", *header["required"]], [RuleHook, SourceAttributes, *classes]
    )
    return {**schema, "allOf": kinds}
