"""A small world of resources in each version, and a way to ask it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fhir_kb.definitions import SearchParameter, load
from fhir_kb.formats import Json
from fhir_kb.search import Indexer, SearchResult, SearchTable, search, search_table
from fhir_kb.search.table import Family
from fhir_kb.store import Entry, Snapshot, StoredResource, in_row_order, write_snapshot
from fhir_kb.store.interface import Store
from fhir_kb.versions import VERSIONS

TYPES = ("AdverseEvent", "Group", "ResearchStudy", "PlanDefinition", "Organization", "List")
EXTENSION = "http://example.org/extension/"


def own_parameter(type: str, code: str, kind: str, value: str) -> SearchParameter:
    expression = f"{type}.extension.where(url = '{EXTENSION}{code}').value.ofType({value})"
    return SearchParameter(code, f"http://example.org/{type}-{code}", kind, expression)


OWN = {
    "AdverseEvent": [
        own_parameter("AdverseEvent", "frequency", "number", "decimal"),
        own_parameter("AdverseEvent", "ratio", "number", "Ratio"),
        own_parameter("AdverseEvent", "dose", "quantity", "Quantity"),
        own_parameter("AdverseEvent", "age", "quantity", "Range"),
        own_parameter("AdverseEvent", "onset", "date", "Period"),
        own_parameter("AdverseEvent", "comment", "string", "string"),
        own_parameter("AdverseEvent", "page", "uri", "uri"),
    ]
}

VALUE_SETS = {"http://example.org/clots": frozenset({("http://s", "dvt"), ("http://s", "pe")})}

PARENTS = {"dvt": "clot", "pe": "clot", "clot": "event", "rash": "event"}


def lineage(store: Store, system: str, code: str, *, upwards: bool) -> Family | None:
    """Know one small system whole, and of another one code."""
    if system == "http://part":
        return Family(frozenset(), complete=False)
    if system != "http://s":
        return None
    found = {code} & {*PARENTS, *PARENTS.values()}
    while True:
        more = (
            {PARENTS[c] for c in found & {*PARENTS}}
            if upwards
            else {child for child, parent in PARENTS.items() if parent in found}
        )
        if more <= found:
            return Family(frozenset(found), complete=True)
        found |= more


@dataclass(frozen=True)
class World:
    store: Snapshot = field(repr=False)
    table: SearchTable = field(repr=False)

    def search(self, type: str, *pairs: tuple[str, str], **options: Any) -> SearchResult:
        return search(self.store, self.table, type, pairs, **options)

    def ids(self, type: str, *pairs: tuple[str, str], **options: Any) -> list[str]:
        """Return the ids of the matches in their order."""
        return [match.id for match in self.search(type, *pairs, **options).matches]

    def found(self, type: str, *pairs: tuple[str, str], **options: Any) -> set[str]:
        """Return the ids of the matches; refuse warnings, which would hide a typing error."""
        result = self.search(type, *pairs, **options)
        assert not result.warnings
        return {match.id for match in result.matches}


MakeWorld = Callable[[str, Iterable[Json]], World]


def extensions(**values: Any) -> list[Json]:
    """Return extensions by code: ``dose={"valueQuantity": …}``."""
    return [{"url": EXTENSION + code, **value} for code, value in values.items()]


@pytest.fixture(scope="session")
def make_world(tmp_path_factory: pytest.TempPathFactory) -> MakeWorld:
    def make(version: str, resources: Iterable[Json]) -> World:
        known = VERSIONS[version.lower()]
        table = search_table(
            version,
            load(version),
            TYPES,
            OWN,
            lambda store, url: VALUE_SETS.get(url),
            known.more_modifiers,
            whole=known.whole_search,
            lineage=lineage,
            more_controls=known.more_controls,
        )
        indexer = Indexer(table)
        path: Path = tmp_path_factory.mktemp("world") / "knowledge.db"
        entries = in_row_order(_entry(resource, indexer) for resource in resources)
        write_snapshot(path, entries, version=version, release="1")
        return World(Snapshot.open(path), table)

    return make


def _entry(resource: Json, indexer: Indexer) -> Entry:
    meta = resource.setdefault("meta", {})
    updated = meta.setdefault("lastUpdated", "2024-05-01T00:00:00Z")
    body = json.dumps(resource, default=str).encode()
    stored = StoredResource.of(resource["resourceType"], resource["id"], "1", updated, body)
    return Entry(stored, indexer.index(resource))


@pytest.fixture(scope="session", params=["R4", "R4B", "R5"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def events() -> list[Json]:
    """Adverse events that differ in one thing each."""
    return [
        {
            "resourceType": "AdverseEvent",
            "id": "dvt",
            "actuality": "actual",
            "category": [
                {
                    "coding": [
                        {"system": "http://s", "code": "dvt", "display": "Thrombosis, deep"}
                    ],
                    "text": "Deep vein thrombosis",
                }
            ],
            "subject": {"reference": "Group/treated"},
            "text": {
                "status": "additional",
                "div": "<div>Blood <b>clots</b> of the leg,<br/>a re-thrombosis&#x2e; Ärger</div>",
            },
            "meta": {"tag": [{"system": "http://tags", "code": "counted"}]},
            "extension": extensions(
                frequency={"valueDecimal": 35},
                dose={"valueQuantity": ucum(50, "mg")},
                age={"valueRange": {"low": ucum(18, "a"), "high": ucum(65, "a")}},
                onset={"valuePeriod": {"start": "2020-03-01", "end": "2020-04-30"}},
                comment={"valueString": "Éarly, at night"},
                page={"valueUri": "http://example.org/pages/a/1"},
            ),
        },
        {
            "resourceType": "AdverseEvent",
            "id": "pe",
            "actuality": "potential",
            "category": [
                {
                    "coding": [
                        {"system": "http://s", "code": "pe"},
                        {"system": "http://other", "code": "dvt"},
                    ]
                }
            ],
            "subject": {"reference": "https://elsewhere.example.org/fhir/Group/treated"},
            "extension": extensions(
                frequency={"valueDecimal": Decimal("35.4")},
                ratio={"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 4}}},
                dose={"valueQuantity": ucum(Decimal("0.05"), "g")},
                onset={"valuePeriod": {"start": "2020-04-15"}},
                comment={"valueString": "at night"},
                page={"valueUri": "http://example.org/pages/a"},
            ),
        },
        {
            "resourceType": "AdverseEvent",
            "id": "plain",
            "actuality": "actual",
            "category": [{"coding": [{"code": "pe"}]}, {"text": "Rash, late"}],
            "subject": {
                "identifier": {
                    "system": "http://ids",
                    "value": "G-1",
                    "type": {"coding": [{"system": "http://kinds", "code": "MR"}]},
                }
            },
            "extension": extensions(
                frequency={"valueDecimal": -2},
                dose={"valueQuantity": {"value": 50, "unit": "mg", "comparator": "<"}},
                onset={"valuePeriod": {"end": "2019"}},
                comment={"valueString": "EARLY"},
                page={"valueUri": "urn:oid:1.2.3"},
            ),
        },
        {"resourceType": "AdverseEvent", "id": "empty", "actuality": "actual"},
    ]


def ucum(value: Decimal | int, code: str) -> Json:
    return {"value": value, "unit": code, "system": "http://unitsofmeasure.org", "code": code}


def others() -> list[Json]:
    """What the events refer to."""
    return [
        {
            "resourceType": "Group",
            "id": "treated",
            "type": "person",
            "identifier": [
                {
                    "system": "http://ids",
                    "value": "G-1",
                    "type": {"coding": [{"system": "http://kinds", "code": "MR"}]},
                }
            ],
            "characteristic": [
                characteristic("stage", valueCodeableConcept={"coding": [{"code": "III"}]}),
                characteristic("pretreated", valueBoolean=True),
            ],
            "managingEntity": {"reference": "Organization/clinic"},
        },
        {
            "resourceType": "Group",
            "id": "control",
            "type": "person",
            "characteristic": [
                characteristic("stage", valueCodeableConcept={"coding": [{"code": "I"}]}),
                characteristic("pretreated", valueBoolean=False),
            ],
            "managingEntity": {"reference": "Organization/ward"},
        },
        {"resourceType": "Organization", "id": "clinic", "name": "University Clinic"},
        {
            "resourceType": "Organization",
            "id": "ward",
            "name": "Ward 3",
            "partOf": {"reference": "Organization/clinic"},
        },
        {
            "resourceType": "Organization",
            "id": "room",
            "name": "Room 3.1",
            "partOf": {"reference": "Organization/ward"},
        },
        {
            "resourceType": "List",
            "id": "chosen",
            "status": "current",
            "mode": "working",
            "entry": [
                {"item": {"reference": "AdverseEvent/dvt"}},
                {"item": {"reference": "AdverseEvent/none"}},
                {"item": {"reference": "Group/control"}},
            ],
        },
        {
            "resourceType": "PlanDefinition",
            "id": "rems",
            "url": "http://example.org/PlanDefinition/rems",
            "status": "active",
            "library": ["http://example.org/Library/rules|1.2"],
        },
    ]


def characteristic(code: str, **value: Any) -> Json:
    return {
        "code": {"coding": [{"system": "http://features", "code": code}]},
        "exclude": False,
        **value,
    }


@pytest.fixture(scope="session")
def world(make_world: MakeWorld, version: str) -> World:
    """Return the same small world in each version."""
    return make_world(version, events() + others())
