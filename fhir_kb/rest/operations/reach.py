"""What belongs to a medicine: the resources that are reached from its MedicationKnowledge.

https://hl7.org/fhir/R4/compartmentdefinition.html is the idea; the table below is ours.

From the drug's own Medication and its studies the search index leads back to what refers to
them; from everything that was found the references lead on to what it was made from. Other
medicines are reached as what was compared, and nothing of theirs is followed. So the time it
takes grows with what is found, not with what is stored.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pyroaring import BitMap, FrozenBitMap

from fhir_kb.errors import TooCostly
from fhir_kb.formats import Json
from fhir_kb.rest.own_text import read_own
from fhir_kb.store.interface import Field, Rows, Store
from fhir_kb.store.keys import reference_key, token_key, uri_key

MOST = 20_000
"""So many resources are gathered at most."""


class Back(NamedTuple):
    """Resources of ``source`` whose search parameter leads to a resource of ``target``."""

    source: str
    parameter: str
    target: str


BACK: tuple[Back, ...] = (
    Back("AdverseEvent", "substance", "Medication"),
    Back("ClinicalUseDefinition", "subject", "Medication"),
    Back("DetectedIssue", "implicated", "Medication"),
    Back("ResearchStudy", "focus-reference", "Medication"),
    Back("Observation", "research-study", "ResearchStudy"),
    Back("Evidence", "research-study", "ResearchStudy"),
    Back("EffectEvidenceSynthesis", "research-study", "ResearchStudy"),
)
BY_CODE: tuple[tuple[str, str], ...] = (
    ("PlanDefinition", "context"),
    ("ResearchStudy", "focus"),
)
"""Types and token parameters that lead to the drug by a code of ``MedicationKnowledge.code``."""

OWN = "medication"
"""The parameter of MedicationKnowledge that leads to the drug's own Medication."""

STAYS_OUT = frozenset({"MedicationKnowledge"})
"""Types that are not followed: another medicine has an ``$everything`` of its own."""

RECORD = "Provenance"
"""What tells how the others came to be; of what it refers to, only these are followed:"""
OF_RECORD = frozenset({"DocumentReference"})


def reach(store: Store, id: str) -> Rows:
    """Return the rows of MedicationKnowledge/id, which there is, and of all that belongs to it.

    Refuses (TooCostly) more than ``MOST``.
    """
    return store.remembered(("everything", id, store.fingerprint), lambda: _reached(store, id))


def _reached(store: Store, id: str) -> Rows:
    search = _Search(store, id)
    search.run()
    return FrozenBitMap(search.found)


class _Search:
    """One walk from a MedicationKnowledge; each row is looked at once."""

    def __init__(self, store: Store, id: str) -> None:
        self._store = store
        start = store.row("MedicationKnowledge", id)
        self._waiting: list[int] = [] if start is None else [start]
        self.found = BitMap(self._waiting)
        self._own = {
            ("Medication", link.id)
            for row in self._waiting
            for link in store.links(row)
            if link.parameter == OWN
        }

    def run(self) -> None:
        """Find everything, and then the record of how it came to be."""
        self._walk()
        for row in list(self.found):
            type, id = self._identity(row)
            self._add(self._referring(RECORD, "target", type, id))
        self._walk()

    def _walk(self) -> None:
        while self._waiting:
            row = self._waiting.pop()
            (resource,) = self._store.resources([row])
            content = read_own(resource.body)
            self._add(self._back(content, resource.type, resource.id))
            allowed = OF_RECORD if resource.type == RECORD else None
            for type, id in references_in(content):
                if type not in STAYS_OUT and (allowed is None or type in allowed):
                    found = self._store.row(type, id)
                    self._add([] if found is None else [found])
            for link in self._store.links(row):
                if link.url is not None and link.parameter == "depends-on":
                    self._add(self._store.term(Field("Library", "url", "uri"), uri_key(link.url)))

    def _back(self, content: Json, type: str, id: str) -> Iterator[int]:
        """Yield what leads to a resource by the table; of medicines only to the drug's own."""
        if type == "Medication" and (type, id) not in self._own:
            return
        for source, parameter, target in BACK:
            if target == type:
                yield from self._referring(source, parameter, type, id)
        if type == "MedicationKnowledge":
            for source, parameter in BY_CODE:
                for coding in content.get("code", {}).get("coding", []):
                    key = token_key(coding.get("system"), coding.get("code", ""))
                    yield from self._store.term(Field(source, parameter, "token"), key)

    def _referring(self, source: str, parameter: str, type: str, id: str) -> Rows:
        return self._store.term(Field(source, parameter, "reference"), reference_key(type, id))

    def _add(self, rows: Any) -> None:
        new = BitMap(rows) - self.found
        self.found |= new
        self._waiting.extend(new)
        if len(self.found) > MOST:
            raise TooCostly(
                f"More than {MOST} resources belong to this medicine; search each type by itself, "
                "as AdverseEvent?substance=Medication/[id], or take all by $export"
            )

    def _identity(self, row: int) -> tuple[str, str]:
        return self._store.identities([row])[0]


def references_in(value: Any) -> Iterator[tuple[str, str]]:
    """Yield type and id of each relative reference inside a value, extensions included."""
    if isinstance(value, dict):
        target = value.get("reference")
        if isinstance(target, str):
            type, slash, id = target.partition("/")
            if slash and type.isalpha() and "/" not in id:
                yield type, id
        for child in value.values():
            yield from references_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from references_in(child)
