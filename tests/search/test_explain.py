"""What a search was understood as is told from what it did."""

from typing import Any

import pytest

from fhir_kb.errors import InvalidParameter


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        (
            "category",
            "http://s|dvt",
            "category: code 'dvt' of http://s; index AdverseEvent.category (token); "
            "1 match, 1 left",
        ),
        (
            "category:not",
            "dvt,|pe",
            "category:not: not code 'dvt' of any system or not code 'pe' without a system; "
            "index AdverseEvent.category (token); 1 match, 1 left",
        ),
        (
            "onset",
            "ge2020-03",
            "onset: lies within or reaches beyond 2020-03-01T00:00:00Z to "
            "2020-03-31T23:59:59.999999Z (ge); index AdverseEvent.onset (date); "
            "2 match, 2 left",
        ),
        (
            "dose",
            "50||mg",
            "dose: lies within 49.5 up to, but without, 50.5 mg (eq), or alike in a comparable "
            "UCUM unit; index AdverseEvent.dose (quantity); 2 match, 2 left",
        ),
        (
            "comment",
            "early",
            "comment: starting, in any case and without accents, with 'early'; "
            "index AdverseEvent.comment (string); 2 match, 2 left",
        ),
        (
            "_text",
            "clots and (leg or arm*)",
            "_text: words (clots AND (leg OR arm*)); index AdverseEvent._text (word); "
            "1 match, 1 left",
        ),
        (
            "subject.managing-entity",
            "clinic",
            "subject refers to a Group with managing-entity: 'clinic'; "
            "index Group.managing-entity (reference); index AdverseEvent.subject (reference); "
            "1 match, 1 left",
        ),
        (
            "onset:missing",
            "true",
            "onset:missing: there is none; index AdverseEvent.onset (presence); 1 match, 1 left",
        ),
    ],
)
def test_a_condition_is_told(name: str, value: str, told: str, world: Any) -> None:
    result = world.search("AdverseEvent", (name, value), ("_explain", "true"))
    assert told in result.explanation


def test_what_each_condition_left_is_told(world: Any) -> None:
    """The numbers show which of several conditions emptied a search."""
    result = world.search(
        "AdverseEvent",
        ("category", "dvt"),
        ("comment", "early"),
        ("_sort", "-onset"),
        ("_explain", "true"),
    )
    first, category, comment, last = result.explanation
    assert first == "AdverseEvent: 4 resources are searched"
    assert category.endswith("2 match, 2 left")
    assert comment.endswith("2 match, 1 left")
    assert last == "sorted by onset down; 50 to a page"
    assert result.total == 1


def test_a_reverse_chain_and_an_include_are_told(world: Any) -> None:
    result = world.search(
        "Group",
        ("_has:AdverseEvent:subject:category", "dvt"),
        ("_revinclude", "AdverseEvent:subject"),
        ("_explain", "true"),
    )
    assert "a AdverseEvent refers to it by subject, with category" in result.explanation[1]
    assert "what refers by AdverseEvent:subject is included" in result.explanation[-1]


def test_nothing_is_told_unasked(world: Any) -> None:
    assert world.search("AdverseEvent", ("_explain", "false")).explanation == ()
    with pytest.raises(InvalidParameter, match="true or false"):
        world.search("AdverseEvent", ("_explain", "yes"))
