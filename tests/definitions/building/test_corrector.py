"""Applying the corrections."""

import pytest

from fhir_kb.definitions.building.corrector import Corrector
from fhir_kb.errors import FhirKbError

QUE_12 = "enableWhen.count() > 2 implies enableBehavior.exists()"


def test_a_published_text_is_replaced_under_its_key() -> None:
    assert (
        Corrector().expression("que-12", QUE_12)
    ) == "enableWhen.count() > 1 implies enableBehavior.exists()"


def test_another_text_or_another_key_is_left_alone() -> None:
    """A release that has mended its text keeps it."""
    assert Corrector().expression("que-12", "true") == "true"
    assert Corrector().expression("que-13", QUE_12) == QUE_12


def test_a_row_for_every_constraint_needs_no_key() -> None:
    corrected = Corrector().expression("xyz-0", "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')")
    assert corrected.startswith("name.exists() implies")


def test_a_row_that_was_never_met_is_refused() -> None:
    """A correction of a text that nobody publishes any more would mislead its readers."""
    with pytest.raises(FhirKbError, match="que-12"):
        Corrector().require_all_met()
