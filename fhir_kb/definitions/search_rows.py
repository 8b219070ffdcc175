"""A search parameter as a row of plain JSON values, and back.

https://hl7.org/fhir/R4/searchparameter.html
"""

from typing import Any

from fhir_kb.definitions.model import SearchParameter

Row = list[Any]


def encode_search_parameter(parameter: SearchParameter) -> Row:
    """Return the row of ``parameter``."""
    components = [
        [code, expression, type]
        for (code, expression), type in zip(
            parameter.components, parameter.component_types, strict=True
        )
    ]
    return [
        parameter.code,
        parameter.url,
        parameter.type,
        parameter.expression,
        list(parameter.targets),
        components,
        parameter.description,
    ]


def decode_search_parameter(row: Row) -> SearchParameter:
    """Return the search parameter in ``row``."""
    code, url, type, expression, targets, components, description = row
    return SearchParameter(
        code=code,
        url=url,
        type=type,
        expression=expression,
        targets=tuple(targets),
        components=tuple((component[0], component[1]) for component in components),
        component_types=tuple(component[2] for component in components),
        description=description,
    )
