"""Whether the body of a call is well-formed FHIR: what an operation reads has the form it expects.

https://hl7.org/fhir/R4/http.html#Status-Codes
"""

from fhir_kb.definitions import Definitions
from fhir_kb.errors import MalformedContent
from fhir_kb.formats import Json
from fhir_kb.rest.validate import LIMITS
from fhir_kb.validation import Validator
from fhir_kb.validation.validator import SPECIFICATION_ONLY


def check_sound(operation: str, resource: Json, definitions: Definitions) -> None:
    """Refuse (MalformedContent) a body that is not of its type's form, with the first place."""
    validator = Validator(definitions, SPECIFICATION_ONLY)
    issues = validator.validate(resource, mode="structure", limits=LIMITS)
    wrong = [issue for issue in issues if issue.is_error]
    if not wrong:
        return
    first, more = wrong[0], len(wrong) - 1
    place = f" at {first.expression}" if first.expression else ""
    others = f", and {more} more; $validate tells all" if more else ""
    raise MalformedContent(
        f"The body of {operation} is no well-formed FHIR {definitions.name}: "
        f"{first.message}{place}{others}",
        expression=first.expression or None,
    )
