"""What a card is about: a theme of the rules, or one of two that the service adds.

https://cds-hooks.hl7.org/2.0/#source
"""

from fhir_kb.formats import Json
from fhir_kb.resources.datatypes import coding
from fhir_kb.settings import CANONICAL

NOT_CHECKED, FURTHER = "not-checked", "further"
_SYSTEM = f"{CANONICAL}/CodeSystem/rule-theme"
_TEXTS = {NOT_CHECKED: "Not checked", FURTHER: "Further points"}


def theme_coding(theme: str) -> Json:
    """Return the topic of a card."""
    return coding(_SYSTEM, theme, _TEXTS.get(theme, theme.replace("-", " ").capitalize()))
