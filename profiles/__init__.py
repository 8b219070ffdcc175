"""Our own profiles, extensions, terminology and search parameters: one JSON file each.

Installed as ``fhir_kb.profiles``; ``R4`` holds what R4 and R4B share, ``R5`` what R5 has.
"""
