"""What we know, free of FHIR versions: authored YAML files as typed, cited facts."""

from fhir_kb.facts.fact import Citation, Fact
from fhir_kb.facts.knowledge import Drug, Knowledge, Study
from fhir_kb.facts.loader import load_knowledge
from fhir_kb.facts.schema import file_schema

__all__ = ["Citation", "Drug", "Fact", "Knowledge", "Study", "file_schema", "load_knowledge"]
