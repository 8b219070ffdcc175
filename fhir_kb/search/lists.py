"""``_list``: membership in a List resource of this server.

https://hl7.org/fhir/R4/search.html#list
"""

from pyroaring import FrozenBitMap

from fhir_kb.errors import InvalidParameter
from fhir_kb.search.escapes import unescape
from fhir_kb.search.question import NO_ROWS, Question
from fhir_kb.search.table import LIST
from fhir_kb.store.interface import Rows

_TYPE = "List"
_ITEM = "item"


def match(question: Question, value: str) -> Rows:
    """Return the rows of the resources that a List names; one that is not there names none.

    Refuses a functional list (``$current-allergies``), which needs a patient's record.
    """
    id = unescape(value).removeprefix(f"{_TYPE}/")
    if id.startswith("$"):
        raise InvalidParameter(
            f"{LIST}={id[:64]}: functional lists are not kept here; name a List by its id",
            expression=LIST,
        )
    row = question.index.row(_TYPE, id)
    if row is None:
        return NO_ROWS
    members = (
        question.index.row(question.type, link.id)
        for link in question.index.links(row)
        if link.parameter == _ITEM and link.type == question.type and link.id
    )
    return FrozenBitMap(member for member in members if member is not None)
