"""The source of each figure, on the element that holds it: extension ``fact-source``."""

from fhir_kb.facts.fact import Citation, Fact
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import complex_extension, reference


def fact_sources(context: Context, *facts: Fact) -> list[Json]:
    """Return one ``fact-source`` extension per citation of each fact."""
    return [_fact_source(context, fact, citation) for fact in facts for citation in fact.cite]


def sourced(context: Context, element: Json, *facts: Fact) -> Json:
    """Return the element with the sources of its facts added to its extensions."""
    marks = fact_sources(context, *facts)
    return {**element, "extension": [*element.get("extension", []), *marks]}


def _fact_source(context: Context, fact: Fact, citation: Citation) -> Json:
    source = context.knowledge.sources[str(citation.source)]
    printed = [("printed", {"valueString": figure}) for figure in citation.printed]
    flags = [("flag", {"valueCode": flag}) for flag in fact.flags]
    return complex_extension(
        "fact-source",
        [
            ("factId", {"valueString": context.fact_id(fact)}),
            (
                "source",
                {"valueReference": reference("DocumentReference", source.id, source.name)},
            ),
            ("locator", {"valueString": citation.at}),
            ("lines", {"valueString": citation.lines} if citation.lines else None),
            ("cell", {"valueString": citation.cell} if citation.cell else None),
            *printed,
            *flags,
            ("note", {"valueString": fact.note} if fact.note else None),
        ],
    )
