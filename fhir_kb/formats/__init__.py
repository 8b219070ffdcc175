"""The only readers and writers of JSON and XML from outside."""

from typing import Any

Json = dict[str, Any]
"""A FHIR JSON object: decimals are ``Decimal`` with their digits as written."""
