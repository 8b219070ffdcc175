"""The hooks that are understood: what their context must hold, and where the orders stand in it.

https://cds-hooks.hl7.org/hooks/order-select/2023SepSTU1Ballot/order-select/,
https://cds-hooks.hl7.org/2.0/#hooks
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fhir_kb.formats import Json

_TEXT: Json = {"type": "string", "minLength": 1, "maxLength": 1000}
_REFERENCES: Json = {"type": "array", "items": _TEXT}
_BUNDLE: Json = {
    "type": "object",
    "required": ["resourceType"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "entry": {"type": "array", "items": {"type": "object"}},
    },
}
_FIELDS: Mapping[str, Json] = {
    "userId": _TEXT,
    "patientId": _TEXT,
    "performer": _TEXT,
    "selections": _REFERENCES,
    "dispatchedOrders": {**_REFERENCES, "minItems": 1},
    "draftOrders": _BUNDLE,
    "medications": _BUNDLE,
    "orders": _BUNDLE,
}


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook: its context's required fields; ``orders`` is the field that holds Bundles of orders.

    ``speaks_as`` is the hook under which rules speak: a refill is judged as an order that is
    signed, and the deprecated hooks are read as the one that replaced them.
    """

    name: str
    required: tuple[str, ...]
    orders: str | None = None
    speaks_as: str = ""
    renamed: Mapping[str, str] | None = None

    @property
    def rules(self) -> str:
        """The hook by which rules know this moment."""
        return self.speaks_as or self.name

    def context_schema(self) -> Json:
        """Return the JSON Schema of this hook's context; what is not known is let through."""
        return {
            "type": "object",
            "required": list(self.required),
            "properties": {name: _FIELDS[name] for name in _FIELDS},
        }


HOOKS: Mapping[str, Hook] = {
    hook.name: hook
    for hook in (
        Hook("order-select", ("userId", "patientId", "selections", "draftOrders"), "draftOrders"),
        Hook("order-sign", ("userId", "patientId", "draftOrders"), "draftOrders"),
        Hook("patient-view", ("userId", "patientId")),
        # Version 1.0 of the hook had one order, and a task that is no longer asked for.
        Hook(
            "order-dispatch",
            ("patientId", "dispatchedOrders", "performer"),
            renamed={"order": "dispatchedOrders"},
        ),
        Hook("medication-refill", ("patientId", "medications"), "medications", "order-sign"),
        Hook("medication-prescribe", ("patientId", "medications"), "medications", "order-sign"),
        Hook("order-review", ("patientId", "orders"), "orders", "order-sign"),
    )
}
"""Every hook by its name; the last two are deprecated, still sent, and not announced."""
