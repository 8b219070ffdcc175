"""Questionnaires: what enables an item is a question of the same questionnaire.

https://hl7.org/fhir/R4/questionnaire.html#expressions
"""

from collections.abc import Iterator

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import nearest, shortened


def check_questionnaire(walk: Walk, node: Node) -> None:
    """Report an enableWhen whose question is not there, or is the item itself."""
    items = list(_items(node.value))
    known = {item.get("linkId") for _, item in items if isinstance(item.get("linkId"), str)}
    for at, item in items:
        conditions = item.get("enableWhen")
        for index, condition in enumerate(conditions if isinstance(conditions, list) else ()):
            question = condition.get("question") if isinstance(condition, dict) else None
            place = f"{at}.enableWhen[{index}].question"
            if not isinstance(question, str):
                continue
            if question not in known:
                hint = nearest(question, (each for each in known if isinstance(each, str)))
                walk.report(
                    "unknown-question", node, at=place, question=shortened(question), hint=hint
                )
            elif question == item.get("linkId"):
                walk.report("own-question", node, at=place, question=shortened(question))


def _items(questionnaire: Json) -> Iterator[tuple[str, Json]]:
    waiting: list[tuple[str, Json]] = [("", questionnaire)]
    while waiting:
        place, holder = waiting.pop()
        items = holder.get("item")
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                at = f"{place}.item[{index}]".lstrip(".")
                yield at, item
                waiting.append((at, item))
