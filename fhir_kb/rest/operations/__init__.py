"""Operations: what is asked of the server by a name with a dollar sign, one module each.

https://hl7.org/fhir/R4/operations.html
"""
