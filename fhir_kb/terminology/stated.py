"""What a terminology resource must say: an extension may stand where a value should.

https://hl7.org/fhir/R4/element.html
"""

from fhir_kb.errors import InvalidParameter
from fhir_kb.formats import Json


def stated(element: Json, name: str, owner: str) -> str:
    """Return the text of an element; refuse (InvalidParameter) ``owner`` where there is none."""
    value = element.get(name)
    if not isinstance(value, str):
        raise InvalidParameter(f"{owner} has an entry without {name}, so it cannot be used")
    return value
