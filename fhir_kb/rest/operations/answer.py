"""A Parameters resource as an answer.

https://hl7.org/fhir/R4/parameters.html
"""

from collections.abc import Iterable
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.rest.message import Response


def parameter(name: str, kind: str, value: Any) -> Json | None:
    """Return a parameter with a value of a FHIR type, or None for a value that is None."""
    return None if value is None else {"name": name, f"value{kind}": value}


def parts(name: str, *inside: Json | None) -> Json:
    """Return a parameter made of parts; a part that is None is left out."""
    return {"name": name, "part": [part for part in inside if part is not None]}


def parameters(rows: Iterable[Json | None]) -> Response:
    """Return the answer made of these parameters; one that is None is left out."""
    content = [row for row in rows if row is not None]
    return Response(200, write_json({"resourceType": "Parameters", "parameter": content}))
