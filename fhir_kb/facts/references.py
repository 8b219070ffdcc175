"""Every name that a fact mentions exists: concepts, drugs, studies, groups, sources.

Whatever else one file can be caught at, its counts among them, is reported along with it.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, NewType, get_args

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts.code_set import CodeSetId
from fhir_kb.facts.counts import Sizes, miscounted
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
from fhir_kb.facts.knowledge import Drug, FactFile, Knowledge, Rule, Study
from fhir_kb.facts.rule import PopulationId
from fhir_kb.facts.schema import authored_name, hints
from fhir_kb.facts.study_facts import StudyGroup
from fhir_kb.facts.yaml_text import AuthoredText, Path_

Name = tuple[Path_, Any, str]
"""A name in a fact: the path of keys that leads to it, its kind, the name itself."""


def check_references(knowledge: Knowledge, texts: Mapping[str, AuthoredText]) -> None:
    """Refuse knowledge in which a name leads nowhere or a count contradicts itself.

    ``texts`` holds the authored text of each file of facts by the file's id, to name the line.
    """
    mistakes = [
        str(texts[file.id].error(path, mistake))
        for file in knowledge.files()
        for path, mistake in _mistakes(knowledge, file)
    ]
    if mistakes:
        raise KnowledgeError("\n".join(mistakes))


def _mistakes(knowledge: Knowledge, file: FactFile) -> Iterator[tuple[Path_, str]]:
    known = _known(knowledge, file)
    sizes: Sizes = {group.id: group.n for group in file.of(StudyGroup)}
    for section, facts in file.sections.items():
        for i, fact in enumerate(facts):
            for where, mistake in (*_dangling(known, names_in(fact)), *miscounted(fact, sizes)):
                yield (section, i, *where), mistake
    yield from _dangling(known, _headers(knowledge, file))


def _headers(knowledge: Knowledge, file: FactFile) -> Iterator[Name]:
    """Yield the names outside facts: a file's own header, an entry of the list of sources."""
    if isinstance(file, Drug):
        yield ("concept",), ConceptId, file.concept
    elif isinstance(file, Study):
        yield ("condition",), ConceptId, file.condition
        yield ("source",), SourceId, file.source
        yield from ((("drugs", i), DrugId, drug) for i, drug in enumerate(file.drugs))
        if file.publication is not None:
            yield ("publication",), SourceId, file.publication
    elif isinstance(file, Rule):
        yield from names_in(file.header)
    elif file is knowledge.bibliography:
        for i, source in enumerate(knowledge.sources.values()):
            for where, kind, name in names_in(source):
                yield ("sources", i, *where), kind, name


def _known(knowledge: Knowledge, file: FactFile) -> dict[Any, Collection[str]]:
    return {
        ConceptId: knowledge.concepts,
        DrugId: knowledge.drugs,
        StudyId: knowledge.studies,
        SourceId: knowledge.sources,
        OrganizationId: knowledge.organizations,
        CodeSetId: knowledge.code_sets,
        PopulationId: [fact.id for fact in knowledge.populations],
        GroupId: [group.id for group in file.of(StudyGroup)],
        ProgrammeId: [programme.id for programme in file.of(RiskProgramme)],
    }


def _dangling(
    known: dict[Any, Collection[str]], names: Iterable[Name]
) -> Iterator[tuple[Path_, str]]:
    for where, kind, name in names:
        if kind in known and name not in known[kind]:
            near = difflib.get_close_matches(name, known[kind], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield where, f"no {_words(kind)} {name!r}{hint}"


def _words(kind: Any) -> str:
    """Return what a kind of name is called: ``code set`` for ``CodeSetId``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__.removesuffix("Id")).lower()


def names_in(value: Any) -> Iterator[Name]:
    """Yield every name in a value, however deep."""
    for field in fields(value):
        content = getattr(value, field.name)
        kind = _named_kind(hints(value.__class__)[field.name])
        parts = content if isinstance(content, tuple) else (content,)
        for i, part in enumerate(parts):
            where: Path_ = (authored_name(field), i) if len(parts) > 1 else (authored_name(field),)
            if kind is not None and isinstance(part, str):
                yield where, kind, part
            elif is_dataclass(part):
                yield from (((*where, *inner), kind, name) for inner, kind, name in names_in(part))


@cache
def _named_kind(hint: Any) -> Any:
    if isinstance(hint, NewType):
        return hint
    return next((kind for arm in get_args(hint) if (kind := _named_kind(arm))), None)
