"""Every name that a fact mentions exists: concepts, drugs, studies, groups, sources.

Also the arithmetic a file can be held to: n is not above N, and a printed percentage is n/N.
"""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NewType, get_args

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts.drug_facts import RiskProgramme
from fhir_kb.facts.fact import (
    ConceptId,
    DrugId,
    GroupId,
    OrganizationId,
    ProgrammeId,
    SourceId,
    StudyId,
)
from fhir_kb.facts.knowledge import FactFile, Knowledge, Study
from fhir_kb.facts.schema import authored_name, hints
from fhir_kb.facts.study_facts import CountedEvent, OutcomeCount, StudyGroup


def check_references(knowledge: Knowledge, folder: Path) -> None:
    """Refuse knowledge in which a name leads nowhere or a count contradicts itself."""
    mistakes = [
        f"{folder}: {file.id}.{fact.id}: {mistake}"
        for file in knowledge.files()
        for fact in file
        for mistake in (*_dangling(knowledge, file, fact), *_miscounted(file, fact))
    ]
    mistakes += [
        f"{folder}: {study.id}: {mistake}"
        for study in knowledge.studies.values()
        for mistake in _study_header(knowledge, study)
    ]
    if mistakes:
        raise KnowledgeError("\n".join(mistakes))


def _known(knowledge: Knowledge, file: FactFile) -> dict[Any, Collection[str]]:
    return {
        ConceptId: knowledge.concepts,
        DrugId: knowledge.drugs,
        StudyId: knowledge.studies,
        SourceId: knowledge.sources,
        OrganizationId: knowledge.organizations,
        GroupId: [group.id for group in file.of(StudyGroup)],
        ProgrammeId: [programme.id for programme in file.of(RiskProgramme)],
    }


def _dangling(knowledge: Knowledge, file: FactFile, fact: Any) -> Iterator[str]:
    known = _known(knowledge, file)
    for where, kind, name in _names(fact):
        if kind in known and name not in known[kind]:
            near = difflib.get_close_matches(name, known[kind], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield f"{where}: no {kind.__name__.removesuffix('Id').lower()} {name!r}{hint}"


def _names(value: Any, where: str = "") -> Iterator[tuple[str, Any, str]]:
    for field in fields(value):
        content = getattr(value, field.name)
        place = f"{where}{authored_name(field)}"
        kind = _named_kind(hints(value.__class__)[field.name])
        for part in content if isinstance(content, tuple) else (content,):
            if kind is not None and isinstance(part, str):
                yield place, kind, part
            elif is_dataclass(part):
                yield from _names(part, f"{place}.")


def _named_kind(hint: Any) -> Any:
    if isinstance(hint, NewType):
        return hint
    return next((kind for arm in get_args(hint) if (kind := _named_kind(arm))), None)


def _miscounted(file: FactFile, fact: Any) -> Iterator[str]:
    if not isinstance(fact, OutcomeCount | CountedEvent) or fact.n is None:
        return
    sizes: dict[str, int | None] = {group.id: group.n for group in file.of(StudyGroup)}
    total = fact.of if isinstance(fact, OutcomeCount) and fact.of else sizes.get(fact.group)
    if total is None:
        return
    if fact.n > total:
        yield f"n is {fact.n}, more than the group's {total}"
    elif fact.percent and abs(_share(fact.n, total) - fact.percent.value) > _half(
        fact.percent.value
    ):
        yield f"{fact.n} of {total} is {_share(fact.n, total):.2f} %, not {fact.percent.value} %"


def _share(n: int, total: int) -> Decimal:
    return Decimal(100 * n) / total


def _half(printed: Decimal) -> Decimal:
    """Half a unit of the last printed digit, a little more for a rounded half."""
    exponent = printed.as_tuple().exponent
    return Decimal(1).scaleb(int(exponent)) * Decimal("0.51")


def _study_header(knowledge: Knowledge, study: Study) -> Iterator[str]:
    if study.condition not in knowledge.concepts:
        yield f"condition: no concept {study.condition!r}"
    yield from (f"drugs: no drug {id!r}" for id in study.drugs if id not in knowledge.drugs)
    for id in filter(None, (study.source, study.publication)):
        if id not in knowledge.sources:
            yield f"source: no source {id!r}"
