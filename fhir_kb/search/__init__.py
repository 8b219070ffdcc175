"""From a query string to one page of stored resources.

https://hl7.org/fhir/R4/search.html

::

    table = search_table("R5", definitions, types, own={"MedicationKnowledge": [parameter, …]})
    index_rows = Indexer(table).index(resource)            # IndexRows, for write_snapshot
    result = search(store, table, "MedicationKnowledge", [("code", "a|b")], Limits(), strict=False)
    result.matches, result.included                        # StoredResource values
    result.total, result.count_only, result.warnings
    result.self_pairs, result.first_pairs, result.previous_pairs, result.next_pairs, result.last_pairs

``search`` raises RequestError (InvalidParameter, UnsupportedParameter when strict,
UnsupportedModifier, ExpiredPage) and CorruptedResource. ``_summary``, ``_elements``, ``_format``,
``_pretty`` and ``_explain`` are left to the caller; they stay in ``self_pairs``.
For a CapabilityStatement: ``table.parameters[type]``, ``modifiers(parameter_type)``,
``includes(table, type)`` (``AdverseEvent:subject``, …), ``revincludes(table, type)``.
"""
