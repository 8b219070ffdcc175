"""What one request tells about one patient, read from FHIR JSON into plain values.

The readers stand here, below the resource builders: ``read_chart`` takes what the request holds
as it came (resources, Bundles, null, errors) and gives a ``Chart`` in which nothing is FHIR. R4
and R5 spell some elements differently; each reader names both spellings side by side.
"""

from fhir_kb.chart.chart import Chart, Medication, Origin
from fhir_kb.chart.intake import Failed
from fhir_kb.chart.reading import CATEGORIES, Request, read_chart
from fhir_kb.chart.vocabulary import Vocabulary

__all__ = [
    "CATEGORIES",
    "Chart",
    "Failed",
    "Medication",
    "Origin",
    "Request",
    "Vocabulary",
    "read_chart",
]
