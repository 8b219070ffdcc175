"""A place in a FHIR resource, or a computed value: what expressions are evaluated to.

https://hl7.org/fhirpath/#navigation-model
"""

from typing import Any, Union

from fhir_kb.formats import Json

Value = Any
"""A JSON value as fhir_kb.formats reads it, or a value computed: Temporal, Quantity, Long."""


class Node:
    """A value with its type and its place.

    ``type`` is a FHIR type's name (``HumanName``, ``Patient.contact``), ``System.String`` and its
    like for computed values, or empty where no definitions tell.
    ``extra`` is the object beside a primitive (``_birthDate``), which holds its id and extensions.
    ``parent``, ``name`` and ``index`` say where the node was found; ``index`` is None for an
    element that does not repeat.
    """

    __slots__ = ("extra", "index", "name", "parent", "type", "value")

    def __init__(
        self,
        value: Value,
        type: str,
        extra: Json | None = None,
        parent: Union["Node", None] = None,
        name: str | None = None,
        index: int | None = None,
    ) -> None:
        self.value = value
        self.type = type
        self.extra = extra
        self.parent = parent
        self.name = name
        self.index = index

    @property
    def path(self) -> str:
        """Where the node stands, as a FHIRPath: ``Patient.name[0].given[1]``.

        Empty for a value that was computed rather than found.
        """
        steps: list[str] = []
        node = self
        while node.parent is not None:
            steps.append(node.step)
            node = node.parent
        if node.type.startswith("System."):
            return ""
        steps.append(node.type)
        return ".".join(reversed(steps))

    @property
    def step(self) -> str:
        """The last step of the path: ``given[1]``."""
        name = self.name or ""
        return name if self.index is None else f"{name}[{self.index}]"

    @property
    def key(self) -> str:
        """The key that holds the node in its parent's JSON: ``valueQuantity`` for ``value``."""
        name = self.name or ""
        parent = self.parent.value if self.parent is not None else None
        if isinstance(parent, dict) and name not in parent and f"_{name}" not in parent:
            return name + self.type[:1].upper() + self.type[1:]
        return name

    @property
    def elements(self) -> Json | None:
        """The JSON object with the node's child elements: its value, or what is beside it."""
        return self.value if self.value.__class__ is dict else self.extra

    @property
    def has_value(self) -> bool:
        """Whether this is a primitive with a value, not only with extensions."""
        return self.value is not None and self.value.__class__ not in (dict, list)

    def __repr__(self) -> str:
        return f"Node({self.path or self.type}: {str(self.value)[:60]})"


Nodes = list[Node]
"""A FHIRPath collection; never changed once it is handed over."""
