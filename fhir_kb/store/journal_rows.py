"""Index rows as compact text, kept beside each version so that no start computes them again.

https://hl7.org/fhir/R4/datatypes.html#string

FHIR text holds no control character but tab and line ends: the others part the values here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from fhir_kb.errors import StoreError
from fhir_kb.store.index import (
    DateEntry,
    IdentifierTypeEntry,
    IndexRows,
    QuantityEntry,
    ReferenceEntry,
    TokenEntry,
)

_OUTER = ("\x1e", "\x1f")
_INNER = ("\x1b", "\x1a")
_OCCURRENCE = "\x1c"
_COMPONENT = "\x1d"
_NONE = "\x18"


class _Form(NamedTuple):
    """How the entries of one table are written: ``width`` texts each, read by ``entry``."""

    letter: str
    table: str
    width: int
    entry: Callable[..., Any]


def _optional(text: str) -> str | None:
    return None if text == _NONE else text


_FORMS = (
    _Form("t", "tokens", 2, lambda system, code: TokenEntry(_optional(system), code)),
    _Form(
        "i",
        "identifier_types",
        3,
        lambda system, code, value: IdentifierTypeEntry(_optional(system), code, value),
    ),
    _Form("x", "texts", 1, str),
    _Form("s", "strings", 1, str),
    _Form("u", "uris", 1, str),
    _Form("w", "words", 1, str),
    _Form("r", "references", 3, lambda *parts: ReferenceEntry(*map(_optional, parts))),
    _Form("d", "dates", 2, lambda low, high: DateEntry(int(low), int(high))),
    _Form(
        "q",
        "quantities",
        5,
        lambda low, high, *unit: QuantityEntry(Decimal(low), Decimal(high), *map(_optional, unit)),
    ),
)
_BY_LETTER = {form.letter: (attrgetter(form.table), form) for form in _FORMS}
_COMPOSITE = "c"


def packed_rows(rows: IndexRows) -> bytes:
    """Return the rows as text in UTF-8; refuse text with control characters that FHIR excludes."""
    return _packed(rows, *_OUTER).encode()


def unpacked_rows(blob: bytes) -> IndexRows:
    """Return what ``packed_rows`` was given."""
    return _unpacked(blob.decode(), *_OUTER)


def _packed(rows: IndexRows, record: str, unit: str) -> str:
    records: list[str] = []
    for form in _FORMS:
        table: Mapping[str, list[Any]] = getattr(rows, form.table)
        for code, entries in table.items():
            texts = [form.letter + code, *_texts(entries, form.width)]
            records.append(_joined(texts, unit))
    for code, occurrences in rows.composites.items():
        texts = [
            _joined([_packed(part, *_INNER) for part in occurrence], _COMPONENT)
            for occurrence in occurrences
        ]
        records.append(_joined([_COMPOSITE + code, _joined(texts, _OCCURRENCE)], unit))
    return _joined(records, record)


def _texts(entries: Iterable[Any], width: int) -> Iterator[str]:
    for entry in entries:
        for value in (entry,) if width == 1 else entry:
            yield _NONE if value is None else str(value)


def _joined(texts: list[str], separator: str) -> str:
    joined = separator.join(texts)
    if texts and joined.count(separator) != len(texts) - 1:
        raise StoreError("A resource with control characters in its text cannot be written")
    return joined


def _unpacked(text: str, record: str, unit: str) -> IndexRows:
    rows = IndexRows()
    for part in text.split(record) if text else ():
        name, *texts = part.split(unit)
        letter, code = name[0], name[1:]
        if letter == _COMPOSITE:
            rows.composites[code] = [
                tuple(_unpacked(component, *_INNER) for component in occurrence.split(_COMPONENT))
                for occurrence in texts[0].split(_OCCURRENCE)
            ]
        else:
            table, form = _BY_LETTER[letter]
            columns = [texts[place :: form.width] for place in range(form.width)]
            table(rows)[code] = list(map(form.entry, *columns))
    return rows
