"""Codes, with or without their system.

https://hl7.org/fhir/R4/search.html#token
"""

from collections.abc import Iterable, Mapping

from fhir_kb.errors import UnsupportedModifier
from fhir_kb.formats.json import read_json
from fhir_kb.search.content import holding
from fhir_kb.search.escapes import split, unescape
from fhir_kb.search.question import Match, Question, union
from fhir_kb.search.result import SearchWarning
from fhir_kb.search.string import starting_with
from fhir_kb.search.table import Family
from fhir_kb.store.interface import Rows
from fhir_kb.store.keys import fold, identifier_type_key, parts_of, token_key

_FORMS = "a token is written code, system|code, |code (no system) or system|"


def match(question: Question, value: str) -> Rows:
    """Return the rows of a token in the way that the modifier asks for."""
    return _BY_MODIFIER[question.modifier](question, value)


def coded(question: Question, value: str) -> Rows:
    """Return the rows that hold the code ``code``, ``system|code``, ``|code`` or ``system|``."""
    parts = [unescape(part) for part in split(value, "|")]
    if len(parts) == 1:
        return question.index.term_start(question.field("token"), parts[0])
    if len(parts) > 2 or not any(parts):
        raise question.invalid(value, _FORMS)
    system, code = parts
    if not code:
        return question.index.term(question.field("system"), system)
    return question.index.term(question.field("token"), token_key(system, code))


def _in_value_set(question: Question, value: str) -> Rows:
    url = _value_set_url(question, unescape(value))
    codings = question.table.expand_value_set(question.index, url)
    if codings is None:
        raise question.invalid(value, "this value set is not known here, or not all its codes")
    return union([_coding(question, *coding) for coding in codings])


def _value_set_url(question: Question, text: str) -> str:
    """Return the canonical URL of a value set that may be named as a resource of this server."""
    local = text.removeprefix(question.base_url.rstrip("/") + "/") if question.base_url else text
    if not local.startswith("ValueSet/"):
        return text
    row = question.index.row("ValueSet", local.removeprefix("ValueSet/"))
    if row is None:
        return text
    (resource,) = question.index.resources([row])
    return str(read_json(resource.body).get("url", text))


def _coding(question: Question, system: str, code: str) -> Rows:
    if not code:
        return question.index.term(question.field("system"), system)
    return question.index.term(question.field("token"), token_key(system, code))


def _above(question: Question, value: str) -> Rows:
    return _related(question, value, upwards=True)


def _below(question: Question, value: str) -> Rows:
    return _related(question, value, upwards=False)


def _related(question: Question, value: str, *, upwards: bool) -> Rows:
    """Return the rows of the code and of those above or below it in its system."""
    parts = [unescape(part) for part in split(value, "|")]
    if len(parts) > 2 or not all(parts):
        raise question.invalid(value, ":above and :below take code or system|code")
    code = parts[-1]
    systems = parts[:-1] or list(question.index.keys(question.field("system")))
    families = _families(question, systems, code, upwards)
    if not families:
        raise UnsupportedModifier(
            f"{question.name}={value[:80]}: {_named(systems)} not held here, so that what is "
            "above or below a code cannot be told; ask for the codes themselves",
            expression=question.name,
        )
    if not all(family.complete for family in families.values()):
        partial = [system for system, family in families.items() if not family.complete]
        question.warnings.append(
            SearchWarning(
                f"Of {', '.join(partial)} only a part is held: codes above or below {code!r} "
                "that are not in it were not looked for",
                "incomplete",
                question.name,
            )
        )
    return union(
        [_coding(question, system, kin) for system in families for kin in families[system].codes]
    )


def _families(
    question: Question, systems: Iterable[str], code: str, upwards: bool
) -> dict[str, Family]:
    lineage = question.table.lineage
    if lineage is None:
        return {}
    asked = {s: lineage(question.index, s, code, upwards=upwards) for s in systems}
    # A code that its system does not have, or does not have here, stands for itself.
    return {
        system: Family(family.codes or frozenset({code}), family.complete)
        for system, family in asked.items()
        if family is not None
    }


def _named(systems: list[str]) -> str:
    if len(systems) == 1:
        return f"the hierarchy of {systems[0]} is"
    return "the hierarchies of the systems that are used there are"


def _code_text(question: Question, value: str) -> Rows:
    """Return the rows with a code that starts so, whatever its case."""
    field, start = question.field("token"), fold(unescape(value))
    keys = [key for key in question.index.keys(field) if fold(parts_of(key)[0]).startswith(start)]
    return union([question.index.term(field, key) for key in keys])


def _text_advanced(question: Question, value: str) -> Rows:
    return holding(question, "text", value)


def _of_type(question: Question, value: str) -> Rows:
    parts = [unescape(part) for part in split(value, "|")]
    if len(parts) != 3 or not all(parts):
        raise question.invalid(value, ":of-type takes system|code|value, all of them given")
    return question.index.term(question.field("identifier-type"), identifier_type_key(*parts))


def _text(question: Question, value: str) -> Rows:
    return starting_with(question, "text", unescape(value))


_BY_MODIFIER: Mapping[str | None, Match] = {
    None: coded,
    "not": coded,
    "text": _text,
    "in": _in_value_set,
    "not-in": _in_value_set,
    "of-type": _of_type,
    "above": _above,
    "below": _below,
    "code-text": _code_text,
    "text-advanced": _text_advanced,
}
