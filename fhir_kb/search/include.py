"""Resources beside the matches: those they refer to, and those that refer to them.

https://hl7.org/fhir/R4/search.html#include
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from fhir_kb.errors import InvalidParameter
from fhir_kb.search.table import SearchTable
from fhir_kb.store.interface import Field, Link, Store
from fhir_kb.store.keys import reference_key

EVERY = "*"


@dataclass(frozen=True, slots=True)
class Include:
    """``_include`` or, when ``reverse``, ``_revinclude``: a reference parameter of ``source``.

    ``parameter`` and ``source`` may be ``*``. ``target`` narrows the type referred to. With
    ``iterate`` it is applied to included resources too.
    """

    reverse: bool
    iterate: bool
    source: str
    parameter: str
    target: str | None


def read_include(table: SearchTable, name: str, value: str) -> Include:
    """Return what ``_include=value`` or ``_revinclude=value`` asks for, or refuse it."""
    base, _, modifier = name.partition(":")
    reverse, iterate = base == "_revinclude", modifier in ("iterate", "recurse")
    if value in (EVERY, f"{EVERY}:{EVERY}"):
        return Include(reverse, iterate, EVERY, EVERY, None)
    source, *rest = value.split(":")
    if len(rest) not in (1, 2) or source not in table.parameters:
        raise InvalidParameter(
            f"{base}={value[:80]} cannot be understood: write Type:reference or "
            f"Type:reference:Target, with a type served in {table.version}",
            expression=name,
        )
    code, target = rest[0], rest[1] if len(rest) == 2 else None
    references = [p.code for p in table.parameters[source].values() if p.type == "reference"]
    if code not in references and code != EVERY:
        raise InvalidParameter(
            f"{base}={value[:80]}: {source} has no reference parameter {code[:64]!r} in "
            f"{table.version}; it has {', '.join(references) or 'none'}",
            expression=name,
        )
    return Include(reverse, iterate, source, code, target)


def includes(table: SearchTable, type: str) -> list[str]:
    """Return the values that ``_include`` takes for a type."""
    return [
        f"{type}:{parameter.code}"
        for parameter in table.of_type(type).values()
        if parameter.type == "reference"
    ]


def revincludes(table: SearchTable, type: str) -> list[str]:
    """Return the values that ``_revinclude`` takes to find what refers to a type."""
    return [
        f"{source}:{parameter.code}"
        for source, parameters in table.parameters.items()
        for parameter in parameters.values()
        if parameter.type == "reference" and type in parameter.targets
    ]


@dataclass(frozen=True, slots=True)
class Including:
    """Follows includes through a store, up to ``limit`` resources."""

    store: Store
    table: SearchTable
    limit: int

    def rows(self, page: Sequence[int], wanted: Sequence[Include]) -> tuple[list[int], bool]:
        """Return the rows included beside ``page``, and whether the limit cut some off."""
        seen = BitMap(page)
        found: list[int] = []
        fresh: Sequence[int] = page
        applied = list(wanted)
        while fresh and applied:
            following: list[int] = []
            for row in self._beside(fresh, applied):
                if row in seen:
                    continue
                if len(found) == self.limit:
                    return found, True
                seen.add(row)
                found.append(row)
                following.append(row)
            fresh = following
            applied = [include for include in wanted if include.iterate]
        return found, False

    def _beside(self, rows: Sequence[int], wanted: Iterable[Include]) -> Iterator[int]:
        """Yield the rows that any of ``wanted`` adds to ``rows``; some may come twice."""
        identities = self.store.identities(rows)
        for row, (type, id) in zip(rows, identities, strict=True):
            for include in wanted:
                if include.reverse:
                    yield from self._referring(include, type, id)
                elif include.source in (type, EVERY):
                    yield from self._referred_to(include, row)

    def _referring(self, include: Include, type: str, id: str) -> Iterator[int]:
        if include.target not in (None, type):
            return
        for field in self._fields(include):
            yield from reversed(self.store.term(field, reference_key(type, id)).to_array())

    def _fields(self, include: Include) -> Iterator[Field]:
        """Yield the reference parameters that a reverse include means."""
        if EVERY not in (include.source, include.parameter):
            yield Field(include.source, include.parameter, "reference")
            return
        for source, parameters in self.table.parameters.items():
            if include.source in (source, EVERY):
                for code, parameter in parameters.items():
                    if parameter.type == "reference":
                        yield Field(source, code, "reference")

    def _referred_to(self, include: Include, row: int) -> Iterator[int]:
        for link in self.store.links(row):
            if include.parameter in (link.parameter, EVERY):
                for target in self._targets(link):
                    (type, _), *_ = self.store.identities([target])
                    if include.target in (None, type):
                        yield target

    def _targets(self, link: Link) -> list[int]:
        if link.type and link.id:
            row = self.store.row(link.type, link.id)
            return [] if row is None else [row]
        url = (link.url or "").partition("|")[0]
        fields = [
            Field(type, "url", "uri")
            for type, known in self.table.parameters.items()
            if "url" in known
        ]
        return [row for field in fields for row in self.store.term_start(field, url)]
