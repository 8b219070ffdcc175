"""URIs, whole or by hierarchy; a canonical matches with or without its version.

https://hl7.org/fhir/R4/search.html#uri
"""

from collections.abc import Mapping
from itertools import accumulate

from fhir_kb.search.escapes import unescape
from fhir_kb.search.question import Match, Question, union
from fhir_kb.store.interface import Rows
from fhir_kb.store.keys import fold, parts_of, prefix_range, uri_key

_STEPS_MAX = 100


def match(question: Question, value: str) -> Rows:
    """Return the rows of a URI in the way that the modifier asks for."""
    return _BY_MODIFIER[question.modifier](question, unescape(value))


def equal(question: Question, uri: str) -> Rows:
    """Return the rows with this URI; without a version, with whatever version they name."""
    field = question.field("uri")
    url, _, version = uri.partition("|")
    if version:
        return question.index.term(field, uri_key(uri))
    return question.index.term_start(field, url)


def _below(question: Question, uri: str) -> Rows:
    """Return the rows of the URL and of those with further steps behind it."""
    field = question.field("uri")
    terms = question.index.terms(field, *prefix_range(uri if uri.endswith("/") else f"{uri}/"))
    return union([question.index.term_start(field, uri), *(rows for _, rows in terms)])


def _above(question: Question, uri: str) -> Rows:
    field = question.field("uri")
    scheme, separator, rest = uri.partition("://")
    steps = rest.rstrip("/").split("/")
    if not separator or len(steps) > _STEPS_MAX:
        raise question.invalid(uri, f":above takes a URL with :// and at most {_STEPS_MAX} steps")
    paths = accumulate(steps, "{}/{}".format)
    urls = [f"{scheme}://{path}{end}" for path in paths for end in ("", "/")]
    return union([question.index.term_start(field, url) for url in urls])


def _containing(question: Question, text: str) -> Rows:
    field, wanted = question.field("uri"), fold(text)
    keys = [key for key in question.index.keys(field) if wanted in fold(parts_of(key)[0])]
    return union([question.index.term(field, key) for key in keys])


_BY_MODIFIER: Mapping[str | None, Match] = {
    None: equal,
    "below": _below,
    "above": _above,
    "contains": _containing,
}
