"""From the pairs of a query string to conditions and to what is asked of the result.

https://hl7.org/fhir/R4/search.html#return
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fhir_kb.errors import InvalidParameter, UnsupportedModifier, UnsupportedParameter
from fhir_kb.search.conditions import Condition, ConditionReader
from fhir_kb.search.cursor import CURSOR
from fhir_kb.search.filter_query import FILTER, read_filter
from fhir_kb.search.include import Include, read_include
from fhir_kb.search.result import Limits, SearchWarning
from fhir_kb.search.sort import KEYS_MAX, SortKey, read_sort
from fhir_kb.search.table import LIST, SearchTable

LEFT_TO_CALLER = frozenset({"_summary", "_elements", "_format", "_pretty"})
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
    results_max: int | None = None
    explained: bool = False
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
    refused = _NOT_BUILT.get(base)
    if refused is not None:
        raise InvalidParameter(refused, expression=base)
    control = _control(query.table, base)
    if not value.strip():
        raise UnsupportedParameter(f"{name[:64]} was given without a value", expression=name)
    if control is not None:
        if colon and modifier not in _CONTROL_MODIFIERS.get(base, ()):
            raise UnsupportedModifier(
                f"{base} does not take the modifier ':{modifier[:64]}'", expression=name
            )
        control(query, name, value)
        return
    if base == FILTER and not colon:
        query.conditions.append(_read_filter(reader, query.type, value))
    else:
        query.conditions.append(_read_condition(reader, query.type, name, value))
    query.effective.append((name, value))


def _read_condition(reader: ConditionReader, type: str, name: str, value: str) -> Condition:
    """Return the condition of a parameter; membership of a list is never left out either."""
    try:
        return reader.read(type, name, value)
    except UnsupportedParameter as refusal:
        if name.partition(":")[0] != LIST:
            raise
        raise InvalidParameter(refusal.message, expression=LIST) from None


def _read_filter(reader: ConditionReader, type: str, value: str) -> Condition:
    """Return the condition of a filter, which is never left out: it would bring too much."""
    try:
        return read_filter(reader, type, value)
    except UnsupportedParameter as refusal:
        raise InvalidParameter(refusal.message, expression=FILTER) from None


def _control(table: SearchTable, name: str) -> "Control | None":
    if name in _MORE_CONTROLS:
        return _MORE_CONTROLS[name] if name in table.more_controls else None
    return _CONTROLS.get(name)


def control_parameters(table: SearchTable) -> tuple[str, ...]:
    """Return the parameters of this version that ask something of the result."""
    return tuple(sorted({*CONTROL_PARAMETERS, *table.more_controls}))


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
    if value not in _NO_CONTAINED[name]:
        raise UnsupportedParameter(
            f"{name}={value[:40]} is not done: contained resources are not matched here, only the "
            f"resources that contain them; {name}={_NO_CONTAINED[name][0]} says what is done",
            expression=name,
        )
    query.effective.append((name, value))


_NO_CONTAINED = {"_contained": ("false",), "_containedType": ("container",)}


def _read_results_max(query: Query, name: str, value: str) -> None:
    if not _COUNT.fullmatch(value) or not int(value):
        raise InvalidParameter(f"{name}={value[:40]} is no number from 1 on", expression=name)
    if query.results_max is not None:
        raise InvalidParameter(f"{name} was given twice; give it once", expression=name)
    query.results_max = int(value)
    query.effective.append((name, value))


def _read_explain(query: Query, name: str, value: str) -> None:
    if value not in ("true", "false"):
        raise InvalidParameter(f"{name} takes true or false", expression=name)
    query.explained = value == "true"
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

_NOT_BUILT: Mapping[str, str] = {
    "_query": "_query is not offered here: no query of this server has a name",
}
"""Parameters that no answer may leave out: with them the caller asks for fewer matches."""

Control = Callable[[Query, str, str], None]

_MORE_CONTROLS: Mapping[str, Control] = {"_maxresults": _read_results_max}
"""Parameters that only some versions have."""

_CONTROLS: Mapping[str, Control] = {
    **dict.fromkeys(LEFT_TO_CALLER, _keep),
    "_summary": _read_summary,
    "_count": _read_count,
    "_sort": _read_sort,
    "_total": _read_total,
    "_include": _read_include,
    "_revinclude": _read_include,
    "_contained": _read_contained,
    "_containedType": _read_contained,
    "_explain": _read_explain,
    CURSOR: _read_cursor,
}

CONTROL_PARAMETERS = tuple(sorted(name for name in _CONTROLS if name != CURSOR))
"""The parameters that ask something of the result, for documents and statements."""
