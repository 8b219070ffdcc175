"""What a search gives back: values from which a searchset Bundle is made without parsing.

https://hl7.org/fhir/R4/http.html#search
"""

from dataclasses import dataclass

from fhir_kb.store.pages import PAGE_BYTES
from fhir_kb.store.resource import StoredResource

Pairs = tuple[tuple[str, str], ...]
"""Query parameters in their order, decoded."""


@dataclass(frozen=True, slots=True)
class SearchWarning:
    """Something the search did not do as asked; ``code`` is an issue code of OperationOutcome."""

    message: str
    code: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one search, from the settings.

    ``values_max`` bounds the alternatives of one parameter, ``parameters_max`` the parameters;
    ``bytes_max`` the texts of the matches on a page, and those of what is included beside them.
    """

    page_size: int = 50
    page_size_max: int = 500
    include_max: int = 1000
    values_max: int = 1000
    parameters_max: int = 100
    bytes_max: int = PAGE_BYTES


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of matches with what was included, and the queries that lead on from it.

    ``total`` counts all matches; None when the caller asked for none (``_total=none``).
    ``count_only`` is true for ``_count=0`` and ``_summary=count``: no entries are to be shown.
    ``self_pairs`` is what was really done: unsupported parameters are left out and ``_count`` is
    the size that was applied when the caller named one. The other pairs hold a ``_cursor`` bound
    to the release, and are None where there is no such page. ``explanation`` says, when the
    caller asked (``_explain=true``), how each parameter was understood and what it left.
    """

    matches: tuple[StoredResource, ...]
    included: tuple[StoredResource, ...]
    total: int | None
    count_only: bool
    warnings: tuple[SearchWarning, ...]
    self_pairs: Pairs
    first_pairs: Pairs | None
    previous_pairs: Pairs | None
    next_pairs: Pairs | None
    last_pairs: Pairs | None
    explanation: tuple[str, ...] = ()
