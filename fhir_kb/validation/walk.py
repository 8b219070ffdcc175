"""What every check is given: the definitions, the place in the resource, and where to report.

https://hl7.org/fhir/R4/validation.html

The validator walks a resource once. At each node it runs the checks of the node's type, which
are compiled from the specification (``shapes``). A profile adds to this set, never takes away: a
``Schema`` is checked on the same node after the type's own checks, reports what it asks for more,
and goes on to the elements below by itself (``Walk.children``). So a node is valid if it meets
each schema of the set, and no snapshot has to be generated.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Literal, Protocol

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.codes import CodeSystemCodes, ValueSetCodes
from fhir_kb.definitions.extensions import ExtensionDefinition
from fhir_kb.fhirpath import Environment, Node
from fhir_kb.fhirpath.expression import types_of
from fhir_kb.fhirpath.types import Found, nodes_at
from fhir_kb.formats import Json
from fhir_kb.formats.location import Locator
from fhir_kb.validation.canonical import type_of_specification
from fhir_kb.validation.issue import Issue, Severity
from fhir_kb.validation.limits import Limits
from fhir_kb.validation.messages import MESSAGES
from fhir_kb.validation.resolution import BundleIndex, Scope, ids_in

Mode = Literal["structure", "standard", "strict"]
Targets = Literal["named", "resolved"]
"""What the types of references are checked of: also of what a reference only names, or of what is
at hand (contained, in the Bundle, or stated in ``Reference.type``) alone."""
Rule = Callable[["Walk", Node], None]
"""A check of one node: it reports to the walk and returns nothing."""


class Schema(Protocol):
    """What a node must meet beside its type: a profile's differential, ready to be checked."""

    @property
    def url(self) -> str:
        """The canonical URL of the profile, with its version if it has one."""

    def check(self, walk: "Walk", node: Node, /) -> None:
        """Report what ``node`` and the nodes below it do not meet."""


class Conformance(Protocol):
    """Profiles, extensions and terminology beyond the specification: a package, our own files.

    Each answers None for what it does not have. Canonical URLs come with or without ``|version``.
    """

    def __hash__(self) -> int:
        """Return a hash: validators are kept by what they were made from."""

    def profile(self, canonical: str, /) -> Schema | None:
        """Return the profile, whatever type it is of."""

    def implied_profiles(self, resource: Json, /) -> Iterable[str]:
        """Return the profiles a resource must meet without naming them (vital signs)."""

    def extension(self, url: str, /) -> ExtensionDefinition | None:
        """Return the extension defined under ``url``."""

    def value_set(self, canonical: str, /) -> ValueSetCodes | None:
        """Return the codings of a value set."""

    def code_system(self, canonical: str, /) -> CodeSystemCodes | None:
        """Return the codes of a code system."""


class Stopped(Exception):  # noqa: N818  not an error: it never leaves this package
    """A limit was reached; the issue that says so is reported already."""


_CLOCK_INTERVAL = 512
"""Nodes walked between two looks at the clock."""

_TRIALS_MAX = 20
"""Trials inside trials: a chain of references can be as long as a Bundle."""


class Walk:
    """One validation on its way: what is known, what was found, what is left of the limits."""

    def __init__(
        self,
        definitions: Definitions,
        conformance: Conformance,
        *,
        mode: Mode,
        limits: Limits,
        profiles: Iterable[str] = (),
        targets: Targets = "named",
        is_xml: bool = False,
    ) -> None:
        self.definitions = definitions
        self.conformance = conformance
        self.mode = mode
        self.targets = targets
        self.limits = limits
        self.profiles = tuple(profiles)
        self.is_xml = is_xml
        self.issues: list[Issue] = []
        self.left_out = 0
        self.locate: Locator | None = None
        self.scope: Scope | None = None
        self.types = types_of(definitions)
        self.deadline = time.monotonic() + limits.seconds
        self.environment = Environment()
        self._until_clock = _CLOCK_INTERVAL
        self._reported: set[tuple[str, str, str]] = set()
        self._met: set[tuple[str, str]] = set()
        self._ids: frozenset[str] | None = None
        self._indexes: dict[int, BundleIndex] = {}
        self._tried: dict[tuple[int, int], Sequence[Issue]] = {}
        self._trials = 0

    def report(
        self,
        message_id: str,
        node: Node | str,
        *,
        at: str = "",
        source: str = "",
        severity: Severity | None = None,
        **facts: object,
    ) -> None:
        """Add an issue at ``node`` (or at an expression), or at the step ``at`` below it.

        ``facts`` fill the message's wording. An issue that says the same of the same place as
        one before it is dropped: a profile repeats what its base type asks for.
        """
        message = MESSAGES[message_id]
        expression = node if isinstance(node, str) else node.path
        if at:
            expression = f"{expression}.{at}"
        text = message.text.format(**facts)
        key = (message_id, expression, text)
        if key in self._reported:
            return
        self._reported.add(key)
        if severity is None:
            severity = message.severity
            if message.strict is not None and self.mode == "strict":
                severity = message.strict
        issue = Issue(severity, message.code, message_id, text, expression, source, self.locate)
        if len(self.issues) < self.limits.issues:
            self.issues.append(issue)
        elif issue.is_error:
            self._make_room(issue)
        else:
            self.left_out += 1

    def _make_room(self, issue: Issue) -> None:
        """Put an error in the place of something less; stop when there are errors only."""
        for place in range(len(self.issues) - 1, -1, -1):
            if not self.issues[place].is_error:
                del self.issues[place]
                self.issues.append(issue)
                self.left_out += 1
                return
        self.stop("too-many-errors", issue.expression, limit=self.limits.issues)

    def finish(self) -> None:
        """Say how many issues were left out because there were too many."""
        if self.left_out:
            message = MESSAGES["issues-left-out"]
            text = message.text.format(number=self.left_out, limit=self.limits.issues)
            self.issues.append(Issue(message.severity, message.code, "issues-left-out", text, ""))

    def stop(self, message_id: str, expression: str, **facts: object) -> None:
        """Report what ends the validation, and end it."""
        message = MESSAGES[message_id]
        text = message.text.format(**facts)
        self.issues.append(
            Issue(message.severity, message.code, message_id, text, expression, "", self.locate)
        )
        raise Stopped

    def tick(self, node: Node) -> None:
        """Count a node; look at the clock now and then, and stop when the time is used up."""
        self._until_clock -= 1
        if self._until_clock < 0:
            self._until_clock = _CLOCK_INTERVAL
            if time.monotonic() > self.deadline:
                self.stop("out-of-time", node.path, seconds=self.limits.seconds)

    def first_time(self, kind: str, subject: str) -> bool:
        """Return whether this is asked for the first time: what is not known is said once."""
        key = (kind, subject)
        if key in self._met:
            return False
        self._met.add(key)
        return True

    def has_met(self, kind: str, subject: str) -> bool:
        """Return whether ``first_time`` was asked for this already."""
        return (kind, subject) in self._met

    def states(self, type: str, key: str) -> bool:
        """Return whether this release has the invariant ``key`` of a type; later ones have more."""
        definition = self.definitions.type(type)
        return definition is not None and any(each.key == key for each in definition.constraints)

    def index(self, bundle: Json) -> BundleIndex:
        """Return the entries of a Bundle by what references call them; made once."""
        index = self._indexes.get(id(bundle))
        if index is None:
            index = self._indexes[id(bundle)] = BundleIndex(bundle)
        return index

    def ids(self, node: Node) -> frozenset[str]:
        """Return every id of the whole resource around ``node``; gathered once."""
        if self._ids is None:
            root = node
            while root.parent is not None:
                root = root.parent
            self._ids = frozenset(ids_in(root.value))
        return self._ids

    def resolve(self, reference: str) -> Json | None:
        """Return the resource that ``reference`` means in the Bundle around, None if in none."""
        return None if self.scope is None else self.scope.resolve(reference)

    def scope_of(self, node: Node) -> Scope | None:
        """Return where references in ``node`` are resolved: an entry's resource opens a scope."""
        entry = node.parent
        if entry is None or entry.type != "Bundle.entry" or entry.parent is None:
            return self.scope
        return Scope(self.index(entry.parent.value), entry.value.get("fullUrl"), self.scope)

    def children(self, node: Node, name: str) -> list[Node]:
        """Return the nodes of the element ``name`` (``value`` for ``value[x]``) of ``node``."""
        elements = node.elements
        place = self.types.places(node.type, name)
        if elements is None or place is None:
            return []
        if isinstance(place, Found):
            return list(nodes_at(node, elements, place))
        # An extension may have its value in 50 types: only those that are there are looked at.
        keys = dict.fromkeys(key.removeprefix("_") for key in elements)
        there = [place[key] for key in keys if key in place]
        return [child for each in there for child in nodes_at(node, elements, each)]

    def failures(self, node: Node, schema: Schema, scope: Scope | None = None) -> Sequence[Issue]:
        """Return the errors that ``schema`` finds at ``node``, without reporting them.

        ``scope`` is where references are resolved, if not where they are now. A node that is
        being tried already has none so far: references may go round in a circle. Nor has one at
        the end of a long chain of them.
        """
        key = (id(schema), id(node.value))
        known = self._tried.get(key) if node.value.__class__ is dict else None
        if known is not None or self._trials >= _TRIALS_MAX:
            return known or ()
        self._tried[key] = ()
        trial = Walk(
            self.definitions,
            self.conformance,
            mode=self.mode,
            limits=self.limits,
            targets=self.targets,
            is_xml=self.is_xml,
        )
        trial.deadline = self.deadline
        trial.scope = scope or self.scope
        trial.environment = replace(self.environment, resolve=trial.resolve)
        trial._tried = self._tried
        trial._trials = self._trials + 1
        with suppress(Stopped):
            schema.check(trial, node)
        # The environment leads back to the trial: cut, so that both are freed at once.
        trial.environment = self.environment
        found = self._tried[key] = [issue for issue in trial.issues if issue.is_error]
        return found

    def passes(self, node: Node, schema: Schema) -> bool:
        """Return whether ``node`` meets ``schema``, without reporting what it does not meet."""
        return not self.failures(node, schema)

    def conforms(self, node: Node, canonical: str) -> bool | None:
        """Return whether ``node`` meets a profile; None if the profile is not at hand.

        The name of a type asks for the type only: that a node meets its type is checked anyway.
        """
        type = type_of_specification(canonical, self.definitions)
        if type is not None:
            return self.definitions.is_subtype(node.type, type)
        schema = self.conformance.profile(canonical)
        return None if schema is None else self.passes(node, schema)

    def value_set(self, canonical: str) -> ValueSetCodes | None:
        """Return the codings of a value set, as far as they are known offline."""
        return self.conformance.value_set(canonical) or self.definitions.value_set(canonical)

    def code_system(self, canonical: str) -> CodeSystemCodes | None:
        """Return the codes of a code system that is known offline."""
        return self.conformance.code_system(canonical) or self.definitions.code_system(canonical)

    def extension(self, url: str) -> ExtensionDefinition | None:
        """Return the definition of an extension, ours before the specification's."""
        return self.conformance.extension(url) or self.definitions.extension(url)
