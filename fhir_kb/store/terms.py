"""The terms of a resource: every key it is found by, with parameter and kind.

https://hl7.org/fhir/R4/search.html
"""

from collections.abc import Iterator, Mapping

from fhir_kb.store.index import IndexRows
from fhir_kb.store.interface import Kind
from fhir_kb.store.keys import (
    identifier_type_key,
    reference_key,
    string_key,
    token_key,
    uri_key,
)

Term = tuple[str, Kind, str]
"""(code of the search parameter, kind, key)."""


def terms_of(index: IndexRows) -> Iterator[Term]:
    """Yield the terms of a resource or of one component; a key may come twice."""
    for code, tokens in index.tokens.items():
        for system, token in tokens:
            if token:
                yield code, "token", token_key(system, token)
            if system is not None:
                yield code, "system", system
    for code, types in index.identifier_types.items():
        for system, token, value in types:
            yield code, "identifier-type", identifier_type_key(system, token, value)
    for code, texts in index.texts.items():
        for text in texts:
            yield code, "text", string_key(text)
    for code, strings in index.strings.items():
        for text in strings:
            yield code, "string", string_key(text)
    for code, uris in index.uris.items():
        for uri in uris:
            yield code, "uri", uri_key(uri)
    for code, references in index.references.items():
        for type, id, url in references:
            if type and id:
                yield code, "reference", reference_key(type, id)
            elif url:
                yield code, "uri", uri_key(url)
    for code, words in index.words.items():
        for word in words:
            yield code, "word", word


def parameters_of(index: IndexRows) -> dict[str, None]:
    """Return the codes under which a resource holds any value, in a fixed order."""
    kinds: tuple[Mapping[str, object], ...] = (
        index.tokens,
        index.identifier_types,
        index.texts,
        index.strings,
        index.uris,
        index.references,
        index.dates,
        index.quantities,
        index.composites,
        index.words,
    )
    return {code: None for kind in kinds for code, entries in kind.items() if entries}
