"""Our own small code systems: what no terminology of FHIR has a code for.

https://hl7.org/fhir/R4/codesystem.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fhir_kb.formats import Json
from fhir_kb.settings import CANONICAL


@dataclass(frozen=True)
class LocalCodeSystem:
    """A code system of ours: its id, its title, and the display of each code."""

    name: str
    title: str
    codes: Mapping[str, str]

    @property
    def url(self) -> str:
        """The canonical URL, which is the system of its codings."""
        return f"{CANONICAL}/CodeSystem/{self.name}"

    def coding(self, code: str) -> Json:
        """Return the Coding of a code; a code the system does not have is a KeyError."""
        return {"system": self.url, "code": code, "display": self.codes[code]}

    def concept(self, code: str, text: str | None = None) -> Json:
        """Return the CodeableConcept of a code, its display as text unless one is given."""
        return {"coding": [self.coding(code)], "text": text or self.codes[code]}


RESULT_KIND = LocalCodeSystem(
    "result-kind",
    "Kind of published result",
    {
        "before-after": "Measurement before and after treatment",
        "compared-value": "One group's side of a comparison",
        "dose-change": "Patients whose dose was changed",
        "event-absence": "Harms that were looked for and not seen",
        "group-comparison": "Factor compared between groups",
        "group-measure": "Characteristic of a group in figures",
        "group-split": "Group counted by one characteristic",
        "not-reported": "Value that the document leaves out",
        "outcome-count": "Patients who reached an outcome",
        "significance-test": "Significance test",
    },
)
RESULT_PART = LocalCodeSystem(
    "result-part",
    "Part of a published result",
    {
        "before-treatment": "Before treatment",
        "change": "Change from before to after treatment",
        "direction": "Direction of the change",
        "dose": "Dose, in the order of the changes",
        "f-statistic": "F statistic",
        "factor": "Factor compared",
        "measure": "What was measured",
        "medication": "Medicine concerned",
        "number-of-patients": "Number of patients",
        "p-value": "P value",
        "percent": "Share of patients, as printed",
        "percent-computed": "Share of patients, computed from the counts",
        "reason": "Reason",
        "related": "Said to be related",
        "result": "What followed",
        "time-point": "Time since the start of treatment",
    },
)
GROUP_KIND = LocalCodeSystem(
    "group-kind",
    "Kind of group of people",
    {
        "enrolled": "Patients enrolled in a study",
        "analysed": "Patients analysed in a study",
        "subgroup": "Part of the patients of a study",
        "case": "Single case in a study",
        "eligibility": "Criteria for taking part in a study",
        "exposed": "People who take a medicine",
    },
)
GROUP_TRAIT = LocalCodeSystem(
    "group-trait",
    "What the members of a group share",
    {
        "diagnosis": "Diagnosis",
        "excluded-from-analysis": "Left out of the analysis",
        "exposure": "Medicine taken",
        "part-of": "Members of a larger group",
        "starting-dose": "Dose at the start of treatment",
        "time-on-treatment": "Time on treatment",
        "trait": "Trait or state",
    },
)
SOURCE_KIND = LocalCodeSystem(
    "source-kind",
    "Kind of source",
    {
        "information-page": "Information page",
        "article": "Journal article",
        "abstract": "Abstract",
        "news": "News item",
        "label": "Product label",
        "guideline": "Guideline",
    },
)
ORGANIZATION_KIND = LocalCodeSystem(
    "organization-kind",
    "Kind of organization",
    {
        "company": "Company",
        "regulator": "Regulator",
        "charity": "Charity",
        "hospital": "Hospital",
        "research-group": "Research group",
    },
)
DOSE_CHANGE = LocalCodeSystem(
    "dose-change",
    "Direction of a change of dose",
    {
        "any": "Any change",
        "increase": "Increase",
        "reduction": "Reduction",
        "withdrawal": "Withdrawal",
        "re-introduction": "Re-introduction",
    },
)
LOCAL_CODE_SYSTEMS = (
    RESULT_KIND,
    RESULT_PART,
    GROUP_KIND,
    GROUP_TRAIT,
    SOURCE_KIND,
    ORGANIZATION_KIND,
    DOSE_CHANGE,
)
"""Every code system of this module, for the CodeSystem resources that publish them."""
