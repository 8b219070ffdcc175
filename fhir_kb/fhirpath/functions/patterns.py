"""Regular expressions: matches(), matchesFull() and replaceMatches().

https://hl7.org/fhirpath/#matchesregex--string-flags--string--boolean

They run under a time limit: a pattern that backtracks without end must not hang the server.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import regex

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.code import Code, from_value
from fhir_kb.fhirpath.functions.signature import Function, Functions, Invocation
from fhir_kb.fhirpath.node import Nodes
from fhir_kb.fhirpath.state import State

_LONGEST_PATTERN = 2000
_LONGEST_EXPANSION = 20_000
"""Characters; ``((a{1000}){1000}){1000}`` is compiled to a text that long, and fills the memory."""
_FLAGS = {"i": regex.IGNORECASE, "m": regex.MULTILINE}
_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\d))")


@lru_cache(maxsize=512)
def pattern_of(text: str, flags: str = "") -> regex.Pattern[str]:
    """Return a compiled pattern; the point matches line ends too, as FHIRPath asks."""
    if len(text) > _LONGEST_PATTERN:
        raise FHIRPathError(f"A pattern of {len(text)} characters is not read")
    if _expansion(text) > _LONGEST_EXPANSION:
        raise FHIRPathError(f"The pattern {text!r} repeats too often; write smaller {{numbers}}")
    options = regex.DOTALL
    for flag in flags:
        if flag not in _FLAGS:
            raise FHIRPathError(f"{flag!r} is no flag of a pattern; there are i and m")
        options |= _FLAGS[flag]
    try:
        return regex.compile(text, options)
    except (regex.error, OverflowError, RecursionError) as fault:
        raise FHIRPathError(f"{text!r} is no regular expression: {fault}") from fault


_PART = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<count>\d+)(?:,\d*)?\}|(?P<open>\()|(?P<close>\))|.",
    re.DOTALL,
)


def _expansion(text: str) -> int:
    """Return an upper bound of the least characters that a pattern asks for."""
    totals, last = [0], 0
    for part in _PART.finditer(text):
        if part["open"]:
            totals.append(0)
        elif part["close"]:
            last = totals.pop() if len(totals) > 1 else 0
            totals[-1] += last
        elif part["count"]:
            repeated = last * int(part["count"][:9])
            totals[-1] += max(repeated - last, 0)
            last = max(repeated, last)
        else:
            last = 1
            totals[-1] += 1
    return sum(totals)


def _matches(method: str) -> Function:
    def build(call: Invocation) -> Code:
        value, pattern, flags = call.input_text(), call.text(0), _flags(call, 1)

        def result(this: Nodes, state: State) -> bool | None:
            text, source = value(this, state), pattern(this, state)
            if text is None or source is None:
                return None
            match = getattr(pattern_of(source, flags(this, state)), method)
            return _in_time(lambda limit: match(text, timeout=limit), source, state) is not None

        return from_value(result)

    return Function(build, 1, 2, gives="System.Boolean")


def _replace_matches(call: Invocation) -> Code:
    value, pattern = call.input_text(), call.text(0)
    substitution_of, flags = call.text(1), _flags(call, 2)

    def result(this: Nodes, state: State) -> str | None:
        text, source = value(this, state), pattern(this, state)
        substitution = substitution_of(this, state)
        if text is None or source is None or substitution is None:
            return None
        if not source:
            return str(text)
        state.spend_characters(len(text) * (1 + len(substitution)))
        replace = pattern_of(source, flags(this, state)).sub
        template = _template(substitution)
        return str(_in_time(lambda limit: replace(template, text, timeout=limit), source, state))

    return from_value(result)


def _template(substitution: str) -> Callable[[Any], str]:
    """Return the function that fills ``$1`` and ``${name}`` from a match."""

    def fill(match: Any) -> str:
        def group(reference: re.Match[str]) -> str:
            named, number = reference.groups()
            try:
                return match.group(named if number is None else int(number)) or ""
            except IndexError:
                raise FHIRPathError(
                    f"The pattern has no group {named or number!r} to put into the text"
                ) from None

        return _REFERENCE.sub(group, substitution)

    return fill


def _flags(call: Invocation, position: int) -> Callable[[Nodes, State], str]:
    if call.argument(position) is None:
        return lambda this, state: ""
    flags = call.text(position)
    return lambda this, state: flags(this, state) or ""


def _in_time(run: Callable[[float], Any], source: str, state: State) -> Any:
    limit = state.environment.budget.match_seconds
    try:
        return run(limit)
    except TimeoutError:
        raise FHIRPathError(
            f"The pattern {source!r} found no end within {limit} s; make it less ambiguous"
        ) from None


PATTERNS: Functions = {
    "matches": _matches("search"),
    "matchesFull": _matches("fullmatch"),
    "replaceMatches": Function(_replace_matches, 2, 3, gives="System.String"),
}
