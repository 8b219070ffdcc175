"""Extension definitions and their rows.

https://hl7.org/fhir/R4/defining-extensions.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fhir_kb.definitions.model import Constraint, Element
from fhir_kb.definitions.type_rows import (
    decode_constraints,
    decode_element,
    encode_constraint,
    encode_element,
)

Row = list[Any]


@dataclass(frozen=True, slots=True)
class ExtensionContext:
    """Where an extension may stand.

    ``type`` says how to read ``expression``: element (a path or a type name), extension (the URL
    of another extension) or fhirpath.
    """

    type: str
    expression: str


@dataclass(frozen=True, slots=True)
class ExtensionDefinition:
    """An extension, or one of the extensions inside it.

    ``min`` and ``max`` are its cardinality where it stands; ``max`` is None for ``*``.
    ``value`` is None when the extension has other extensions in place of a value. Then
    ``extensions`` holds them by their ``url``.
    """

    url: str
    min: int
    max: int | None
    modifier: bool
    value: Element | None
    extensions: Mapping[str, "ExtensionDefinition"] = field(default_factory=dict)
    contexts: tuple[ExtensionContext, ...] = ()
    context_invariants: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()


def encode_extension(definition: ExtensionDefinition) -> Row:
    """Return the row of ``definition``."""
    return [
        definition.min,
        definition.max,
        int(definition.modifier),
        encode_element(definition.value) if definition.value else None,
        {url: encode_extension(each) for url, each in definition.extensions.items()},
        [[each.type, each.expression] for each in definition.contexts],
        list(definition.context_invariants),
        [encode_constraint(each) for each in definition.constraints],
    ]


def decode_extension(url: str, row: Row) -> ExtensionDefinition:
    """Return the extension ``url`` from its ``row``."""
    min, max, modifier, value, extensions, contexts, invariants, constraints = row
    return ExtensionDefinition(
        url=url,
        min=min,
        max=max,
        modifier=bool(modifier),
        value=decode_element("Extension", value) if value else None,
        extensions={inner: decode_extension(inner, each) for inner, each in extensions.items()},
        contexts=tuple(ExtensionContext(*each) for each in contexts),
        context_invariants=tuple(invariants),
        constraints=decode_constraints(constraints),
    )
