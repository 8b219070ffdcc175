"""The functions of FHIRPath and of FHIR, a module for each group."""
