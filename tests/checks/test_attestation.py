"""What a prescriber attests on the order keeps precautions; it never drops one."""

from typing import Any

import pytest
from charts import LENALIDOMIDE_25, ask, found, order, patient, procedure, quantity

from fhir_kb.formats import Json

KBV = ("https://fhir.kbv.de/StructureDefinition/KBV_EX_ERP_Teratogenic", "GebaerfaehigeFrau")
GEMATIK = (
    "https://gematik.de/fhir/epa-medication/StructureDefinition/teratogenic-extension",
    "childbearing-potential",
)
DAYS_84 = {"expectedSupplyDuration": quantity(84, "d"), "numberOfRepeatsAllowed": 0}
HYSTERECTOMY = procedure("236886002")


def attested(form: tuple[str, str], value: object) -> Json:
    part = {"url": form[1], "valueBoolean": value}
    whole = {"url": form[0], "extension": [{"url": "Off-Label", "valueBoolean": True}, part]}
    return order(LENALIDOMIDE_25, dispenseRequest=DAYS_84, extension=[whole])


@pytest.mark.parametrize("form", [KBV, GEMATIK])
@pytest.mark.parametrize(
    ("person", "done"), [(patient(), [HYSTERECTOMY]), (patient(gender="male"), [])]
)
def test_who_is_attested_to_become_pregnant_has_the_shorter_limit(
    form: tuple[str, str], person: Json, done: list[Any]
) -> None:
    """The record may be another's or wrong; the prescriber has just spoken with the patient."""
    for value, expected in ((True, ["de-can-become-pregnant"]), (False, [])):
        result = ask(
            "supply", [attested(form, value)], jurisdiction="DE", patient=person, procedures=done
        )
        assert found(result) == expected


@pytest.mark.parametrize("value", [False, None, "false", 0])
def test_an_attestation_drops_no_precaution(value: object) -> None:
    """A wrong tick must not double the supply of a woman who can become pregnant."""
    result = ask("supply", [attested(KBV, value)], jurisdiction="DE")
    assert found(result) == ["de-can-become-pregnant"]


def test_an_extension_of_another_kind_attests_nothing() -> None:
    """The part is known by the whole that it stands in."""
    strange = attested(("https://example.org/other", KBV[1]), True)
    result = ask("supply", [strange], jurisdiction="DE", procedures=[HYSTERECTOMY])
    assert found(result) == []
