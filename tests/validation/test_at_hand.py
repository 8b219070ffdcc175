"""Our profiles are at hand wherever something is validated."""

import pytest

from fhir_kb.errors import UnknownResource
from fhir_kb.settings import CANONICAL
from fhir_kb.validation.at_hand import FOLDERS, conformance_at_hand
from fhir_kb.versions import VERSIONS


def test_the_folders_are_those_of_the_versions() -> None:
    """Said twice so that ``fhir-kb validate`` starts quickly; it must not drift apart."""
    assert {version.name: version.profile_folders for version in VERSIONS.values()} == FOLDERS


@pytest.mark.parametrize("release", FOLDERS)
def test_our_profiles_and_extensions_are_known(release: str) -> None:
    conformance = conformance_at_hand(release)
    assert conformance.profile(f"{CANONICAL}/StructureDefinition/kb-medication-knowledge")
    assert conformance.extension(f"{CANONICAL}/StructureDefinition/fact-source")
    assert conformance.code_system(f"{CANONICAL}/CodeSystem/content-kind")


def test_a_package_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownResource, match="no package 'nowhere'"):
        conformance_at_hand("R4", ["nowhere"])
