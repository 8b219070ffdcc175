"""What every reader needs: the vocabulary, other resources to follow references to, faults.

https://hl7.org/fhir/R4/safety.html, https://hl7.org/fhir/R4/extensibility.html#modifierExtension
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal

from fhir_kb.chart.chart import Measure, Origin
from fhir_kb.chart.elements import Terms, codes, is_modified, number, one, text
from fhir_kb.chart.recognition import Recognition
from fhir_kb.chart.vocabulary import Vocabulary
from fhir_kb.chart.when import When, read_when
from fhir_kb.facts.code_set import CategoryName
from fhir_kb.formats import Json

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_ANNOTATION = re.compile(r"\{[^}]*\}")
_POWER = re.compile(r"^10[*^](\d+)")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LONGEST = 16
"""Characters of a figure that are shown as they were written."""
_COMPARATORS = {"<": "< ", "<=": "≤ ", ">": "> ", ">=": "≥ "}
ENTERED_IN_ERROR = "entered in error"
"""The fault of a record that says so of itself."""


@dataclass(frozen=True)
class Reader:
    """The surroundings in which one request's resources are read.

    ``resources`` are all resources of the request by ``Type/id`` and by fullUrl. What was
    understood once is remembered as long as this request lasts: a chart repeats its codes, days
    and units.
    """

    vocabulary: Vocabulary
    patient_id: str
    zone: tzinfo
    resources: Mapping[str, Json] = field(default_factory=dict)
    _recognised: dict[tuple[Terms, tuple[CategoryName, ...]], Recognition] = field(
        default_factory=dict, repr=False
    )
    _dates: dict[str, When | None] = field(default_factory=dict, repr=False)
    _units: dict[tuple[str, str, str], tuple[str | None, str]] = field(
        default_factory=dict, repr=False
    )

    def recognise(self, terms: Terms, *categories: CategoryName) -> Recognition:
        """Return what a record of these categories is."""
        key = terms, categories
        if key not in self._recognised:
            self._recognised[key] = self.vocabulary.recognise(terms, *categories)
        return self._recognised[key]

    def fault(self, resource: Json) -> str:
        """Return why a resource must not be used, or an empty string."""
        if "entered-in-error" in {text(resource.get("status"))} | codes(
            resource.get("verificationStatus")
        ):
            return ENTERED_IN_ERROR
        if is_modified(resource):
            return "it has a modifier extension that is not known here"
        if resource.get("implicitRules"):
            return "it follows implicit rules that are not known here"
        return ""

    def belongs(self, resource: Json) -> bool | None:
        """Return whether a resource is of this patient; None when it names no patient."""
        named = resource.get("subject") or resource.get("patient")
        target = text(one(named).get("reference"))
        if not target:
            return None
        found = self.resources.get(target, {})
        if found.get("resourceType") == "Patient":
            return text(found.get("id")) == self.patient_id
        return tail(target) == f"Patient/{self.patient_id}"

    def resolve(self, reference: object, within: Json) -> Json:
        """Return the resource that a reference leads to, contained ones first, or {}."""
        target = text(one(reference).get("reference"))
        if target.startswith("#"):
            contained = within.get("contained")
            found = (
                part
                for part in (contained if isinstance(contained, list) else [])
                if isinstance(part, dict) and part.get("id") == target[1:]
            )
            return next(found, {})
        return self.resources.get(target) or self.resources.get(tail(target), {})

    def when(self, value: object) -> When | None:
        """Return what a date or time element means."""
        written = text(value)
        if written not in self._dates:
            self._dates[written] = read_when(written, self.zone)
        return self._dates[written]

    def period(self, value: object, end: str = "start") -> When | None:
        """Return one end of a Period."""
        return self.when(one(value).get(end))

    def measure(self, quantity: Json) -> Measure | None:
        """Return the value of a Quantity, or None when it has none."""
        value = number(quantity.get("value"))
        if value is None:
            return None
        unit, plain = self._unit(quantity)
        comparator = text(quantity.get("comparator"))
        low: Decimal | None = None if comparator in ("<", "<=") else value
        high: Decimal | None = None if comparator in (">", ">=", "ad") else value
        written = str(value) if len(str(value)) <= _LONGEST else f"{value:.3E}"
        shown = f"{_COMPARATORS.get(comparator, '')}{written} {plain}".strip()
        return Measure(low, high, unit, shown)

    def _unit(self, quantity: Json) -> tuple[str | None, str]:
        """Return the UCUM code of a Quantity's unit, and how it is shown."""
        key = text(quantity.get("system")), text(quantity.get("code")), text(quantity.get("unit"))
        if key not in self._units:
            unit = self.vocabulary.unit(*key)
            self._units[key] = unit, "(unit not known)" if unit is None else _shown(unit)
        return self._units[key]


def origin_of(resource: Json, place: str, position: int) -> Origin:
    """Return where a resource was found; an id that FHIR does not allow is not repeated."""
    type, id = text(resource.get("resourceType")), text(resource.get("id"))
    known = f"{type}/{id}" if _ID.fullmatch(id) else f"{type} (entry {position})"
    return Origin(place, known)


def tail(reference: str) -> str:
    """Return ``Type/id`` of a reference of any length, without a version."""
    parts = reference.partition("/_history/")[0].rstrip("/").split("/")
    return "/".join(parts[-2:])


def _shown(unit: str) -> str:
    """Return a unit for reading: ``× 10⁹/L``; what is in braces may be anything and is left out."""
    plain = _ANNOTATION.sub("", unit).replace("uL", "µL")
    return _POWER.sub(lambda power: f"× 10{power[1].translate(_RAISED)}", plain)
