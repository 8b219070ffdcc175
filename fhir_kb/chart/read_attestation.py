"""What the prescriber attests on a German prescription of a teratogenic medicine (T-Rezept).

https://github.com/gematik/spec-erp-t-prescription; the two extensions say the same, the first as
it is prescribed, the second as it is reported.
"""

from fhir_kb.chart.elements import extension
from fhir_kb.formats import Json

_FORMS = (
    ("https://fhir.kbv.de/StructureDefinition/KBV_EX_ERP_Teratogenic", "GebaerfaehigeFrau"),
    (
        "https://gematik.de/fhir/epa-medication/StructureDefinition/teratogenic-extension",
        "childbearing-potential",
    ),
)


def attests_childbearing_potential(order: Json) -> bool:
    """Return whether an order says that the patient is a woman who can become pregnant.

    That it says the contrary is not enough to drop a precaution, and reads as saying nothing.
    """
    return any(
        extension(extension(order, whole), part).get("valueBoolean") is True
        for whole, part in _FORMS
    )
