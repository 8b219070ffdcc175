"""The authored files of a folder become one ``Knowledge``, or an error that names the line."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts.code_set import CodeSet, UnitSpelling, Wording
from fhir_kb.facts.criteria import RULE_KINDS
from fhir_kb.facts.fact import ConceptId, DrugId, Fact, SourceId
from fhir_kb.facts.kinds import SECTIONS
from fhir_kb.facts.knowledge import Drug, F, FactFile, Knowledge, Release, Rule, Study
from fhir_kb.facts.reading import check_against_schema, read_object
from fhir_kb.facts.references import check_references
from fhir_kb.facts.rule import Population, RuleHeader
from fhir_kb.facts.rule_checks import check_code_sets, check_rules
from fhir_kb.facts.schema import FileKind
from fhir_kb.facts.source import Concept, NotModelled, Organization, Source
from fhir_kb.facts.yaml_text import AuthoredText, read_yaml_text


def load_knowledge(folder: Path | None = None) -> Knowledge:
    """Return the knowledge of a folder (the packaged one by default).

    Raises KnowledgeError with file, line and what was expected, for every mistake found.
    """
    return _packaged() if folder is None else _load(folder)


@cache
def _packaged() -> Knowledge:
    with as_file(files("fhir_kb") / "knowledge") as folder:
        return _load(folder)


def _load(folder: Path) -> Knowledge:
    sources = _read(folder / "sources.yaml", "sources")
    concepts = _read(folder / "concepts.yaml", "concepts")
    not_modelled = _read(folder / "not-modelled.yaml", "not-modelled")
    release = read_yaml_text(folder / "release.yaml")
    drugs = _read_folder(folder / "drugs", "drug")
    studies = _read_folder(folder / "studies", "study")
    rules = _read_folder(folder / "rules", "rule")
    code_sets = _read_if_there(folder / "code-sets.yaml", "code-sets")
    groups = _read_if_there(folder / "populations.yaml", "populations")
    for id in studies.keys() & drugs.keys():
        raise studies[id].error(("study",), f"{id!r} is the name of a drug's file already")
    for id in rules.keys() & (drugs.keys() | studies.keys()):
        raise rules[id].error(("rule",), f"{id!r} is the name of another file already")
    organizations = _facts(sources, "organizations", Organization, None)
    details = _facts(sources, "source_details", SECTIONS["source_details"], None)
    populations = _facts(groups, "populations", Population, groups.data.get("source"))
    knowledge = Knowledge(
        release=read_object(Release, release.data, release, ()),
        sources={entry.id: entry for entry in _entries(sources, "sources", Source)},
        organizations={fact.id: fact for fact in organizations},
        bibliography=FactFile(
            "sources", {"organizations": organizations, "source_details": details}
        ),
        concepts={entry.id: entry for entry in _entries(concepts, "concepts", Concept)},
        drugs={id: _drug(text) for id, text in drugs.items()},
        studies={id: _study(text) for id, text in studies.items()},
        not_modelled=tuple(_entries(not_modelled, "not_modelled", NotModelled)),
        wordings=tuple(_entries(code_sets, "wordings", Wording)),
        code_sets={entry.id: entry for entry in _entries(code_sets, "code_sets", CodeSet)},
        unit_spellings=tuple(_entries(code_sets, "units", UnitSpelling)),
        populations=FactFile("populations", {"populations": populations}),
        rules={
            id: _rule(text, {population.id: population for population in populations})
            for id, text in rules.items()
        },
    )
    texts = {"sources": sources, "populations": groups, **drugs, **studies, **rules}
    check_references(knowledge, texts)
    check_code_sets(knowledge, code_sets)
    check_rules(knowledge, rules)
    return knowledge


def _read(file: Path, kind: FileKind) -> AuthoredText:
    text = read_yaml_text(file)
    check_against_schema(text, kind)
    return text


def _read_if_there(file: Path, kind: FileKind) -> AuthoredText:
    """Return a file that a knowledge without rules can do without."""
    return _read(file, kind) if file.exists() else AuthoredText(file, {}, {})


def _read_folder(folder: Path, kind: Literal["drug", "study", "rule"]) -> dict[str, AuthoredText]:
    """Return the texts of a folder by their ids, which are the names of the files."""
    texts = {file.stem: _read(file, kind) for file in sorted(folder.glob("*.yaml"))}
    for stem, text in texts.items():
        if text.data[kind] != stem:
            raise text.error((kind,), f"{text.data[kind]!r} must be the file's name {stem!r}")
    return texts


def _entries(text: AuthoredText, section: str, cls: type[Any]) -> list[Any]:
    entries = [
        read_object(cls, entry, text, (section, i))
        for i, entry in enumerate(text.data.get(section, []))
    ]
    seen: set[str] = set()
    for i, entry in enumerate(entries):
        id = getattr(entry, "id", None)
        if id in seen:
            raise text.error((section, i, "id"), f"{id!r} stands twice")
        if id is not None:
            seen.add(id)
    return entries


def _facts(text: AuthoredText, section: str, cls: type[F], source: str | None) -> tuple[F, ...]:
    facts = []
    for i, fact in enumerate(_entries(text, section, cls)):
        cite = tuple(
            citation if citation.source else replace(citation, source=source and SourceId(source))
            for citation in fact.cite
        )
        if any(citation.source is None for citation in cite):
            raise text.error((section, i, "cite"), "no source here, and the file names none")
        facts.append(replace(fact, cite=cite))
    return tuple(facts)


def _sections(
    text: AuthoredText, kinds: Mapping[str, type[Fact]] = SECTIONS
) -> dict[str, tuple[Fact, ...]]:
    sections = {
        name: _facts(text, name, cls, text.data.get("source"))
        for name, cls in kinds.items()
        if name in text.data
    }
    seen: dict[str, str] = {}
    for name, facts in sections.items():
        for i, fact in enumerate(facts):
            if fact.id in seen:
                raise text.error((name, i, "id"), f"{fact.id!r} is taken in {seen[fact.id]}")
            seen[fact.id] = name
    return sections


def _drug(text: AuthoredText) -> Drug:
    return Drug(text.data["drug"], _sections(text), ConceptId(text.data["concept"]))


def _study(text: AuthoredText) -> Study:
    data = text.data
    drugs = data["drugs"] if isinstance(data["drugs"], list) else [data["drugs"]]
    return Study(
        id=data["study"],
        sections=_sections(text),
        title=data["title"],
        short=data["short"],
        kind=data["kind"],
        condition=ConceptId(data["condition"]),
        drugs=tuple(DrugId(drug) for drug in drugs),
        source=data["source"],
        publication=data.get("publication"),
    )


def _rule(text: AuthoredText, populations: Mapping[str, Population]) -> Rule:
    data = text.data
    header = read_object(RuleHeader, data, text, ())
    return Rule(data["rule"], _sections(text, RULE_KINDS[header.kind]), header, populations)


def check_file(file: Path) -> None:
    """Refuse one authored file whose form is wrong, whatever the other files say."""
    kinds: dict[str, FileKind] = {"drugs": "drug", "studies": "study", "rules": "rule"}
    kind = kinds.get(file.parent.name) or {
        "sources": "sources",
        "concepts": "concepts",
        "code-sets": "code-sets",
        "populations": "populations",
        "not-modelled": "not-modelled",
    }.get(file.stem)
    if kind is None:
        raise KnowledgeError(
            f"{file}: not a file of drugs/ or studies/ or rules/, nor one of the lists"
        )
    _read(file, kind)  # type: ignore[arg-type]  # the dict's values are the literals
