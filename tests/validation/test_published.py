"""What we publish is valid in strict mode, against FHIR and against our own profiles."""

from collections.abc import Callable

import pytest

from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.validation import Validator
from fhir_kb.validation.profiles import open_profiles
from fhir_kb.versions import VERSIONS


@pytest.mark.parametrize("mount", VERSIONS)
def test_no_error_and_no_warning(mount: str, published: Callable[[str], list[Json]]) -> None:
    """Who sells a validator lets it judge himself first."""
    definitions, resources = VERSIONS[mount].definitions, published(mount)
    validator = Validator(definitions, open_profiles(definitions, resources=resources))
    found = [
        f"{resource['resourceType']}/{resource['id']} {issue.expression}: {issue.message}"
        for resource in resources
        for issue in validator.validate(write_json(resource), mode="strict")
        if issue.severity != "information"
    ]
    assert found == []
