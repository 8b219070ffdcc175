"""A small code system of diseases, value sets over it and a map, beside each release."""

import pytest

from fhir_kb.definitions import load
from fhir_kb.formats import Json
from fhir_kb.terminology import Terminology

DISEASES: Json = {
    "resourceType": "CodeSystem",
    "url": "https://example.org/diseases",
    "version": "2",
    "name": "Diseases",
    "caseSensitive": False,
    "valueSet": "https://example.org/all-diseases",
    "content": "complete",
    "concept": [
        {
            "code": "blood",
            "display": "Blood disease",
            "concept": [
                {
                    "code": "thalassemia",
                    "display": "Thalassemia",
                    "definition": "Too little globin is made.",
                    "designation": [{"language": "de", "value": "Thalassämie"}],
                    "concept": [{"code": "beta", "display": "Beta thalassemia"}],
                },
                {
                    "code": "myeloma",
                    "display": "Multiple myeloma",
                    "property": [
                        {"code": "stage", "valueString": "III"},
                        {"code": "parent", "valueCode": "cancer"},
                    ],
                },
            ],
        },
        {
            "code": "cancer",
            "display": "Cancer",
            "property": [{"code": "inactive", "valueBoolean": True}],
        },
    ],
}
PARTS: Json = {
    "resourceType": "CodeSystem",
    "url": "https://example.org/parts",
    "hierarchyMeaning": "part-of",
    "content": "fragment",
    "concept": [{"code": "hand", "concept": [{"code": "finger"}]}, {"code": "leg"}],
}
MAP: Json = {
    "resourceType": "ConceptMap",
    "url": "https://example.org/to-snomed",
    "sourceCanonical": "https://example.org/all-diseases",
    "targetUri": "http://snomed.info/sct?fhir_vs",
    "group": [
        {
            "source": "https://example.org/diseases",
            "target": "http://snomed.info/sct",
            "element": [
                {
                    "code": "myeloma",
                    "display": "Multiple myeloma",
                    "target": [
                        {
                            "code": "109989006",
                            "display": "Multiple myeloma (disorder)",
                            "equivalence": "equivalent",
                        },
                        {"code": "109983007", "equivalence": "wider"},
                    ],
                },
                {"code": "blood", "target": [{"equivalence": "unmatched"}]},
            ],
        }
    ],
}
NEWER_MAP: Json = {
    "resourceType": "ConceptMap",
    "url": "https://example.org/to-icd",
    "targetScopeUri": "https://example.org/icd",
    "group": [
        {
            "source": "https://example.org/diseases",
            "target": "http://hl7.org/fhir/sid/icd-10-cm",
            "element": [
                {
                    "code": "beta",
                    "target": [{"code": "D56", "relationship": "source-is-narrower-than-target"}],
                },
                {"code": "blood", "noMap": True},
            ],
        }
    ],
}


@pytest.fixture(scope="session", params=["R4", "R4B", "R5"])
def terminology(request: pytest.FixtureRequest) -> Terminology:
    """The specification's codes and our small ones."""
    return Terminology(load(request.param), [DISEASES, PARTS, MAP, NEWER_MAP])
