"""What is asked of texts: words, "phrases", beginnings*, AND, OR, NOT and parentheses.

https://hl7.org/fhir/R4/search.html#content

Words that stand beside each other must all be found. ``and``, ``or`` and ``not`` are operators
in any case, as in the specification's ``(bone OR liver) and metastases``; in quotes they are
words. A word that is written with a hyphen or a point is looked for as a phrase.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fhir_kb.errors import InvalidParameter
from fhir_kb.search.words import words_in

_TOKEN = re.compile(r'"([^"]*)"|([()])|([^\s()"]+)|(")')
_OPERATORS = frozenset({"and", "or", "not"})
_NESTED_MAX = 20
_PARTS_MAX = 100
_BEGINNING_MIN = 2


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other; the last may be a beginning."""

    words: tuple[str, ...]
    beginning: bool = False

    def __str__(self) -> str:
        text = " ".join(self.words) + ("*" if self.beginning else "")
        return f'"{text}"' if len(self.words) > 1 else text


@dataclass(frozen=True, slots=True)
class Every:
    """All parts are met."""

    parts: "tuple[Asked, ...]"

    def __str__(self) -> str:
        return f"({' AND '.join(map(str, self.parts))})"


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part is met."""

    parts: "tuple[Asked, ...]"

    def __str__(self) -> str:
        return f"({' OR '.join(map(str, self.parts))})"


@dataclass(frozen=True, slots=True)
class Without:
    """The part is not met."""

    part: "Asked"

    def __str__(self) -> str:
        return f"NOT {self.part}"


Asked = Phrase | Every | Some | Without


def read_word_query(name: str, value: str) -> Asked:
    """Return what ``value`` asks; refuse (InvalidParameter) what is not of this form."""
    reader = _Reader(name, value)
    asked = reader.some(0)
    if reader.peek() is not None:
        raise reader.refusal("a closing parenthesis has no opening one")
    return asked


def holds(asked: Asked, words: Sequence[str]) -> bool:
    """Whether one text, cut into its words, meets what is asked."""
    match asked:
        case Phrase():
            return _has_phrase(asked, words)
        case Every():
            return all(holds(part, words) for part in asked.parts)
        case Some():
            return any(holds(part, words) for part in asked.parts)
        case Without():
            return not holds(asked.part, words)


def _has_phrase(phrase: Phrase, words: Sequence[str]) -> bool:
    *firsts, last = phrase.words
    length = len(phrase.words)
    for start in range(len(words) - length + 1):
        end = words[start + length - 1]
        if (end.startswith(last) if phrase.beginning else end == last) and (
            list(words[start : start + length - 1]) == firsts
        ):
            return True
    return False


class _Reader:
    """Reads one value from left to right."""

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value
        self._tokens = [match.groups() for match in _TOKEN.finditer(value)]
        self._place = 0
        if len(self._tokens) > _PARTS_MAX:
            raise self.refusal(f"it has more than {_PARTS_MAX} parts")

    def refusal(self, why: str) -> InvalidParameter:
        shown = self._value if len(self._value) <= 80 else self._value[:77] + "..."
        return InvalidParameter(
            f'{self._name}={shown} cannot be understood: {why}; write words, "phrases", '
            "beginnings* with AND, OR, NOT and parentheses",
            expression=self._name,
        )

    def peek(self) -> str | None:
        """Return the operator or parenthesis that comes next, "" for a word, None at the end."""
        if self._place == len(self._tokens):
            return None
        _, parenthesis, word, _ = self._tokens[self._place]
        if parenthesis:
            return str(parenthesis)
        return word.lower() if word and word.lower() in _OPERATORS else ""

    def some(self, depth: int) -> Asked:
        parts = [self._every(depth)]
        while self.peek() == "or":
            self._place += 1
            parts.append(self._every(depth))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _every(self, depth: int) -> Asked:
        parts = [self._one(depth)]
        while self.peek() not in (None, ")", "or"):
            self._place += self.peek() == "and"
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _one(self, depth: int) -> Asked:
        if depth > _NESTED_MAX:
            raise self.refusal(f"it is nested more than {_NESTED_MAX} deep")
        following = self.peek()
        if following == "not":
            self._place += 1
            return Without(self._one(depth + 1))
        if following == "(":
            self._place += 1
            inner = self.some(depth + 1)
            if self.peek() != ")":
                raise self.refusal("a parenthesis is not closed")
            self._place += 1
            return inner
        if following != "":
            raise self.refusal("a word is missing")
        return self._phrase()

    def _phrase(self) -> Phrase:
        quoted, _, word, stray = self._tokens[self._place]
        self._place += 1
        if stray:
            raise self.refusal("a quotation mark is not closed")
        text = quoted if quoted is not None else word
        words = words_in(text)
        if not words:
            raise self.refusal(f"{text[:40]!r} has no letter or digit")
        beginning = text.endswith("*")
        if beginning and len(words[-1]) < _BEGINNING_MIN:
            raise self.refusal(f"a beginning has at least {_BEGINNING_MIN} letters")
        return Phrase(words, beginning)
