"""The strict JSON Schemas: ``/schema/r5/MedicationKnowledge.json``.

https://json-schema.org/draft-07
"""

from functools import lru_cache

from flask import Blueprint, Response

from fhir_kb.errors import UnknownType
from fhir_kb.formats.json import write_json
from fhir_kb.validation.json_schema import resource_schema
from fhir_kb.versions import VERSIONS

blueprint = Blueprint("schema", __name__)


@blueprint.get("/schema/<mount>/<type>.json")
def schema(mount: str, type: str) -> Response:
    """Answer with the schema of a resource type; refuse a version or type that does not exist."""
    if mount not in VERSIONS:
        raise UnknownType(f"There are no schemas of {mount!r}; there are {', '.join(VERSIONS)}")
    reply = Response(_text(mount, type), mimetype="application/schema+json")
    reply.headers["Cache-Control"] = "public, max-age=86400"
    reply.headers["Access-Control-Allow-Origin"] = "*"
    return reply


@lru_cache(maxsize=16)
def _text(mount: str, type: str) -> bytes:
    return write_json(resource_schema(VERSIONS[mount].definitions, type))
