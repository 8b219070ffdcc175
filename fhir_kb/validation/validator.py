"""From content to issues: read, walk, and say where each thing stands.

https://hl7.org/fhir/R4/validation.html
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache

from fhir_kb.definitions import Definitions, load
from fhir_kb.definitions.codes import CodeSystemCodes, ValueSetCodes
from fhir_kb.definitions.extensions import ExtensionDefinition
from fhir_kb.errors import MalformedContent, TooLarge
from fhir_kb.fhirpath import Budget, Environment, Node
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json_located
from fhir_kb.formats.location import Located, Location, Path, expression, part_of
from fhir_kb.formats.xml import read_xml_located
from fhir_kb.units import convert
from fhir_kb.validation.bindings import member_of
from fhir_kb.validation.issue import Fixed, Issue
from fhir_kb.validation.limits import DEFAULT_LIMITS, Limits
from fhir_kb.validation.messages import MESSAGES
from fhir_kb.validation.shapes import shapes_of
from fhir_kb.validation.walk import Conformance, Mode, Schema, Stopped, Targets, Walk
from fhir_kb.validation.walker import Walker


class SpecificationOnly:
    """The conformance of who brings no profiles: the specification answers for itself."""

    def profile(self, canonical: str) -> Schema | None:
        """Return None: there are no profiles."""
        return None

    def implied_profiles(self, resource: Json) -> Iterable[str]:
        """Return nothing: no profile is implied."""
        return ()

    def extension(self, url: str) -> ExtensionDefinition | None:
        """Return None: there are only the specification's extensions."""
        return None

    def value_set(self, canonical: str) -> ValueSetCodes | None:
        """Return None: there are only the specification's value sets."""
        return None

    def code_system(self, canonical: str) -> CodeSystemCodes | None:
        """Return None: there are only the specification's code systems."""
        return None


SPECIFICATION_ONLY = SpecificationOnly()


class Validator:
    """Validates against one release of the specification, and what ``conformance`` adds to it."""

    def __init__(
        self, definitions: Definitions, conformance: Conformance = SPECIFICATION_ONLY
    ) -> None:
        self.definitions = definitions
        self.conformance = conformance

    def validate(
        self,
        resource: Json | bytes | str,
        *,
        profiles: Sequence[str] = (),
        mode: Mode = "standard",
        targets: Targets = "named",
        limits: Limits = DEFAULT_LIMITS,
        part: Path = (),
    ) -> list[Issue]:
        """Return what is wrong with ``resource`` and what could not be checked, as it was found.

        ``part`` leads to a resource inside a text: it is validated as if it stood alone, and the
        rest not at all. Content that cannot be read, or passes a limit, is an issue of its own
        (``fatal``); nothing is raised. Text may be JSON or XML, told apart by its first character.
        """
        is_xml = _is_xml(resource)
        walk = Walk(
            self.definitions,
            self.conformance,
            mode=mode,
            limits=limits,
            profiles=profiles,
            targets=targets,
            is_xml=is_xml,
        )
        try:
            located = self._read(resource, limits, part, is_xml=is_xml)
        except MalformedContent as error:
            return [_unreadable(error)]
        value = located if isinstance(located, dict) else located.value
        walk.locate = None if isinstance(located, dict) else located.locate
        with suppress(Stopped):
            self._walk(walk, value)
        walk.finish()
        if isinstance(located, dict):
            return walk.issues
        return [*_faults(located, walk), *walk.issues]

    def _read(
        self, resource: Json | bytes | str, limits: Limits, part: Path, *, is_xml: bool
    ) -> Json | Located:
        if isinstance(resource, dict):
            return resource
        if is_xml:
            located = read_xml_located(
                resource, self.definitions.type, max_bytes=limits.bytes, max_depth=limits.depth
            )
        else:
            located = read_json_located(resource, max_bytes=limits.bytes, max_depth=limits.depth)
        return part_of(located, part) if part else located

    def _walk(self, walk: Walk, value: Json) -> None:
        walk.environment = Environment(
            resolve=walk.resolve,
            member_of=lambda node, canonical: member_of(walk, node, canonical),
            conforms_to=walk.conforms,
            units=convert,
            now=datetime.now(UTC),
            budget=Budget(deadline=walk.deadline),
        )
        name = value.get("resourceType")
        root = Node(value, name if isinstance(name, str) else "Resource")
        shapes = shapes_of(self.definitions, rules=walk.mode != "structure")
        try:
            Walker(walk, shapes).resource(root)
        finally:
            # The environment leads back to the walk: cut, so that both are freed at once.
            walk.environment = Environment()


def validate(
    resource: Json | bytes | str,
    version: str,
    *,
    profiles: Sequence[str] = (),
    conformance: Conformance = SPECIFICATION_ONLY,
    mode: Mode = "standard",
    targets: Targets = "named",
    limits: Limits = DEFAULT_LIMITS,
) -> list[Issue]:
    """Return what is wrong with ``resource`` in FHIR ``version`` (R4, R4B or R5).

    ``profiles`` are canonical URLs that it must meet beside those in its ``meta.profile``;
    ``conformance`` is where profiles, extensions and terminology beyond the specification are
    found. Any other version is refused; everything else is said by the issues.
    """
    validator = _validator(version.upper(), conformance)
    return validator.validate(
        resource, profiles=profiles, mode=mode, targets=targets, limits=limits
    )


@lru_cache(maxsize=16)
def _validator(version: str, conformance: Conformance) -> Validator:
    return Validator(load(version), conformance)


def _is_xml(resource: Json | bytes | str) -> bool:
    if isinstance(resource, dict):
        return False
    start = resource[:200]
    text = start.decode("utf-8", "replace") if isinstance(start, bytes) else start
    return text.lstrip("\ufeff \t\r\n").startswith("<")


def _unreadable(error: MalformedContent) -> Issue:
    message_id = "too-large" if isinstance(error, TooLarge) else "unreadable"
    message = MESSAGES[message_id]
    place = None
    if error.line is not None and error.column is not None:
        place = Fixed(Location(error.line, error.column))
    return Issue(
        message.severity,
        message.code,
        message_id,
        error.reason,
        error.expression or "",
        locate=place,
    )


def _faults(located: Located, walk: Walk) -> list[Issue]:
    """Return what the reader found, in the validator's words."""
    name = located.value.get("resourceType", "Resource")
    issues = []
    for fault in located.faults:
        message = MESSAGES[fault.kind]
        severity = message.strict if message.strict and walk.mode == "strict" else message.severity
        place = expression(str(name), fault.path)
        issues.append(
            Issue(
                severity,
                message.code,
                fault.kind,
                fault.message,
                place,
                locate=Fixed(fault.location),
            )
        )
    return issues
