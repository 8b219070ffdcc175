"""Cut a FHIRPath text into tokens.

https://hl7.org/fhirpath/#lexical-elements
"""

import re
from typing import NamedTuple

from fhir_kb.errors import FHIRPathError

MAX_LENGTH = 20_000
"""Characters; the longest published expression has about 3,000."""


class Token(NamedTuple):
    """A piece of text; ``position`` counts characters from 0."""

    kind: str
    text: str
    position: int


_TOKEN = re.compile(
    r"""
    (?P<space>     \s+ | //[^\r\n]* | /\*.*?\*/ )
  | (?P<datetime>  @\d{4}(?:-\d\d(?:-\d\d)?)?T
                   (?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)? )
  | (?P<date>      @\d{4}(?:-\d\d(?:-\d\d)?)? )
  | (?P<time>      @T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)? )
  | (?P<long>      \d+L\b )
  | (?P<number>    \d+(?:\.\d+)? )
  | (?P<special>   \$(?:this|index|total)\b )
  | (?P<name>      [A-Za-z_][A-Za-z0-9_]* )
  | (?P<delimited> `(?:\\.|[^`\\])*` )
  | (?P<string>    '(?:\\.|[^'\\])*' )
  | (?P<symbol>    <= | >= | != | !~ | /(?!\*) | [-+*|&<>=~.,()\[\]{}%] )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)

_UNFINISHED = {
    "'": "the closing ' of this string",
    "`": "the closing ` of this identifier",
    "/": "the closing */ of this comment",
    "@": "a date, a dateTime or a time (@2024-05, @2024-05-31T10:00Z, @T10:00)",
    "$": "$this, $index or $total",
    '"': "a string in single quotes",
}


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of ``text`` and a last one of the kind ``end``; refuse other characters."""
    if len(text) > MAX_LENGTH:
        raise FHIRPathError(
            f"The expression has {len(text)} characters, at most {MAX_LENGTH} are read"
        )
    tokens = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise FHIRPathError(_refusal(text, position), expression=text)
        kind = match.lastgroup or ""
        if kind != "space":
            tokens.append(Token(kind, match.group(), position))
        position = match.end()
    tokens.append(Token("end", "", position))
    return tokens


def _refusal(text: str, position: int) -> str:
    character = text[position]
    unfinished = text.startswith("/*", position) or character != "/"
    expected = _UNFINISHED.get(character) if unfinished else None
    message = f"Unexpected {character!r} at character {position + 1} of the FHIRPath expression"
    return f"{message}: expected {expected}" if expected else message


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def unquoted(token: Token) -> str:
    """Return what a quoted ``token`` says; a needless backslash is dropped."""
    body = unescaped(token.text[1:-1])
    if any("\ud800" <= character <= "\udfff" for character in body):
        raise FHIRPathError(
            f"The string at character {token.position + 1} holds half of a surrogate pair; "
            "write both \\u escapes of the character"
        )
    return body


def unescaped(text: str) -> str:
    """Return ``text`` with its escapes replaced by what they stand for."""
    if "\\" not in text:
        return text
    return _SURROGATES.sub(_joined, _ESCAPE.sub(_meant, text))


def _meant(match: re.Match[str]) -> str:
    escape = match.group(1)
    if len(escape) == 5:
        return chr(int(escape[1:], 16))
    return _ESCAPES.get(escape, escape)


def _joined(match: re.Match[str]) -> str:
    return match.group().encode("utf-16", "surrogatepass").decode("utf-16")
