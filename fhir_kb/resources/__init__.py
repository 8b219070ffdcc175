"""Facts become FHIR resources: one module per resource type, R4 and R5 side by side.

A builder takes a ``Context`` and yields whole resources. Where versions differ in an element,
``build_r4`` and ``build_r5`` share the parts that do not.
"""
