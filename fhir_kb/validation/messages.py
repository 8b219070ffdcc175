"""Every message the validator can give: its stable id, severity, FHIR issue type and wording.

https://hl7.org/fhir/R4/valueset-issue-type.html

A message says what is wrong, why, and what would be right. Ids do not change between releases.
"""

from collections.abc import Mapping

from fhir_kb.validation.content_messages import (
    CODE_MESSAGES,
    EXTENSION_MESSAGES,
    INVARIANT_MESSAGES,
    REFERENCE_MESSAGES,
)
from fhir_kb.validation.message import Message
from fhir_kb.validation.profile_messages import PROFILE_MESSAGES
from fhir_kb.validation.resource_messages import (
    AUTHORING_MESSAGES,
    BUNDLE_MESSAGES,
    NARRATIVE_MESSAGES,
)
from fhir_kb.validation.structure_messages import (
    LIMIT_MESSAGES,
    PRIMITIVE_MESSAGES,
    STRUCTURE_MESSAGES,
)

MESSAGES: Mapping[str, Message] = {
    **LIMIT_MESSAGES,
    **STRUCTURE_MESSAGES,
    **PRIMITIVE_MESSAGES,
    **CODE_MESSAGES,
    **REFERENCE_MESSAGES,
    **INVARIANT_MESSAGES,
    **EXTENSION_MESSAGES,
    **NARRATIVE_MESSAGES,
    **BUNDLE_MESSAGES,
    **PROFILE_MESSAGES,
    **AUTHORING_MESSAGES,
}
