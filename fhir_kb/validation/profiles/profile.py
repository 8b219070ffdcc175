"""A profile that can be checked, and one that cannot.

https://hl7.org/fhir/R4/profiling.html
"""

from dataclasses import dataclass

from fhir_kb.fhirpath import Node
from fhir_kb.validation.profiles.element_check import ElementCheck
from fhir_kb.validation.profiles.meeting import check_against
from fhir_kb.validation.walk import Walk


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile on ``type``.

    ``imposed`` are profiles to be met as well; ``faults`` say what of it cannot be checked.
    """

    url: str
    type: str
    root: ElementCheck
    imposed: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    def check(self, walk: Walk, node: Node) -> None:
        """Report what ``node`` and the nodes below it do not meet."""
        if not walk.definitions.is_subtype(node.type, self.type):
            walk.report(
                "other-type-of-profile",
                node,
                source=self.url,
                profile=self.url,
                type=self.type,
                found=node.type,
            )
            return
        for fault in self.faults:
            if walk.first_time("fault", f"{self.url} {fault}"):
                walk.report(
                    "profile-not-whole", node, source=self.url, profile=self.url, reason=fault
                )
        self.root.check(walk, node)
        for canonical in self.imposed:
            # Two profiles may impose each other.
            if walk.first_time("imposed", f"{canonical} {node.path}"):
                check_against(walk, node, canonical)


@dataclass(frozen=True, slots=True)
class Unusable:
    """A profile that is at hand but cannot be read; ``reason`` says why."""

    url: str
    reason: str

    def check(self, walk: Walk, node: Node) -> None:
        """Say that nothing was checked."""
        if walk.first_time("unusable", self.url):
            walk.report(
                "profile-not-usable", node, source=self.url, profile=self.url, reason=self.reason
            )
