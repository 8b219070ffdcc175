"""What a version is found by, as compact text beside it: no start computes it again.

https://hl7.org/fhir/R4/datatypes.html#string

The text is a list of records, each a name and its values. FHIR text holds no control character
but tab and line ends, so that others part the records. In the order in which they come:

* ``p``: the codes of all parameters that have a value
* ``l``: the references held, each as code, type, id and url
* a letter and a code, as ``tcategory``: the keys of one kind of term, or numbers: for dates low
  and high, for quantities the unit before them
* ``*`` and a code: one occurrence of a composite begins; the records behind it, as ``t0code``,
  have the number of the component between letter and code
"""

from collections.abc import Iterator

from fhir_kb.errors import StoreError
from fhir_kb.store.index import IndexRows
from fhir_kb.store.interface import Field, Kind, Link
from fhir_kb.store.keys import SEPARATOR, unit_key
from fhir_kb.store.terms import parameters_of, terms_of

PRESENT = "p"
LINKS = "l"
OCCURRENCE = "*"
LETTERS: dict[Kind, str] = {
    "token": "t",
    "system": "y",
    "identifier-type": "i",
    "text": "x",
    "string": "s",
    "uri": "u",
    "reference": "r",
    "word": "w",
    "date": "d",
    "quantity": "q",
}
"""How each kind is written; those of composites are written by their components."""

_RECORD = "\x1e"
_VALUE = "\x1d"


def record_name(field: Field) -> str:
    """Return the name of the records that hold the values of a field."""
    component = "" if field.component is None else str(field.component)
    return f"{LETTERS[field.kind]}{component}{field.parameter}"


def packed_rows(rows: IndexRows) -> bytes:
    """Return the records in UTF-8; refuse text with control characters that FHIR excludes."""
    records = [[PRESENT, *parameters_of(rows)], [LINKS, *_links(rows)], *_records(rows)]
    for code, occurrences in rows.composites.items():
        for components in occurrences:
            records.append([OCCURRENCE + code])
            for number, component in enumerate(components):
                records += _records(component, f"{number}{code}")
    return _joined([_joined(record, _VALUE) for record in records], _RECORD).encode()


def packed_records(blob: bytes) -> list[str]:
    """Return the records of a text, each still in one piece."""
    return blob.decode().split(_RECORD)


def values_of(record: str) -> list[str]:
    """Return the name of a record and its values."""
    return record.split(_VALUE)


def unpacked_link(text: str) -> Link:
    """Return one value of the record of references."""
    code, type, id, url = text.split(SEPARATOR)
    return Link(code, type or None, id or None, url or None)


def _links(rows: IndexRows) -> Iterator[str]:
    for code, references in rows.references.items():
        for type, id, url in references:
            yield SEPARATOR.join((code, type or "", id or "", url or ""))


def _records(rows: IndexRows, component: str = "") -> list[list[str]]:
    """Return the records of a resource, or of a component under its number and code."""
    values: dict[str, list[str]] = {}
    for code, kind, key in terms_of(rows):
        values.setdefault(LETTERS[kind] + (component or code), []).append(key)
    for code, dates in rows.dates.items():
        record = values.setdefault(LETTERS["date"] + (component or code), [])
        for low, high in dates:
            record += (str(low), str(high))
    for code, quantities in rows.quantities.items():
        record = values.setdefault(LETTERS["quantity"] + (component or code), [])
        for low_end, high_end, *unit in quantities:
            record += (unit_key(*unit), repr(float(low_end)), repr(float(high_end)))
    return [[name, *keys] for name, keys in values.items()]


def _joined(texts: list[str], separator: str) -> str:
    joined = separator.join(texts)
    if joined.count(separator) != len(texts) - 1:
        raise StoreError("A resource with control characters in its text cannot be written")
    return joined
