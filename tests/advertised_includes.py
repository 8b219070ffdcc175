"""What each include of a CapabilityStatement must bring, told by the references that are stored."""

from collections.abc import Iterator, Mapping
from itertools import islice

from endpoint_calls import Caller

from fhir_kb.formats import Json

Named = tuple[str, str]
"""Type and id of a resource."""

Leads = Mapping[Named, set[Named]]
"""Resources, and those that they lead to."""


def check_includes(call: Caller) -> None:
    """Every include listed brings what references lead to, there and back; all are listed."""
    resources = call.rest()["resource"]
    forward = {value: leads for each in resources for value, leads in _forward(call, each)}
    brought = 0
    for resource in resources:
        type = resource["type"]
        for value in resource.get("searchInclude", ()):
            brought += _check_brought(call, type, "_include", value, forward[value])
        listed = set(resource.get("searchRevInclude", ()))
        back = {value: _back(leads, type) for value, leads in forward.items()}
        assert {value for value, leads in back.items() if leads} <= listed
        assert listed <= forward.keys()
        for value in listed:
            brought += _check_brought(call, type, "_revinclude", value, back[value])
    assert brought > 20


def _forward(call: Caller, resource: Json) -> Iterator[tuple[str, Leads]]:
    """Yield the includes that a type must list: its references, and where those lead."""
    type = resource["type"]
    references = [row["name"] for row in resource["searchParam"] if row["type"] == "reference"]
    listed = resource.get("searchInclude", [])
    assert sorted(listed) == sorted(f"{type}:{name}" for name in references)
    for name in references:
        yield f"{type}:{name}", _led_to(call, type, name)


def _led_to(call: Caller, type: str, parameter: str) -> Leads:
    """Return, of resources of a type, what is held of that which they refer to."""
    store = call.endpoint.store()
    found: dict[Named, set[Named]] = {}
    for row in store.present(type, parameter):
        targets = {
            (link.type, link.id)
            for link in store.links(row)
            if link.parameter == parameter
            and link.type
            and link.id
            and store.row(link.type, link.id) is not None
        }
        if targets:
            found[store.identities([row])[0]] = targets
    return found


def _back(leads: Leads, type: str) -> Leads:
    """Return who refers to each resource of a type."""
    found: dict[Named, set[Named]] = {}
    for source, targets in leads.items():
        for target in targets:
            if target[0] == type:
                found.setdefault(target, set()).add(source)
    return found


def _check_brought(call: Caller, type: str, name: str, value: str, leads: Leads) -> bool:
    """Ask for some resources that lead somewhere, and look for where they lead."""
    some = dict(islice(leads.items(), 3))
    if not some:
        call.search(type, **{name: value, "_count": "1"})
        return False
    ids = ",".join(id for _, id in some)
    bundle = call.search(type, **{"_id": ids, name: value, "_count": "500"})
    shown = {(row["resource"]["resourceType"], row["resource"]["id"]) for row in bundle["entry"]}
    wanted = set().union(*some.values())
    assert wanted <= shown, (name, value, sorted(wanted - shown)[:3])
    return True
