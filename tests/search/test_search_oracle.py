"""Searches by sets of rows agree with a plain scan of the resources.

The scan knows nothing of keys, columns or sets: it reads each resource's own values and applies
the specification's definitions one by one.
"""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

NUMBER = 50
DAY = 86_400_000_000
CODES = ("a", "b", "A")
SYSTEMS = ("http://s", "http://t", None)
WORDS = ("Ähre", "ahr", "Bohne", "bo", "")

Values = dict[str, list[Any]]
Scan = Callable[[Values], bool]


def random_values(chance: random.Random) -> Values:
    """Return what one resource holds: several values, one or none of each kind."""

    def some(make: Callable[[], Any]) -> list[Any]:
        return [make() for _ in range(chance.choice((0, 1, 1, 2, 3)))]

    return {
        "code": some(lambda: (chance.choice(SYSTEMS), chance.choice(CODES))),
        "word": some(lambda: f"{chance.choice(WORDS)}{chance.choice(WORDS)}" or "x"),
        "group": some(lambda: f"Group/{chance.randrange(4)}"),
        "day": some(lambda: sorted(chance.choices(range(1, 9), k=2))),
        "dose": some(lambda: (Decimal(chance.randrange(0, 60)) / 10, chance.choice(("mg", "g")))),
    }


def as_resource(id: int, values: Values) -> dict[str, Any]:
    extension = "http://example.org/extension/"
    return {
        "resourceType": "AdverseEvent",
        "id": f"{id:02}",
        "category": [
            {"coding": [{"code": code} | ({"system": system} if system else {})]}
            for system, code in values["code"]
        ],
        "study": [{"reference": group} for group in values["group"]],
        "extension": [
            *({"url": extension + "comment", "valueString": word} for word in values["word"]),
            *(
                {
                    "url": extension + "onset",
                    "valuePeriod": {"start": f"2020-01-0{low}", "end": f"2020-01-0{high}"},
                }
                for low, high in values["day"]
            ),
            *(
                {
                    "url": extension + "dose",
                    "valueQuantity": {
                        "value": value,
                        "system": "http://unitsofmeasure.org",
                        "code": unit,
                    },
                }
                for value, unit in values["dose"]
            ),
        ],
    }


RESOURCES = [random_values(random.Random(number)) for number in range(NUMBER)]  # noqa: S311


@pytest.fixture(scope="module")
def world(make_world: Any) -> Any:
    return make_world("R5", [as_resource(*pair) for pair in enumerate(RESOURCES)])


def plain(text: str) -> str:
    return text.lower().replace("ä", "a")


PERIODS: dict[str, Callable[[int, int, int], bool]] = {
    "eq": lambda low, high, day: low == high == day,
    "ne": lambda low, high, day: not low == high == day,
    "gt": lambda low, high, day: high > day,
    "lt": lambda low, high, day: low < day,
    "ge": lambda low, high, day: high > day or low == high == day,
    "le": lambda low, high, day: low < day or low == high == day,
    "sa": lambda low, high, day: low > day,
    "eb": lambda low, high, day: high < day,
}

NUMBERS: dict[str, Callable[[Decimal, Decimal, Decimal], bool]] = {
    "eq": lambda held, asked, half: asked - half <= held < asked + half,
    "ne": lambda held, asked, half: not asked - half <= held < asked + half,
    "gt": lambda held, asked, half: held > asked,
    "lt": lambda held, asked, half: held < asked,
    "ge": lambda held, asked, half: held >= asked,
    "le": lambda held, asked, half: held <= asked,
    "sa": lambda held, asked, half: held > asked,
    "eb": lambda held, asked, half: held < asked,
    "ap": lambda held, asked, half: abs(held - asked) <= abs(asked) / 10,
}
IN_MG = {"mg": 1, "g": 1000}


@st.composite
def coded(draw: Any) -> tuple[str, str, Scan]:
    code = draw(st.sampled_from(CODES))
    form, scan = draw(
        st.sampled_from(
            [
                ("{code}", lambda system, held: held == code),
                ("http://s|{code}", lambda system, held: (system, held) == ("http://s", code)),
                ("|{code}", lambda system, held: (system, held) == (None, code)),
                ("http://t|", lambda system, held: system == "http://t"),
            ]
        )
    )
    return ("category", form.format(code=code), lambda v: any(scan(*c) for c in v["code"]))


@st.composite
def worded(draw: Any) -> tuple[str, str, Scan]:
    word = draw(st.sampled_from(("a", "ÄHR", "bo", "ahrb", "x")))
    modifier, scan = draw(
        st.sampled_from(
            [
                ("", lambda held: plain(held).startswith(plain(word))),
                (":contains", lambda held: plain(word) in plain(held)),
                (":exact", lambda held: held == word),
            ]
        )
    )
    return (f"comment{modifier}", word, lambda v: any(map(scan, v["word"])))


@st.composite
def referring(draw: Any) -> tuple[str, str, Scan]:
    group = draw(st.integers(0, 4))
    form = draw(st.sampled_from(("Group/{}", "{}")))
    return ("study", form.format(group), lambda v: f"Group/{group}" in v["group"])


@st.composite
def dated(draw: Any) -> tuple[str, str, Scan]:
    prefix, day = draw(st.sampled_from(sorted(PERIODS))), draw(st.integers(1, 9))
    value = f"{prefix}2020-01-0{day}"
    return ("onset", value, lambda v: any(PERIODS[prefix](*p, day) for p in v["day"]))


@st.composite
def dosed(draw: Any) -> tuple[str, str, Scan]:
    prefix, unit = draw(st.sampled_from(sorted(NUMBERS))), draw(st.sampled_from(("mg", "g")))
    digits = draw(st.integers(0, 1))
    asked = Decimal(draw(st.integers(0, 60))).scaleb(-digits)
    half = Decimal("0.5").scaleb(-digits)

    def scan(values: Values) -> bool:
        return any(
            NUMBERS[prefix](held * IN_MG[of], asked * IN_MG[unit], half * IN_MG[unit])
            for held, of in values["dose"]
        )

    return ("dose", f"{prefix}{asked}|http://unitsofmeasure.org|{unit}", scan)


KINDS = {"category": "code", "comment": "word", "study": "group", "onset": "day", "dose": "dose"}


@st.composite
def missing(draw: Any) -> tuple[str, str, Scan]:
    name, kind = draw(st.sampled_from(sorted(KINDS.items())))
    absent = draw(st.booleans())
    return (f"{name}:missing", str(absent).lower(), lambda v: bool(v[kind]) != absent)


@st.composite
def alternatives(draw: Any) -> tuple[str, str, Scan]:
    kind = draw(st.sampled_from((coded(), referring(), dated(), dosed())))
    conditions = draw(st.lists(kind, min_size=1, max_size=3))
    name = conditions[0][0]
    values = ",".join(value for _, value, _ in conditions)
    scans = [scan for _, _, scan in conditions]
    if name == "category" and draw(st.booleans()):
        return ("category:not", values, lambda v: not any(scan(v) for scan in scans))
    return (name, values, lambda v: any(scan(v) for scan in scans))


CONDITIONS = st.lists(st.one_of(alternatives(), worded(), missing()), min_size=1, max_size=3)


@given(conditions=CONDITIONS)
@settings(max_examples=250, deadline=None)
def test_a_search_finds_what_a_scan_finds(
    conditions: list[tuple[str, str, Scan]], world: Any
) -> None:
    expected = {
        f"{id:02}"
        for id, values in enumerate(RESOURCES)
        if all(scan(values) for _, _, scan in conditions)
    }
    pairs = [(name, value) for name, value, _ in conditions]
    assert world.found("AdverseEvent", *pairs, ("_count", "500")) == expected
