"""ValueSet: the codes by which rules recognise what stands in a patient's record.

https://hl7.org/fhir/R4/valueset.html; all versions write these alike.

A code that is taken with all below it (of ICD-10-CM, of ATC) is a filter.
"""

from collections.abc import Iterator
from typing import Any

from fhir_kb.facts.code_set import CodeSet, CodeSetId, MemberCode
from fhir_kb.facts.knowledge import Rule
from fhir_kb.facts.references import names_in
from fhir_kb.formats import Json
from fhir_kb.resources.canonical import machine_name
from fhir_kb.resources.concept_system import copyright_of
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import present
from fhir_kb.resources.narrative import narrative
from fhir_kb.settings import CANONICAL


def code_set_url(code_set: CodeSet) -> str:
    """Return the canonical URL of a set's ValueSet."""
    return f"{CANONICAL}/ValueSet/code-set-{code_set.id}"


def build(context: Context) -> Iterator[Json]:
    """Yield one ValueSet per code set; a set that is made of others includes theirs."""
    for code_set in context.knowledge.code_sets.values():
        yield _value_set(context, code_set)


def code_sets_in(context: Context, rule: Rule) -> Iterator[CodeSet]:
    """Yield the code sets that a rule names, in its header, criteria and populations."""
    named = [
        *_names(rule.header),
        *(name for fact in rule for name in _names(fact)),
        *(
            name
            for fact in rule
            for field in ("population", "outside")
            if (population := getattr(fact, field, None)) is not None
            for name in _names(rule.populations[population])
        ),
    ]
    for name in dict.fromkeys(named):
        yield context.knowledge.code_sets[name]


def _names(value: Any) -> Iterator[str]:
    return (name for _, kind, name in names_in(value) if kind is CodeSetId)


def _value_set(context: Context, code_set: CodeSet) -> Json:
    release = context.knowledge.release
    id = f"code-set-{code_set.id}"
    title = f"Recognised as {code_set.text}"
    members = [member for member in code_set.codes if member.system not in context.left_out]
    description = f"Codes by which rules recognise: {code_set.text}."
    rows = [(member.display, member.code) for member in members]
    return present(
        resourceType="ValueSet",
        id=id,
        text=narrative(title, rows, [description, code_set.note or ""]),
        url=code_set_url(code_set),
        version=release.version,
        name=machine_name(id),
        title=title,
        status="active",
        experimental=False,
        date=release.date,
        publisher="fhir_kb",
        description=description,
        copyright=copyright_of(member.system for member in members),
        compose={"include": [*_includes(members), *_parts(context, code_set)]},
    )


def _includes(members: list[MemberCode]) -> Iterator[Json]:
    """Yield an include per system for single codes, and one per code taken with all below it."""
    for system in dict.fromkeys(member.system for member in members):
        single = [member for member in members if member.system == system and not member.with_]
        if single:
            yield {
                "system": system,
                "concept": [{"code": member.code, "display": member.display} for member in single],
            }
    for member in members:
        if member.with_:
            branch = {"property": "concept", "op": "is-a", "value": member.code}
            yield {"system": member.system, "filter": [branch]}


def _parts(context: Context, code_set: CodeSet) -> Iterator[Json]:
    for part in code_set.parts:
        yield {"valueSet": [code_set_url(context.knowledge.code_sets[part])]}
