"""Where the links of a transaction's resources lead once every entry has its place.

https://hl7.org/fhir/R4/http.html#trules, https://hl7.org/fhir/R4/bundle.html#references
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fhir_kb.errors import PreconditionFailed, RequestError
from fhir_kb.formats import Json
from fhir_kb.rest.bundles.entry import Entry, named
from fhir_kb.rest.bundles.links import Links, replaced
from fhir_kb.rest.bundles.plan import Identity, base_of
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.read import check_type
from fhir_kb.rest.writes.criteria import match, read_criteria
from fhir_kb.store.interface import Store

_RELATIVE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}", re.ASCII)
_CONDITIONAL = re.compile(r"[A-Z][A-Za-z]+\?.+", re.ASCII | re.DOTALL)


class Waiting(Exception):  # noqa: N818  not an error: the entry is tried again
    """A conditional reference finds nothing yet: what it means may still be written."""


@dataclass(frozen=True, slots=True)
class Resolving:
    """The links of one transaction; ``urls`` say what each fullUrl comes to.

    ``found`` are the conditional references seen so far, by entry, and what each came to.
    """

    endpoint: Endpoint
    base: str
    urls: Mapping[str, Identity]
    found: dict[tuple[int, str], str] = field(default_factory=dict)

    def resource(self, entry: Entry, resource: Json, store: Store) -> Json:
        """Return the resource with its links as they are to be stored.

        Refuses (RequestError) a reference to a URN that no entry has, and (MultipleMatches) a
        conditional reference that several meet; raises Waiting when none does.
        """
        beside = base_of(entry.full_url)

        def reference(link: str) -> str | None:
            if not _CONDITIONAL.fullmatch(link):
                return self._reference(link, beside)
            self.found[entry.index, link] = self._find(link, store)
            return self.found[entry.index, link]

        links = Links(reference, self._url)
        return replaced(resource, links, self.endpoint.version.definitions)

    def _reference(self, link: str, beside: str) -> str | None:
        whole, mark, fragment = link.partition("#")
        candidates = [whole]
        if _RELATIVE.fullmatch(whole):
            candidates += [f"{base}/{whole}" for base in (beside, self.base) if base]
        for candidate in candidates:
            if candidate in self.urls:
                return f"{self.urls[candidate]}{mark}{fragment}"
        if whole.startswith(("urn:uuid:", "urn:oid:")):
            raise RequestError(
                f"The reference {whole[:80]!r} leads nowhere: no entry that creates or updates a "
                "resource has it as fullUrl"
            )
        return None

    def _url(self, link: str) -> str | None:
        whole, mark, fragment = link.partition("#")
        target = self.urls.get(whole)
        return f"{self.base}/{target}{mark}{fragment}" if target else None

    def check(self, store: Store) -> None:
        """Refuse (PreconditionFailed) a conditional reference that now finds something else."""
        for (index, link), reference in self.found.items():
            with named(index):
                try:
                    now = self._find(link, store)
                except Waiting:
                    now = ""
                if now != reference:
                    raise PreconditionFailed(
                        f"The conditional reference {link[:120]!r} finds {reference}, but would "
                        f"find {now or 'nothing'} once the transaction is done"
                    )

    def _find(self, link: str, store: Store) -> str:
        type, _, query = link.partition("?")
        check_type(self.endpoint, type)
        found = match(self.endpoint, store, type, read_criteria(query), self.base)
        if found is None:
            raise Waiting(link)
        return f"{type}/{found.id}"


def nothing_found(condition: str) -> PreconditionFailed:
    """Return the refusal of a conditional reference that finds nothing."""
    return PreconditionFailed(
        f"The conditional reference {condition[:120]!r} finds no resource, "
        "neither here nor in the transaction"
    )
