"""Our own profiles, extensions, terminology and search parameters: one JSON file each.

Installed as ``fhir_kb.profiles``. ``shared`` holds for every FHIR version, ``R4`` for R4 and R4B,
``R4B`` and ``R5`` for one. A StructureDefinition is a differential; ``fhirVersion`` is filled in
for the version it is published in.
"""
