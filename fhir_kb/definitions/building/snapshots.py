"""The published snapshots of types, as far as profiles of ours are made of them.

https://hl7.org/fhir/R4/profiling.html#snapshot

All words are kept; links in them that lead on within the specification are written in full. Left
out are the mappings to other standards, and the marks that tell of the specification's own making:
how normative an element is, and how its code was generated.
"""

import re
from collections.abc import Iterable

from fhir_kb.definitions.building.types import STRUCTURE_DEFINITION
from fhir_kb.formats import Json

NARROWED = frozenset(
    {
        "AdverseEvent",
        "Citation",
        "ClinicalUseDefinition",
        "DetectedIssue",
        "DocumentReference",
        "EffectEvidenceSynthesis",
        "Evidence",
        "EvidenceVariable",
        "Group",
        "Library",
        "Medication",
        "MedicationKnowledge",
        "Observation",
        "Organization",
        "PlanDefinition",
        "Provenance",
        "ResearchStudy",
    }
)
"""The resource types that our profiles narrow, in any release."""

_OF_THE_SPECIFICATION_ALONE = (
    STRUCTURE_DEFINITION + "elementdefinition-isCommonBinding",
    STRUCTURE_DEFINITION + "structuredefinition-explicit-type-name",
    STRUCTURE_DEFINITION + "structuredefinition-normative-version",
    STRUCTURE_DEFINITION + "structuredefinition-standards-status",
    "http://hl7.org/fhir/build/",
    "http://hl7.org/fhir/tools/",
)
"""How the URLs of extensions begin that no profile inherits."""

_MARKDOWN = ("definition", "comment", "requirements")
_PAGE = re.compile(r"\]\((?=[\w.-]+\.html)")
"""Where a link to a page of the specification (``[…](extensibility.html#…)``) begins."""


def snapshots(structures: Iterable[Json], pages: str) -> dict[str, list[Json]]:
    """Return the elements of each type in its snapshot, by the type's name in alphabetical order.

    These are all data types and abstract types, and the resources in ``NARROWED``. ``pages`` is
    the URL that the release's pages are under.
    """
    found = {
        each["type"]: [_element(element, pages) for element in each["snapshot"]["element"]]
        for each in structures
        if _is_wanted(each)
    }
    return dict(sorted(found.items()))


def _is_wanted(structure: Json) -> bool:
    if structure["kind"] == "logical" or structure.get("derivation") == "constraint":
        return False
    return structure["kind"] != "resource" or structure["abstract"] or structure["type"] in NARROWED


def _element(element: Json, pages: str) -> Json:
    kept = _inherited(element)
    kept.pop("mapping", None)
    kept |= {key: _PAGE.sub(f"]({pages}", kept[key]) for key in _MARKDOWN if key in kept}
    if "binding" in kept:
        kept["binding"] = _inherited(kept["binding"])
    if "constraint" in kept:
        kept["constraint"] = [_with_source(each, element) for each in kept["constraint"]]
    return kept


def _inherited(content: Json) -> Json:
    """Return the content without the extensions that are no business of a profile."""
    published: list[Json] = content.get("extension", [])
    kept = [each for each in published if not _is_of_the_specification(each)]
    # R5 publishes some twice.
    extensions = [each for index, each in enumerate(kept) if each not in kept[:index]]
    others = {key: value for key, value in content.items() if key != "extension"}
    return {"extension": extensions, **others} if extensions else others


def _is_of_the_specification(extension: Json) -> bool:
    url: str = extension["url"]
    return url.startswith(_OF_THE_SPECIFICATION_ALONE)


def _with_source(constraint: Json, element: Json) -> Json:
    """Return the constraint with the URL of the type that states it, which R4 often leaves out."""
    owner = element["base"]["path"].partition(".")[0]
    return {**constraint, "source": constraint.get("source", STRUCTURE_DEFINITION + owner)}
