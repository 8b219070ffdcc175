"""The specification's own snapshots: every element of a type, with its words, in order.

https://hl7.org/fhir/R4/profiling.html#snapshot

They serve whoever makes the snapshot of a profile, and nobody else: neither a server nor a
validator reads them. That is why they are apart from ``Definitions``, and why what was decoded is
let go with the object.
"""

from fhir_kb.definitions.snapshot_rows import decode_element
from fhir_kb.definitions.tables import read_table
from fhir_kb.formats import Json


class Snapshots:
    """The snapshots of a release (R4, R4B, R5): its data types and the resources we narrow.

    What is returned is shared: nobody may change it.
    """

    def __init__(self, release: str) -> None:
        self._table = read_table(release, "snapshots")
        self._decoded: dict[str, dict[str, Json]] = {}

    @property
    def types(self) -> frozenset[str]:
        """The names of the types whose snapshots are held."""
        return frozenset(self._table)

    def elements(self, type: str) -> list[Json]:
        """Return the ElementDefinitions of ``type`` in their order; none for a type not held."""
        return list(self._by_path(type).values())

    def _by_path(self, type: str) -> dict[str, Json]:
        if type not in self._decoded:
            constraints = self._table.index["constraints"]
            decoded = [
                decode_element(row, self._element, constraints) for row in self._table.get(type, ())
            ]
            self._decoded[type] = {each["path"]: each for each in decoded}
        return self._decoded[type]

    def _element(self, path: str) -> Json:
        return self._by_path(path.partition(".")[0])[path]
