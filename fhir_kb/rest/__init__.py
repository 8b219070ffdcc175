"""The FHIR RESTful API as functions of values: one module per interaction, no Flask.

https://hl7.org/fhir/R4/http.html
"""
