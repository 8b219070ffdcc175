"""That what we publish is valid means something: each profile and code of ours was looked at.

That it is valid is tested in ``test_published``.
"""

from collections.abc import Callable

import pytest

from fhir_kb.formats import Json
from fhir_kb.validation import Issue, Validator
from fhir_kb.validation.profiles import Profiles, open_profiles
from fhir_kb.versions import VERSIONS, Version

NOT_CHECKED = frozenset({"profile-not-known", "profile-not-usable", "profile-not-whole"})


@pytest.fixture(scope="module", params=VERSIONS.values(), ids=VERSIONS)
def version(request: pytest.FixtureRequest) -> Version:
    found: Version = request.param
    return found


@pytest.fixture(scope="module")
def resources(version: Version, published: Callable[[str], list[Json]]) -> list[Json]:
    return published(version.mount)


@pytest.fixture(scope="module")
def profiles(version: Version, resources: list[Json]) -> Profiles:
    """Our profiles and the terminology built from facts, so that our own codes are checked too."""
    return open_profiles(version.definitions, resources=resources)


@pytest.fixture(scope="module")
def issues(version: Version, resources: list[Json], profiles: Profiles) -> list[tuple[str, Issue]]:
    validator = Validator(version.definitions, profiles)
    return [
        (f"{resource['resourceType']}/{resource['id']}", issue)
        for resource in resources
        for issue in validator.validate(resource, mode="strict")
    ]


def test_each_declared_profile_was_checked_as_a_whole(issues: list[tuple[str, Issue]]) -> None:
    """A profile that could not be found or read finds nothing wrong either."""
    assert [(name, issue) for name, issue in issues if issue.message_id in NOT_CHECKED] == []


def test_each_of_our_codes_was_checked(issues: list[tuple[str, Issue]], version: Version) -> None:
    """A value set of ours that is not known would let every code pass."""
    unknown = {
        issue.message
        for _, issue in issues
        if issue.message_id in ("system-not-known", "binding-not-checked")
    }
    own = next(iter(version.profiles)).partition("/StructureDefinition/")[0]
    assert [message for message in unknown if own in message] == []


def test_a_resource_that_leaves_its_profile_is_found(
    version: Version, resources: list[Json], profiles: Profiles
) -> None:
    """All of these would pass as well if profiles were never looked at."""
    found: set[str] = set()
    validator = Validator(version.definitions, profiles)
    for resource in resources:
        if resource["resourceType"] == "DocumentReference":
            changed = {key: value for key, value in resource.items() if key != "identifier"}
            found.update(issue.message_id for issue in validator.validate(changed))
            break
    assert "profile-min" in found
