"""From the pairs of a query string to conditions and to what is asked of the result.

https://hl7.org/fhir/R4/search.html#return
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fhir_kb.errors import InvalidParameter, UnsupportedModifier, UnsupportedParameter
from fhir_kb.search.conditions import Condition, ConditionReader
from fhir_kb.search.cursor import CURSOR
from fhir_kb.search.include import Include, read_include
from fhir_kb.search.result import Limits, SearchWarning
from fhir_kb.search.sort import KEYS_MAX, SortKey, read_sort
from fhir_kb.search.table import SearchTable

LEFT_TO_CALLER = frozenset({"_summary", "_elements", "_format", "_pretty", "_explain"})
"""Parameters that shape the answer and not the search; they stay in the self link."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_COUNT = re.compile(r"\d{1,18}", re.ASCII)


@dataclass(slots=True)
class Query:
    """What was asked, as far as it is understood.

    ``effective`` are the pairs that were understood, without the cursor.
    """

    table: SearchTable
    type: str
    limits: Limits
    conditions: list[Condition] = field(default_factory=list)
    sort: tuple[SortKey, ...] = ()
    includes: list[Include] = field(default_factory=list)
    count: int | None = None
    count_only: bool = False
    total: str = "accurate"
    cursor: str | None = None
    effective: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[SearchWarning] = field(default_factory=list)

    @property
    def page_size(self) -> int:
        """The largest number of matches on a page."""
        return self.limits.page_size if self.count is None else self.count


def read_query(
    table: SearchTable,
    type: str,
    pairs: Sequence[tuple[str, str]],
    limits: Limits,
    *,
    strict: bool,
) -> Query:
    """Return what the pairs ask of resources of ``type``.

    An unsupported or empty parameter is left out with a warning or, when ``strict``, refused. A
    value that is not understood and a modifier that is not taken are always refused.
    """
    if len(pairs) > limits.parameters_max:
        raise InvalidParameter(
            f"The search has {len(pairs)} parameters; at most {limits.parameters_max} are taken"
        )
    query = Query(table, type, limits)
    reader = ConditionReader(table, limits.values_max)
    for name, value in pairs:
        _check_text(name, value)
        try:
            _read_pair(query, reader, name, value)
        except UnsupportedParameter as refusal:
            if strict:
                raise
            query.warnings.append(SearchWarning(refusal.message, refusal.code, name))
    return query


def _check_text(name: str, value: str) -> None:
    if _FORBIDDEN.search(name) or _FORBIDDEN.search(value):
        raise InvalidParameter(
            f"{_FORBIDDEN.sub('?', name)[:64]} holds a character that no FHIR text may hold "
            "(a control character or half of a surrogate pair)"
        )


def _read_pair(query: Query, reader: ConditionReader, name: str, value: str) -> None:
    base, colon, modifier = name.partition(":")
    control = _CONTROLS.get(base)
    if not value.strip():
        raise UnsupportedParameter(f"{name[:64]} was given without a value", expression=name)
    if control is not None:
        if colon and modifier not in _CONTROL_MODIFIERS.get(base, ()):
            raise UnsupportedModifier(
                f"{base} does not take the modifier ':{modifier[:64]}'", expression=name
            )
        control(query, name, value)
        return
    query.conditions.append(reader.read(query.type, name, value))
    query.effective.append((name, value))


def _read_count(query: Query, name: str, value: str) -> None:
    if not _COUNT.fullmatch(value):
        raise InvalidParameter(
            f"_count={value[:40]} is no number of matches; write 0 to {query.limits.page_size_max}",
            expression=name,
        )
    if query.count is not None:
        raise InvalidParameter("_count was given twice; give it once", expression=name)
    query.count = min(int(value), query.limits.page_size_max)
    query.count_only = query.count_only or query.count == 0
    query.effective.append((name, str(query.count)))


def _read_sort(query: Query, name: str, value: str) -> None:
    query.sort += read_sort(query.table, query.type, value)
    if len(query.sort) > KEYS_MAX:
        raise InvalidParameter(f"_sort takes at most {KEYS_MAX} parameters", expression=name)
    query.effective.append((name, value))


def _read_total(query: Query, name: str, value: str) -> None:
    if value not in ("none", "estimate", "accurate"):
        raise InvalidParameter(
            f"_total={value[:40]} is unknown; write none, estimate or accurate", expression=name
        )
    query.total = value
    query.effective.append((name, value))


def _read_include(query: Query, name: str, value: str) -> None:
    query.includes.append(read_include(query.table, name, value))
    query.effective.append((name, value))


def _read_cursor(query: Query, name: str, value: str) -> None:
    query.cursor = value


def _read_contained(query: Query, name: str, value: str) -> None:
    if value != "false":
        raise UnsupportedParameter(
            "_contained=false is what is done here: contained resources are not searched for",
            expression=name,
        )
    query.effective.append((name, value))


def _read_summary(query: Query, name: str, value: str) -> None:
    query.count_only = query.count_only or value == "count"
    query.effective.append((name, value))


def _keep(query: Query, name: str, value: str) -> None:
    query.effective.append((name, value))


_CONTROL_MODIFIERS: Mapping[str, tuple[str, ...]] = {
    "_include": ("iterate", "recurse"),
    "_revinclude": ("iterate", "recurse"),
}

_CONTROLS: Mapping[str, Callable[[Query, str, str], None]] = {
    **dict.fromkeys(LEFT_TO_CALLER, _keep),
    "_summary": _read_summary,
    "_count": _read_count,
    "_sort": _read_sort,
    "_total": _read_total,
    "_include": _read_include,
    "_revinclude": _read_include,
    "_contained": _read_contained,
    CURSOR: _read_cursor,
}

CONTROL_PARAMETERS = tuple(sorted(name for name in _CONTROLS if name != CURSOR))
"""The parameters that ask something of the result, for documents and statements."""
