"""A readable narrative: a heading and rows of label and text.

https://hl7.org/fhir/R4/narrative.html
"""

from collections.abc import Iterable
from html import escape

from fhir_kb.formats import Json

Rows = Iterable[tuple[str, str | None]]


def narrative(title: str, rows: Rows, paragraphs: Iterable[str] = ()) -> Json:
    """Return a generated Narrative; a row without text is left out."""
    lines = "".join(
        f"<tr><th>{escape(label)}</th><td>{escape(text)}</td></tr>" for label, text in rows if text
    )
    table = f"<table><tbody>{lines}</tbody></table>" if lines else ""
    words = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs if paragraph)
    heading = f"<p><b>{escape(title)}</b></p>"
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{heading}{words}{table}</div>'
    return {"status": "generated", "div": div}
