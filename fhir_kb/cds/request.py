"""A call as it comes in: strict JSON, checked against its schema, as plain values.

https://cds-hooks.hl7.org/2.0/#http-request_1

Old clients write null where they have nothing, and name user and patient beside the context:
both are understood, except that null in ``prefetch`` keeps its meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from fhir_kb.cds.hooks import HOOKS, Hook
from fhir_kb.cds.refusal import check
from fhir_kb.errors import RequestError
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json_value

_SCHEMA: Json = {
    "type": "object",
    "required": ["hook", "hookInstance", "context"],
    "properties": {
        "hook": {"type": "string"},
        "hookInstance": {"type": "string", "minLength": 1, "maxLength": 200},
        "fhirServer": {"type": "string"},
        "fhirAuthorization": {
            "type": "object",
            "required": ["access_token"],
            "properties": {"access_token": {"type": "string", "minLength": 1}},
        },
        "context": {"type": "object"},
        "prefetch": {"type": "object"},
    },
}
_BESIDE = {"userId": ("userId", "user"), "patientId": ("patientId", "patient")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a service. ``token`` is for ``fhir_server`` only and appears in no text of it."""

    hook: Hook
    hook_instance: str
    patient_id: str
    context: Json
    prefetch: Mapping[str, Any] = field(default_factory=dict)
    fhir_server: str | None = None
    token: str | None = field(default=None, repr=False)

    def draft_entries(self) -> list[Json]:
        """Return the entries of the Bundle of orders; empty for a hook without one."""
        bundle = self.context.get(self.hook.orders or "") or {}
        return list(bundle.get("entry") or ())

    def references(self, name: str) -> tuple[str, ...]:
        """Return a field of the context that holds references."""
        return tuple(self.context.get(name) or ())


def read_call(body: bytes, hooks: tuple[str, ...], *, max_bytes: int) -> Call:
    """Return the call in a request body.

    Refuses (MalformedContent) what is no strict JSON, and (RequestError) a hook that the service
    does not answer or a field that is missing or of another kind. Messages never repeat values.
    """
    content = _outer_nulls_left_out(read_json_value(body, max_bytes=max_bytes))
    check(Draft202012Validator(_SCHEMA), content, ())
    hook = _hook(content["hook"], hooks)
    context = _context(content, hook)
    check(_context_validator(hook.name), context, ("context",))
    authorization = content.get("fhirAuthorization", {})
    return Call(
        hook=hook,
        hook_instance=content["hookInstance"],
        patient_id=context["patientId"].removeprefix("Patient/"),
        context=context,
        prefetch=content.get("prefetch", {}),
        fhir_server=content.get("fhirServer"),
        token=authorization.get("access_token"),
    )


def _outer_nulls_left_out(content: Any) -> Any:
    if not isinstance(content, dict):
        return content
    return {name: value for name, value in content.items() if value is not None}


def _hook(name: str, answered: tuple[str, ...]) -> Hook:
    if name not in answered:
        # Only hooks that are known are named back: any other text is the caller's own.
        shown = f"hook is {name!r}" if name in HOOKS else "hook is not one that is known here"
        raise RequestError(
            f"{shown}; this service answers {', '.join(answered)}", expression="hook"
        )
    return HOOKS[name]


def _context(content: Json, hook: Hook) -> Json:
    """Return the context, completed by what old clients write elsewhere or under other names."""
    context: Json = _outer_nulls_left_out(content["context"])
    for name, places in _BESIDE.items():
        beside = next((content[place] for place in places if place in content), None)
        if beside is not None:
            context.setdefault(name, beside)
    for old, new in (hook.renamed or {}).items():
        if old in context:
            context.setdefault(new, [context[old]])
    return context


@cache
def _context_validator(hook: str) -> Draft202012Validator:
    return Draft202012Validator(HOOKS[hook].context_schema())
