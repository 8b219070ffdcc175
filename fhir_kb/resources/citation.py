"""Citation: the bibliographic record of a source.

https://hl7.org/fhir/R4B/citation.html, https://hl7.org/fhir/R5/citation.html. R4 has none: its
bibliographic record is the DocumentReference.

R4B puts volume, issue and year into ``periodicRelease``; R5 has them directly. R4B names a
relationship in ``relationshipType``, R5 in ``type``.
"""

from collections.abc import Iterator

from fhir_kb.facts.source import Publication, Source
from fhir_kb.formats import Json
from fhir_kb.resources.bibliography import citation_text, link, publication_identifiers
from fhir_kb.resources.canonical import canonical_opening
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import coded, present, reference

_THO = "http://terminology.hl7.org/CodeSystem"
_R5 = "http://hl7.org/fhir"


def build_r4b(context: Context) -> Iterator[Json]:
    """Yield one Citation per source, in R4B."""
    for source in context.knowledge.sources.values():
        work = source.publication
        release = present(
            volume=work.volume,
            issue=work.issue,
            dateOfPublication={"year": str(work.year)} if work.year else None,
        )
        form = present(
            publishedIn=_periodical(work, _THO), periodicRelease=release, pageString=work.pages
        )
        yield _opening(context, source) | {
            "citedArtifact": _artifact(source, _THO, form)
            | present(relatesTo=list(_citing_r4b(context, source)))
        }


def build_r5(context: Context) -> Iterator[Json]:
    """Yield one Citation per source, in R5."""
    for source in context.knowledge.sources.values():
        work = source.publication
        form = present(
            publishedIn=_periodical(work, _R5),
            volume=work.volume,
            issue=work.issue,
            publicationDateText=str(work.year) if work.year else None,
            pageString=work.pages,
        )
        yield _opening(context, source) | {
            "citedArtifact": _artifact(source, _R5, form)
            | present(relatesTo=list(_citing_r5(context, source)))
        }


def _opening(context: Context, source: Source) -> Json:
    rows = [
        ("Citation", citation_text(source)),
        ("Identifiers checked at", source.publication.verified_at),
        ("Note", source.note),
    ]
    opening = canonical_opening(context, "Citation", source.id, "bibliography", source.name, rows)
    checked = source.publication.verified_at
    notes = [source.note, f"Identifiers checked at: {checked}" if checked else None]
    return opening | present(
        summary=[{"text": citation_text(source)}],
        note=[{"text": note} for note in notes if note],
    )


def _artifact(source: Source, systems: str, form: Json) -> Json:
    """Return the cited work; ``systems`` is where this version keeps its code systems."""
    work = source.publication
    title = coded(f"{systems}/title-type", "primary", "Primary title")
    authors = coded(f"{systems}/contributor-summary-type", "author-string", "Author string")
    summary = {"type": authors, "value": ", ".join(work.authors)}
    url = link(source)
    return present(
        identifier=list(publication_identifiers(work)),
        title=[{"type": [title], "text": work.title}],
        publicationForm=[form] if form else None,
        webLocation=[{"url": url}] if url else None,
        contributorship={"summary": [summary]} if work.authors else None,
    )


def _periodical(work: Publication, systems: str) -> Json | None:
    if work.journal is None:
        return None
    return {
        "type": coded(f"{systems}/published-in-type", "D020492", "Periodical"),
        "title": work.journal,
    }


def _citing_r4b(context: Context, source: Source) -> Iterator[Json]:
    if source.cited_by:
        yield {
            "relationshipType": coded(f"{_THO}/artifact-relationship-type", "cited-by", "Cited By"),
            "targetReference": _citing(context, source.cited_by),
        }


def _citing_r5(context: Context, source: Source) -> Iterator[Json]:
    if source.cited_by:
        yield {"type": "cited-by", "resourceReference": _citing(context, source.cited_by)}


def _citing(context: Context, id: str) -> Json:
    return reference("Citation", id, context.knowledge.sources[id].name)
