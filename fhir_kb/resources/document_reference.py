"""DocumentReference: a document that facts are taken from, or a work that such a document cites.

https://hl7.org/fhir/R4/documentreference.html; all versions write these alike.

Attachment.hash is a SHA-1; the digest that is held of a received file is a SHA-256, so it is an
extension. What a document says of itself is a ``knowledge-statement``.
"""

from collections.abc import Iterator

from fhir_kb.facts.remarks import SourceDetail
from fhir_kb.facts.source import Source
from fhir_kb.formats import Json
from fhir_kb.resources.bibliography import citation_text, identifiers, link
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import own_extension, present, reference
from fhir_kb.resources.frame import frame
from fhir_kb.resources.local_code import SOURCE_KIND
from fhir_kb.resources.statement import knowledge_statement


def build(context: Context) -> Iterator[Json]:
    """Yield one DocumentReference per source, in any version."""
    for source in context.knowledge.sources.values():
        details = list(_details(context, source))
        opening = frame(
            "DocumentReference", source.id, "bibliography", source.name, _rows(source, details)
        )
        yield opening | present(
            extension=[*_extensions(context, source), *_statements(context, details)],
            identifier=identifiers(source),
            status="current",
            type=SOURCE_KIND.concept(source.kind),
            author=[{"display": author} for author in source.publication.authors],
            custodian=_publisher(context, source),
            description=citation_text(source),
            content=[{"attachment": _attachment(source)}],
        )


def _details(context: Context, source: Source) -> Iterator[SourceDetail]:
    """Yield what a document says of itself and of other works, whichever file holds it."""
    for file in context.knowledge.files():
        for detail in file.of(SourceDetail):
            if str(detail.cite[0].source) == source.id:
                yield detail


def _rows(source: Source, details: list[SourceDetail]) -> Iterator[tuple[str, str | None]]:
    yield "Kind", SOURCE_KIND.codes[source.kind]
    yield "Citation", citation_text(source)
    yield "File as received", source.file
    yield "SHA-256 of the file", source.sha256
    yield "Reviewed", source.reviewed
    yield "Identifiers checked at", source.publication.verified_at
    for detail in details:
        yield detail.aspect.replace("-", " ").capitalize(), _words(detail)
    yield "Note", source.note


def _words(detail: SourceDetail) -> str:
    values = "; ".join(detail.values)
    return f"{values}. {detail.says}" if detail.says else values


def _statements(context: Context, details: list[SourceDetail]) -> Iterator[Json]:
    for detail in details:
        yield knowledge_statement(context, detail, detail.aspect, _words(detail))


def _extensions(context: Context, source: Source) -> Iterator[Json]:
    if source.reviewed:
        yield own_extension("last-reviewed", valueDate=source.reviewed)
    if source.cited_by:
        citing = context.knowledge.sources[source.cited_by]
        target = reference("DocumentReference", citing.id, citing.name)
        yield own_extension("cited-by", valueReference=target)
    if source.publication.verified_at:
        checked = source.publication.verified_at
        yield own_extension("identifiers-checked-at", valueString=checked)
    if source.note:
        yield own_extension("source-note", valueString=source.note)


def _publisher(context: Context, source: Source) -> Json | None:
    if source.publisher is None:
        return None
    organization = context.knowledge.organizations[source.publisher]
    return reference("Organization", organization.id, organization.name)


def _attachment(source: Source) -> Json:
    """Return the document: the text as received, or where a cited work is found."""
    digest = [own_extension("sha-256", valueString=source.sha256)] if source.sha256 else []
    return present(
        extension=digest,
        contentType="text/plain" if source.file else None,
        language=source.language,
        url=link(source),
        title=source.file or source.publication.title,
    )
