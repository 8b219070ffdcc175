"""The authored files of a folder become one ``Knowledge``, or an error that names the line."""

from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts.fact import ConceptId, DrugId, Fact, SourceId
from fhir_kb.facts.kinds import SECTIONS
from fhir_kb.facts.knowledge import Drug, F, FactFile, Knowledge, Release, Study
from fhir_kb.facts.reading import FileKind, check_against_schema, read_object
from fhir_kb.facts.references import check_references
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
    for id in studies.keys() & drugs.keys():
        raise studies[id].error(("study",), f"{id!r} is the name of a drug's file already")
    organizations = _facts(sources, "organizations", Organization, None)
    details = _facts(sources, "source_details", SECTIONS["source_details"], None)
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
    )
    check_references(knowledge, {"sources": sources, **drugs, **studies})
    return knowledge


def _read(file: Path, kind: FileKind) -> AuthoredText:
    text = read_yaml_text(file)
    check_against_schema(text, kind)
    return text


def _read_folder(folder: Path, kind: Literal["drug", "study"]) -> dict[str, AuthoredText]:
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


def _sections(text: AuthoredText) -> dict[str, tuple[Fact, ...]]:
    sections = {
        name: _facts(text, name, cls, text.data.get("source"))
        for name, cls in SECTIONS.items()
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


def check_file(file: Path) -> None:
    """Refuse one authored file whose form is wrong, whatever the other files say."""
    kinds: dict[str, FileKind] = {"drugs": "drug", "studies": "study"}
    kind = kinds.get(file.parent.name) or {
        "sources": "sources",
        "concepts": "concepts",
        "not-modelled": "not-modelled",
    }.get(file.stem)
    if kind is None:
        raise KnowledgeError(f"{file}: not a file of drugs/ or studies/, nor one of the lists")
    _read(file, kind)  # type: ignore[arg-type]  # the dict's values are the literals
