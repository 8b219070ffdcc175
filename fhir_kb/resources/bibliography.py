"""A source's identifiers, links and citation text, as several resources write them.

https://hl7.org/fhir/R4/identifier-registry.html
"""

from collections.abc import Iterator

from fhir_kb.facts.source import Publication, Source
from fhir_kb.formats import Json
from fhir_kb.resources.datatypes import identifier

_DOI = "https://doi.org"
_PUBMED = "https://pubmed.ncbi.nlm.nih.gov"
_PMC = "https://pmc.ncbi.nlm.nih.gov"


def identifiers(source: Source) -> list[Json]:
    """Return our own identifier of a source, then those of its publication."""
    return [identifier("source", source.id), *publication_identifiers(source.publication)]


def publication_identifiers(publication: Publication) -> Iterator[Json]:
    """Yield the DOI and the PubMed and PubMed Central numbers that are held."""
    for system, value in (
        (_DOI, publication.doi),
        (_PUBMED, publication.pmid),
        (_PMC, publication.pmcid),
    ):
        if value:
            yield {"system": system, "value": value}


def link(source: Source) -> str | None:
    """Return where a reader finds a source: its own page, or its DOI resolved."""
    doi = source.publication.doi
    return source.url or (f"{_DOI}/{doi}" if doi else None)


def citation_text(source: Source) -> str:
    """Return ``Tosi P, Ronconi S. Title. Journal 2020;12(3):7-15. doi:…`` of what is known."""
    work = source.publication
    sentences = [", ".join(work.authors), work.title, _place(work)]
    if work.doi:
        sentences.append(f"doi:{work.doi}")
    return " ".join(f"{sentence.rstrip('.')}." for sentence in sentences if sentence)


def _place(work: Publication) -> str:
    """Return journal, year, volume, issue and pages: ``Blood 2012;119(1):7-15``."""
    issue = f"({work.issue})" if work.issue else ""
    volume = f";{work.volume or ''}{issue}" if work.volume or issue else ""
    pages = f":{work.pages}" if work.pages else ""
    journal = work.journal or ""
    return f"{journal} {work.year or ''}{volume}{pages}".strip()
