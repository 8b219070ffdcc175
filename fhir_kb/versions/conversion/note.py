"""What became of an element that the other version does not have.

https://hl7.org/fhir/R5/versions.html#extensions
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Note:
    """One element; ``path`` is where it stands in the resource that was converted.

    It was ``carried`` by an extension, ``filled`` in because the other version asks for it, or
    ``lost`` because it can be carried by nothing. A reference is ``dangling`` when the other
    version has no such resource as it leads to.
    """

    kind: Literal["carried", "filled", "dangling", "lost"]
    path: str
    message: str
