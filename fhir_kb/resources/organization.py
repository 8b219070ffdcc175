"""Organization: a company, regulator, charity, hospital or research group that a source names.

https://hl7.org/fhir/R4/organization.html, https://hl7.org/fhir/R5/organization.html

R4 has telecom and address; R5 has them inside contact.
"""

from collections.abc import Iterator

from fhir_kb.facts.source import Contact, Organization
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import coding, extension, identifier, present
from fhir_kb.resources.fact_words import fact_rows
from fhir_kb.resources.frame import frame
from fhir_kb.resources.local_code import ORGANIZATION_KIND
from fhir_kb.resources.sourcing import fact_sources

_TYPES = "http://terminology.hl7.org/CodeSystem/organization-type"
_COMMENT = "http://hl7.org/fhir/StructureDefinition/contactpoint-comment"
_PUBLIC_TYPES = {
    "hospital": coding(_TYPES, "prov", "Healthcare Provider"),
    "regulator": coding(_TYPES, "govt", "Government"),
}


def build_r4(context: Context) -> Iterator[Json]:
    """Yield the Organizations of R4 and R4B."""
    for organization in context.knowledge.organizations.values():
        yield _opening(context, organization) | present(
            telecom=[_contact_point(contact) for contact in organization.contacts],
            address=_addresses(organization),
        )


def build_r5(context: Context) -> Iterator[Json]:
    """Yield the Organizations of R5."""
    for organization in context.knowledge.organizations.values():
        contact = present(
            telecom=[_contact_point(contact) for contact in organization.contacts],
            address=next(iter(_addresses(organization)), None),
        )
        yield _opening(context, organization) | present(
            description=organization.says, contact=[contact] if contact else None
        )


def _opening(context: Context, organization: Organization) -> Json:
    rows = fact_rows(context, context.knowledge.bibliography, organization)
    opening = frame("Organization", organization.id, "bibliography", organization.name, rows)
    type = ORGANIZATION_KIND.concept(organization.type)
    if organization.type in _PUBLIC_TYPES:
        type["coding"].append(_PUBLIC_TYPES[organization.type])
    return opening | present(
        extension=fact_sources(context, organization),
        identifier=[identifier("organization", organization.id)],
        active=True,
        type=[type],
        name=organization.name,
        alias=list(organization.aliases),
    )


def _contact_point(contact: Contact) -> Json:
    label = [extension(_COMMENT, valueString=contact.label)] if contact.label else []
    return present(extension=label, system=contact.system, value=contact.value)


def _addresses(organization: Organization) -> list[Json]:
    return [{"country": organization.country}] if organization.country else []
