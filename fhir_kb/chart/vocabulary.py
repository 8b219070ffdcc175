"""Code sets as the readers use them: from a coding, or from words, to the sets it belongs to."""

from fhir_kb.facts.knowledge import Knowledge


class Vocabulary:
    """The code sets of a knowledge, arranged for looking up. Build it once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def codes(self, code_set: str, system: str) -> tuple[str, ...]:
        """Return the codes of a set in one system, for a prefetch template."""
        members = self._knowledge.code_sets[code_set].codes
        return tuple(member.code for member in members if member.system == system)
