"""An operation as one row: its name, its definition, and where it is answered.

https://hl7.org/fhir/R4/operations.html
"""

from collections.abc import Callable
from dataclasses import dataclass

from fhir_kb.rest.message import Response

Handler = Callable[..., Response]
"""Called with the endpoint, the request and what the path leaves open: the type, where the
operation stands on every type, and the id on an instance."""

EVERY_TYPE = "{type}"


@dataclass(frozen=True)
class Operation:
    """An operation that is answered here.

    ``on_system``, ``on_type`` and ``on_instance`` answer it at these places; ``types`` are the
    resource types it stands on. Its answer is the same by GET and by POST where ``methods`` has
    both. One that ``writes`` is there only where clients may write. ``documentation`` is what a
    reader of the CapabilityStatement should know.
    """

    name: str
    definition: str
    on_system: Handler | None = None
    on_type: Handler | None = None
    on_instance: Handler | None = None
    types: tuple[str, ...] = (EVERY_TYPE,)
    methods: tuple[str, ...] = ("GET", "POST")
    writes: bool = False
    documentation: str | None = None

    def stands_on(self, type: str) -> bool:
        """Return whether the operation is one of this resource type or its instances."""
        placed = self.on_type is not None or self.on_instance is not None
        return placed and (EVERY_TYPE in self.types or type in self.types)
