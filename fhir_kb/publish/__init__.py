"""A release: facts become resources, resources become one snapshot per FHIR version."""
