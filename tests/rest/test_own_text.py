"""What the server holds it can also give, however large it came to be.

https://hl7.org/fhir/R4/json.html
"""

import pytest

from fhir_kb.errors import TooLarge
from fhir_kb.formats.json import read_json
from fhir_kb.formats.text import BYTES_MAX, DEPTH_MAX
from fhir_kb.rest.own_text import read_own

LARGE = b'{"a":"' + b"x" * BYTES_MAX + b'"}'
DEEP = b'{"a":' * (DEPTH_MAX + 5) + b"1" + b"}" * (DEPTH_MAX + 5)


@pytest.mark.parametrize("body", [LARGE, DEEP], ids=["large", "deep"])
def test_the_bounds_for_bodies_from_outside_do_not_hold_for_our_own(body: bytes) -> None:
    """A Bundle of large resources is written in XML too."""
    assert read_own(body).keys() == {"a"}
    with pytest.raises(TooLarge):
        read_json(body)
