"""Every operation that is answered here: routing and the CapabilityStatement are made from it.

https://hl7.org/fhir/R4/operations.html
"""

from collections.abc import Iterable, Iterator

from fhir_kb.formats import Json
from fhir_kb.rest import validate
from fhir_kb.rest.operations import (
    convert,
    everything,
    expand,
    export,
    lookup,
    meta,
    meta_change,
    subsumes,
    translate,
    validate_code,
    versions,
)
from fhir_kb.rest.operations.operation import EVERY_TYPE, Handler, Operation

_UNTOLD = (
    "What cannot be told from what is held is refused, with not-found or too-costly; false is "
    "said only of a code that is known to be wrong."
)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "everything",
        everything.DEFINITION,
        on_instance=everything.everything,
        types=("MedicationKnowledge",),
        documentation="A medicine with its events, studies, evidence and sources, in pages.",
    ),
    Operation(
        "meta",
        meta.DEFINITION,
        on_system=meta.meta_of_system,
        on_type=meta.meta_of_type,
        on_instance=meta.meta_of_instance,
    ),
    Operation(
        "convert",
        convert.DEFINITION,
        on_system=convert.convert_resource,
        methods=("POST",),
        documentation="From the version that Content-Type names (fhirVersion=5.0) to this "
        "endpoint's: MedicationKnowledge, AdverseEvent and ResearchStudy.",
    ),
    Operation(
        "export",
        export.DEFINITION,
        on_system=export.kick_off,
        documentation="Bulk Data 2.0 with Prefer: respond-async; _outputFormat, _since, _type, "
        "_typeFilter and _elements. Other parameters are refused, or left out and told with "
        "handling=lenient.",
    ),
    Operation(
        "lookup",
        lookup.DEFINITION,
        on_type=lookup.lookup_type,
        on_instance=lookup.lookup_instance,
        types=("CodeSystem",),
        documentation="Our own code systems, and those of the specification and of HL7 Terminology "
        "that are held whole. What is not held is refused with not-found.",
    ),
    Operation(
        "subsumes",
        subsumes.DEFINITION,
        on_type=subsumes.subsumes_type,
        on_instance=subsumes.subsumes_instance,
        types=("CodeSystem",),
    ),
    Operation(
        "validate-code",
        validate_code.IN_SYSTEM,
        on_type=validate_code.in_system_type,
        on_instance=validate_code.in_system_instance,
        types=("CodeSystem",),
        documentation=_UNTOLD,
    ),
    Operation(
        "validate-code",
        validate_code.IN_VALUE_SET,
        on_type=validate_code.in_value_set_type,
        on_instance=validate_code.in_value_set_instance,
        types=("ValueSet",),
        documentation=_UNTOLD,
    ),
    Operation(
        "expand",
        expand.DEFINITION,
        on_type=expand.expand_type,
        on_instance=expand.expand_instance,
        types=("ValueSet",),
        documentation="Flat, with offset and count. A value set with codes of a system that is not "
        "held whole is refused with too-costly: half an expansion would look like all of it. So "
        "is, with not-found, one with codes of a version of a system that is not held.",
    ),
    Operation(
        "translate",
        translate.DEFINITION,
        on_type=translate.translate_type,
        on_instance=translate.translate_instance,
        types=("ConceptMap",),
        documentation="Of several versions of a map, url|version or conceptMapVersion names one; "
        "without them the latest written is meant.",
    ),
    Operation(
        "meta-add",
        meta_change.ADD,
        on_instance=meta_change.add_meta,
        methods=("POST",),
        writes=True,
    ),
    Operation(
        "meta-delete",
        meta_change.DELETE,
        on_instance=meta_change.delete_meta,
        methods=("POST",),
        writes=True,
    ),
    Operation("versions", versions.DEFINITION, on_system=versions.versions),
    Operation(
        "validate",
        validate.DEFINITION,
        on_type=validate.validate_type,
        methods=("POST",),
        documentation="On every resource type of this version and on every stored instance. mode "
        "takes structure, standard and strict too: how far the validator looks.",
    ),
    Operation("validate", validate.DEFINITION, on_instance=validate.validate_instance),
)


Methods = dict[str, Handler]


def operation_routes() -> Iterator[tuple[tuple[str, ...], Methods, Methods]]:
    """Yield the path of each operation, with arguments in braces, and what each method does.

    The last are the methods that there are only where clients may write.
    """
    for operation in OPERATIONS:
        name = f"${operation.name}"
        places: list[tuple[Handler | None, tuple[str, ...]]] = [(operation.on_system, (name,))]
        for type in operation.types:
            places.append((operation.on_type, (type, name)))
            places.append((operation.on_instance, (type, "{id}", name)))
        for handler, path in places:
            if handler is not None:
                methods = dict.fromkeys(operation.methods, handler)
                yield (path, {}, methods) if operation.writes else (path, methods, {})


def operations_of_type(type: str, *, writes: bool) -> list[Json]:
    """Return what the CapabilityStatement says of the operations of a resource type.

    ``writes`` says whether clients may write.
    """
    return _told(
        operation
        for operation in OPERATIONS
        if operation.stands_on(type) and (writes or not operation.writes)
    )


def operations_of_system(*, writes: bool) -> list[Json]:
    """Return what it says of those of the system, and of those that stand on every type."""
    return _told(
        operation
        for operation in OPERATIONS
        if (operation.on_system is not None or EVERY_TYPE in operation.types)
        and (writes or not operation.writes)
    )


def _told(operations: Iterable[Operation]) -> list[Json]:
    rows: dict[str, Json] = {}
    for operation in operations:
        row = rows.setdefault(
            operation.name, {"name": operation.name, "definition": operation.definition}
        )
        if operation.documentation:
            row["documentation"] = operation.documentation
    return [rows[name] for name in sorted(rows)]
