"""Patient: birth and sex.

https://hl7.org/fhir/R4/patient.html. R4 and R5 write both alike. Gender is administrative; the
sex for clinical use (R5's extension) and US Core's sex come first, and where they contradict
each other the sex is not known.
"""

from fhir_kb.chart.chart import Origin, Patient, Sex
from fhir_kb.chart.elements import codes, extension, one, text
from fhir_kb.chart.reader import Reader
from fhir_kb.formats import Json

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
_CLINICAL_USE = "http://hl7.org/fhir/StructureDefinition/patient-sexParameterForClinicalUse"
_SEXES: dict[str, Sex] = {
    "female": "female",
    "F": "female",
    "248152002": "female",
    "female-typical": "female",
    "male": "male",
    "M": "male",
    "248153007": "male",
    "male-typical": "male",
}


def read_patient(reader: Reader, resource: Json, origin: Origin) -> Patient:
    """Return the patient; ``fault`` when it is not the one of the call."""
    recorded = _recorded(resource)
    gender = _SEXES.get(text(resource.get("gender")), "unknown")
    wrong = "" if text(resource.get("id")) == reader.patient_id else "it is another patient's"
    return Patient(
        origin=origin,
        birth=reader.when(resource.get("birthDate")),
        sex=_agreed(recorded) if recorded else gender,
        sex_from="sex" if recorded else "nothing" if gender == "unknown" else "gender",
        fault=wrong or reader.fault(resource),
    )


def _agreed(recorded: set[Sex]) -> Sex:
    return next(iter(recorded)) if len(recorded) == 1 else "unknown"


def _recorded(resource: Json) -> set[Sex]:
    """Return the sexes that extensions record, those that say nothing left out."""
    clinical = extension(resource, _CLINICAL_USE)
    plain = extension(resource, f"{_US_CORE}/us-core-sex")
    said = {
        text(extension(resource, f"{_US_CORE}/us-core-birthsex").get("valueCode")),
        text(plain.get("valueCode")),
        text(one(plain.get("valueCoding")).get("code")),
        *codes(extension(clinical, "value").get("valueCodeableConcept")),
    }
    return {_SEXES[code] for code in said if code in _SEXES}
