"""The XHTML of a narrative: kept as its source text, and let into XML only when it is whole.

https://hl7.org/fhir/R4/narrative.html#xhtml
"""

import re
from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat  # noqa: S407  # expat is safe once DOCTYPE is refused, as here

from fhir_kb.errors import MalformedContent

XHTML = "http://www.w3.org/1999/xhtml"

_DIV = f"{XHTML} div"
_EMPTY_ELEMENT = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*+(?<=/)>""")
_TAG = re.compile(rb"<(?:([^\s:/>]+):)?[^\s/>]+")


def check_narrative(div: str) -> None:
    """Refuse ``div`` unless it is one well-formed XHTML ``div`` and nothing else.

    Otherwise a text could close the narrative early and go on with elements of its own.
    """
    parser = expat.ParserCreate("utf-8", " ")
    parser.XmlDeclHandler = _refuse_declaration
    parser.StartDoctypeDeclHandler = _refuse_declaration

    def check_root(name: str, _: dict[str, str]) -> None:
        parser.StartElementHandler = None
        if name != _DIV:
            raise MalformedContent(
                f'The narrative begins with {name[:60]!r}; it is a <div xmlns="{XHTML}">'
            )

    parser.StartElementHandler = check_root
    try:
        parser.Parse(div.encode(), True)
    except UnicodeEncodeError:
        raise MalformedContent("The narrative holds half a surrogate pair") from None
    except expat.ExpatError as error:
        raise MalformedContent(
            f"The narrative is not XHTML: {expat.ErrorString(error.code)} at its line "
            f"{error.lineno}, column {error.offset + 1}; XML knows no entities but "
            "&lt; &gt; &amp; &quot; &apos; and numbers (&#160;)"
        ) from None


def parse_narrative(
    div: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], bool],
) -> None:
    """Tell the tags of ``div`` to ``start`` and ``end``, its text to ``text`` while it wants more.

    Refuses what is not well-formed, an XML declaration and a DOCTYPE, with line and column; the
    root is not looked at.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    wanted = True

    def hand_over(data: str) -> None:
        nonlocal wanted
        if wanted and not text(data):
            wanted = False  # first, for taking the handler away calls it once more
            parser.CharacterDataHandler = None

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = hand_over
    parser.XmlDeclHandler = parser.StartDoctypeDeclHandler = _refuse_prolog
    try:
        parser.Parse(div, True)
    except UnicodeEncodeError:
        raise MalformedContent("half a surrogate pair", line=1, column=1) from None
    except expat.ExpatError as error:
        raise MalformedContent(
            expat.ErrorString(error.code), line=error.lineno, column=error.offset + 1
        ) from None
    finally:
        # The handlers lead back to the parser: cut, so that all are freed at once.
        parser.CharacterDataHandler = None


def narrative_text(data: bytes, start: int, end: int, declared: set[str]) -> str:
    """Return the source of the element at ``start``, its own namespace declared in it.

    ``end`` is where expat reports its end: before an end tag, but after an empty element.
    ``declared`` are the prefixes that its start tag declares, ``""`` for the default one; a
    declaration further out is added, since JSON has no elements around the ``div``.
    """
    if not _EMPTY_ELEMENT.fullmatch(data, start, end):
        end = data.index(b">", end) + 1
    source = data[start:end]
    tag = _TAG.match(source)
    if tag is None:
        raise MalformedContent("The narrative does not begin with a tag")
    prefix = (tag[1] or b"").decode()
    if prefix not in declared:
        name = f"xmlns:{prefix}" if prefix else "xmlns"
        source = tag[0] + f' {name}="{XHTML}"'.encode() + source[tag.end() :]
    return source.decode().replace("\r\n", "\n").replace("\r", "\n")


def _refuse_prolog(*_: object) -> NoReturn:
    raise MalformedContent(
        "neither an XML declaration nor a DOCTYPE may stand in it", line=1, column=1
    )


def _refuse_declaration(*_: object) -> NoReturn:
    raise MalformedContent(
        "The narrative holds an XML declaration or a DOCTYPE; neither is allowed"
    )
