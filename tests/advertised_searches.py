"""What is searched for each parameter, modifier and include of a CapabilityStatement.

A parameter of which resources hold a value must find one of them by a value that is indexed; a
modifier must stand to the plain search as FHIR says it does.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from endpoint_calls import Caller

from fhir_kb.definitions import SearchParameter
from fhir_kb.formats import Json
from fhir_kb.search import modifiers
from fhir_kb.store.interface import Field, Kind
from fhir_kb.store.keys import parts_of

PLACEHOLDERS = {
    "token": "x",
    "string": "x",
    "uri": "http://example.org/x",
    "reference": "x",
    "date": "2020",
    "number": "1",
    "quantity": "1",
    "special": "x",
}
"""What is asked where no resource holds a value: the answer is then only that it is understood."""

VALUE_SET = "http://hl7.org/fhir/ValueSet/publication-status"
IN_HIERARCHIES = {
    "token": "http://terminology.hl7.org/CodeSystem/data-absent-reason|unknown",
    "reference": "Organization/x",
}

KINDS: Mapping[str, Kind] = {
    "token": "token",
    "string": "string",
    "uri": "uri",
    "reference": "reference",
}


def _escaped(text: str) -> str:
    return re.sub(r"([\\,$|])", r"\\\1", text)


def _of_token(code: str, system: str) -> str:
    return f"{_escaped(system)}|{_escaped(code)}"


def _of_reference(id: str, type: str = "") -> str:
    return f"{type}/{id}" if type else id


WRITTEN: Mapping[str, Callable[..., str]] = {
    "token": _of_token,
    "string": lambda folded, text: _escaped(text),
    "uri": lambda url, version: _escaped(url),
    "reference": _of_reference,
}
"""How the parts of a key are written as a search value, by the search type."""

RANGES = {"date": "ge1000", "number": "ge-1000000", "quantity": "ge-1000000"}


@dataclass(frozen=True)
class Case:
    """One parameter that is listed for a type."""

    call: Caller
    type: str
    parameter: SearchParameter

    @property
    def is_present(self) -> bool:
        """Whether any resource has a value of this parameter, of any kind."""
        name = self.parameter.code
        return name == "_id" or bool(self.call.endpoint.store().present(self.type, name))

    @property
    def is_held(self) -> bool:
        """Whether there is a value to ask for: some hold an identifier or a text alone."""
        return next(self._values(self.parameter.type, None), None) is not None

    def keys(self, kind: Kind, component: int | None = None) -> Iterator[tuple[str, ...]]:
        field = Field(self.type, self.parameter.code, kind, component)
        return map(parts_of, self.call.endpoint.store().keys(field))

    def value(self) -> str:
        """Return a value that some resource holds, or one that is only understood."""
        kinds = self.parameter.component_types or (self.parameter.type,)
        placeholder = "$".join(PLACEHOLDERS[kind] for kind in kinds)
        return next(self._values(self.parameter.type, None), placeholder)

    def _values(self, kind: str, component: int | None) -> Iterator[str]:
        """Yield values that resources hold."""
        if self.parameter.code == "_id":
            yield self.call.first(self.type)["id"]
        elif self.parameter.code in ("_text", "_content"):
            yield from (word for (word,) in self.keys("word"))
        elif kind == "composite":
            yield from self._composites()
        elif kind in RANGES:
            yield from [RANGES[kind]] * self.is_present
        else:
            for parts in self.keys(KINDS[kind], component):
                yield WRITTEN[kind](*parts)
            if kind == "reference":
                yield from (_escaped(url) for url, _ in self.keys("uri", component))

    def _composites(self) -> Iterator[str]:
        """Yield what components hold together in one resource."""
        kinds = enumerate(self.parameter.component_types)
        each = [list(islice(self._values(kind, at), 60)) for at, kind in kinds]
        values = ("$".join(parts) for parts in product(*each))
        return (value for value in values if self.total("", value))

    def total(self, modifier: str, value: str) -> int:
        return self.call.total(self.type, **{f"{self.parameter.code}{modifier}": value})


def cases(call: Caller) -> Iterator[tuple[Case, Json]]:
    for resource in call.rest()["resource"]:
        type = resource["type"]
        known = call.endpoint.version.definitions.search_parameters(type)
        ours = call.endpoint.table.parameters[type]
        for row in resource["searchParam"]:
            parameter = ours.get(row["name"]) or known.get(row["name"])
            assert parameter is not None, (type, row)
            yield Case(call, type, parameter), row


def check_parameters(call: Caller) -> None:
    """Every parameter listed is known, of its type, and finds what holds a value."""
    exercised: dict[str, int] = {}
    listed: dict[str, list[str]] = {}
    for case, row in cases(call):
        name = case.parameter.code
        listed.setdefault(case.type, []).append(name)
        assert (row["type"], row["definition"]) == (case.parameter.type, case.parameter.url)
        found = case.total("", case.value())
        if case.is_held:
            assert found, (case.type, name)
        elif case.is_present:
            assert next(case.keys("text"), None) or next(case.keys("token"), None), name
        if found:
            exercised[row["type"]] = exercised.get(row["type"], 0) + 1
    searched = {type: sorted(known) for type, known in call.endpoint.table.parameters.items()}
    assert {type: sorted(names) for type, names in listed.items()} == searched
    assert {"token", "string", "uri", "reference", "date"} <= exercised.keys()
    assert sum(exercised.values()) > 100


def check_common_parameters(call: Caller) -> None:
    """What is listed for the system is what all types list, and ``_type``."""
    rest = call.rest()
    of_types = [{row["name"] for row in resource["searchParam"]} for resource in rest["resource"]]
    listed = [row["name"] for row in rest["searchParam"]]
    assert sorted(listed) == sorted({"_type"} | set.intersection(*of_types))
    for name in listed:
        value = "Organization" if name == "_type" else "2020" if name == "_lastUpdated" else "x"
        reply = call("GET", "", {name: value, "_count": "0"}, {"prefer": "handling=strict"})
        assert reply.status == 200, (name, reply.body)


def _not(case: Case, modifier: str) -> None:
    value = case.value()
    assert case.total(modifier, value) == case.call.total(case.type) - case.total("", value)


def _missing(case: Case, modifier: str) -> None:
    there, lacking = (case.total(modifier, said) for said in ("false", "true"))
    assert there + lacking == case.call.total(case.type)
    assert (there > 0) is case.is_present


def _in(case: Case, modifier: str) -> None:
    inside, outside = (case.total(name, VALUE_SET) for name in (":in", ":not-in"))
    assert inside + outside == case.call.total(case.type)


def _exact(case: Case, modifier: str) -> None:
    value = case.value()
    assert case.total(modifier, value) > 0 or not case.is_held
    assert case.total(modifier, f"{value} and more") == 0


def _contains(case: Case, modifier: str) -> None:
    value = case.value()
    assert case.total(modifier, value) >= case.total("", value)
    if case.is_held and len(value) > 3:
        assert case.total(modifier, value[2:].strip(" \\")) > 0


def _text(case: Case, modifier: str) -> None:
    said = next(case.keys("text"), None)
    assert case.total(modifier, _escaped(said[-1]) if said else "x") > 0 or said is None


def _code_text(case: Case, modifier: str) -> None:
    """Any case of a code, or of the id in a reference, is as good as another."""
    held = next((first for first, *_ in case.keys(KINDS[case.parameter.type]) if first), None)
    assert case.total(modifier, _escaped(held or "x").upper()) > 0 or held is None


def _in_tree(case: Case, modifier: str) -> None:
    kind = case.parameter.type
    url = next((url for url, _ in case.keys("uri") if "://" in url), None)
    if url:
        assert case.total(modifier, _escaped(url)) > 0
    elif kind == "uri":
        case.total(modifier, PLACEHOLDERS[kind])
    else:
        case.total(modifier, IN_HIERARCHIES[kind])


def _identifier(case: Case, modifier: str) -> None:
    held = next(case.keys("token"), None)
    value = _of_token(*held) if held else "http://example.org|1"
    assert case.total(modifier, value) > 0 or held is None


def _of_type(case: Case, modifier: str) -> None:
    held = next(case.keys("identifier-type"), None)
    value, code, system = held or ("1", "MR", "http://example.org/kinds")
    asked = f"{_escaped(system)}|{_escaped(code)}|{_escaped(value)}"
    assert case.total(modifier, asked) > 0 or held is None


def _words(case: Case, modifier: str) -> None:
    said = next(case.keys("text"), None)
    words = re.findall(r"[^\W_]+", said[-1]) if said else []
    assert case.total(modifier, words[0] if words else "x") > 0 or not words


MODIFIERS: Mapping[str, Callable[[Case, str], None]] = {
    ":not": _not,
    ":missing": _missing,
    ":in": _in,
    ":not-in": _in,
    ":exact": _exact,
    ":contains": _contains,
    ":text": _text,
    ":code-text": _code_text,
    ":text-advanced": _words,
    ":above": _in_tree,
    ":below": _in_tree,
    ":identifier": _identifier,
    ":of-type": _of_type,
}


def _target(case: Case, modifier: str) -> None:
    """A type of what is referred to parts the references by type."""
    type = modifier.removeprefix(":")
    id = next((id for id, *of in case.keys("reference") if of == [type]), None)
    assert case.total(modifier, id or "x") > 0 or id is None


def _listed_modifiers(row: Json) -> list[str]:
    said: str = row.get("documentation", "")
    return [each for each in said.removeprefix("Modifiers: ").split(", ") if each]


def check_modifiers(call: Caller) -> None:
    """Every modifier listed does what FHIR says of it."""
    seen: set[str] = set()
    for case, row in cases(call):
        for modifier in _listed_modifiers(row):
            is_type = modifier.removeprefix(":") in call.endpoint.types
            (_target if is_type else MODIFIERS[modifier])(case, modifier)
            seen.add(modifier)
    assert {":not", ":missing", ":exact", ":contains", ":Organization"} <= seen


def check_unlisted_modifiers(call: Caller) -> None:
    """A modifier that is not listed is refused: of each kind of parameter, one is tried."""
    tried: set[tuple[str, ...]] = set()
    for case, row in cases(call):
        listed = _listed_modifiers(row)
        kind = (case.parameter.type, *sorted(listed))
        if kind in tried:
            continue
        tried.add(kind)
        assert listed == [f":{name}" for name in modifiers(call.endpoint.table, case.parameter)]
        for modifier in MODIFIERS.keys() - set(listed):
            query = {f"{case.parameter.code}{modifier}": "true"}
            assert call("GET", case.type, query).status == 400, (case.type, query)


CONTROLS = {
    "_contained": "false",
    "_containedType": "container",
    "_count": "1",
    "_elements": "id",
    "_explain": "true",
    "_format": "json",
    "_include": "*",
    "_maxresults": "1",
    "_pretty": "true",
    "_revinclude": "*",
    "_sort": "_id",
    "_summary": "true",
    "_total": "none",
}


def check_controls(call: Caller) -> None:
    """Every parameter about the result that is told of is taken, and no other."""
    told: str = call.rest()["documentation"]
    said = told.partition("Searches also take ")[2].partition(".")[0].split(", ")
    taken = []
    for name, value in CONTROLS.items():
        reply = call("GET", "Organization", {name: value}, {"prefer": "handling=strict"})
        if reply.status == 200:
            assert f"{name}=".encode() in reply.body.partition(b'"entry"')[0], name
            taken.append(name)
    assert sorted(said) == sorted(taken)
