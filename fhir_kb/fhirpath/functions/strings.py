"""Functions on text.

https://hl7.org/fhirpath/#string-manipulation
"""

import base64
import binascii
import html
import json
from collections.abc import Callable
from typing import Any

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.code import Code, from_value
from fhir_kb.fhirpath.functions.signature import Function, Functions, Invocation, giving
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.tokens import unescaped
from fhir_kb.fhirpath.values import EMPTY, kind_of, value_of

_WHITE_SPACE = " \t\r\n"


def _plain(calculate: Callable[[str], Any]) -> Function:
    """Return a function of the input text alone."""

    def build(call: Invocation) -> Code:
        value = call.input_text()

        def result(this: Nodes, state: State) -> Any:
            text = value(this, state)
            if text is None:
                return None
            state.spend_characters(len(text))
            return calculate(text)

        return from_value(result)

    return Function(build)


def _with_text(calculate: Callable[[str, str], Any]) -> Function:
    """Return a function of the input text and a text argument."""

    def build(call: Invocation) -> Code:
        value, argument = call.input_text(), call.text(0)

        def result(this: Nodes, state: State) -> Any:
            text, other = value(this, state), argument(this, state)
            if text is None or other is None:
                return None
            state.spend_characters(len(text))
            return calculate(text, other)

        return from_value(result)

    return Function(build, 1, 1)


def _substring(call: Invocation) -> Code:
    value, start_of = call.input_text(), call.integer(0)
    length_of = call.integer(1) if call.argument(1) is not None else None

    def result(this: Nodes, state: State) -> str | None:
        text, start = value(this, state), start_of(this, state)
        if text is None or start is None or not 0 <= start < len(text):
            return None
        length = length_of(this, state) if length_of is not None else None
        return str(text[start:]) if length is None else str(text[start : start + max(length, 0)])

    return from_value(result)


def _replace(call: Invocation) -> Code:
    value, pattern_of, substitution_of = call.input_text(), call.text(0), call.text(1)

    def result(this: Nodes, state: State) -> str | None:
        text, pattern = value(this, state), pattern_of(this, state)
        substitution = substitution_of(this, state)
        if text is None or pattern is None or substitution is None:
            return None
        found = text.count(pattern) if pattern else len(text) + 1
        state.spend_characters(len(text) + found * len(substitution))
        return str(text.replace(pattern, substitution))

    return from_value(result)


def _texts(pieces: Callable[[str, str], list[str]], arguments: int) -> Function:
    """Return a function that cuts the input text into several."""

    def build(call: Invocation) -> Code:
        value = call.input_text()
        argument = call.text(0) if arguments else None

        def nodes(this: Nodes, state: State) -> Nodes:
            text = value(this, state)
            separator = argument(this, state) if argument is not None else ""
            if text is None or separator is None:
                return EMPTY
            found = pieces(text, separator)
            state.spend(len(found))
            return [Node(piece, "System.String") for piece in found]

        return Code(nodes)

    return Function(build, arguments, arguments)


def _split(text: str, separator: str) -> list[str]:
    return text.split(separator) if separator else list(text)


def _join(call: Invocation) -> Code:
    collect = call.input.nodes
    separator_of = call.text(0) if call.arguments else None

    def result(this: Nodes, state: State) -> str | None:
        items = collect(this, state)
        if not items:
            return None
        separator = separator_of(this, state) if separator_of is not None else None
        texts = [_text(call, value_of(item)) for item in items]
        joined = (separator or "").join(text for text in texts if text is not None)
        state.spend_characters(len(joined))
        return joined

    return from_value(result)


def _text(call: Invocation, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise FHIRPathError(f"{call.name} needs Strings, not a {kind_of(value)}")
    return value


def _escaped_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _decoded(decode: Callable[[str], bytes]) -> Callable[[str], str | None]:
    def decoded(text: str) -> str | None:
        try:
            return decode(text).decode()
        except (binascii.Error, ValueError):
            return None

    return decoded


Coder = Callable[[str], str | None]

_ENCODERS: dict[str, Coder] = {
    "hex": lambda text: text.encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "urlbase64": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "ascii": lambda text: text.encode("ascii", "replace").decode(),
}
_DECODERS: dict[str, Coder] = {
    "hex": _decoded(bytes.fromhex),
    "base64": _decoded(lambda text: base64.b64decode(text, validate=True)),
    "urlbase64": _decoded(lambda text: base64.b64decode(text, altchars=b"-_", validate=True)),
}
_ESCAPERS: dict[str, Coder] = {
    "html": lambda text: html.escape(text, quote=True).replace("&#x27;", "&#39;"),
    "json": _escaped_json,
}
_UNESCAPERS: dict[str, Coder] = {"html": html.unescape, "json": unescaped}


def _coded(coders: dict[str, Coder]) -> Function:
    """Return encode() and its like, whose argument names one of ``coders``."""

    def calculate(text: str, name: str) -> str | None:
        coder = coders.get(name)
        if coder is None:
            raise FHIRPathError(f"There is no format {name!r}; there are {', '.join(coders)}")
        return coder(text)

    return _with_text(calculate)


STRINGS: Functions = {
    **giving(
        "System.String",
        {
            "upper": _plain(str.upper),
            "lower": _plain(str.lower),
            "trim": _plain(lambda text: text.strip(_WHITE_SPACE)),
            "toChars": _texts(lambda text, _: list(text), 0),
            "split": _texts(_split, 1),
            "join": Function(_join, 0, 1),
            "substring": Function(_substring, 1, 2),
            "replace": Function(_replace, 2, 2),
            "encode": _coded(_ENCODERS),
            "decode": _coded(_DECODERS),
            "escape": _coded(_ESCAPERS),
            "unescape": _coded(_UNESCAPERS),
        },
    ),
    **giving(
        "System.Boolean",
        {
            "startsWith": _with_text(str.startswith),
            "endsWith": _with_text(str.endswith),
            "contains": _with_text(str.__contains__),
        },
    ),
    **giving(
        "System.Integer",
        {
            "length": _plain(len),
            "indexOf": _with_text(str.find),
            "lastIndexOf": _with_text(str.rfind),
        },
    ),
}
