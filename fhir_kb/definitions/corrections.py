"""The published invariants that are wrong, and what is used instead.

https://hl7.org/fhir/R4/conformance-rules.html#constraints

A row quotes the published text, so that it stops applying when the text is mended, and says why
the text is wrong. The rows are applied when the definitions are built. An invariant whose result
is empty is not met; that is why an expression must have an answer where an element is absent.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Correction:
    """The text that is published of ``subject``, the one to use, and why.

    ``subject`` is the key of a constraint, or ``*`` for every constraint with that text.
    """

    subject: str
    published: str
    corrected: str
    reason: str


_NAME_IS_USABLE = "name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')"

_REFERENCE_IS_CONTAINED = (
    "reference.exists()  implies (reference.startsWith('#').not() or "
    "(reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids')) or "
    "(reference='#' and %rootResource!=%resource))"
)

_CONTAINED_IS_REFERRED_TO = (
    "contained.where(((id.exists() and ('#'+id in (%resource.descendants().reference | "
    "%resource.descendants().ofType(canonical) | %resource.descendants().ofType(uri) | "
    "%resource.descendants().ofType(url)))) or descendants().where(reference = '#').exists() or "
    "descendants().where(ofType(canonical) = '#').exists() or "
    "descendants().where(ofType(uri) = '#').exists()).not()).trace('unmatched', id).empty()"
)

_NOTHING_TO_COMPARE = "Empty, so not met, where two dates differ in precision or units in kind."

_CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"


def _consent_scope(key: str, code: str) -> Correction:
    rule = "patient.exists() or scope.coding.where(system='{}' and code='{}').exists().not()"
    return Correction(
        key,
        rule.format("something", code),
        rule.format(_CONSENT_SCOPE, code),
        "A placeholder was left for the code system.",
    )


INVARIANTS: tuple[Correction, ...] = (
    Correction(
        "*",
        "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')",
        _NAME_IS_USABLE,
        "Empty without a name, which is optional; and any part of a name may match.",
    ),
    Correction(
        "*",
        "name.exists() implies name.matches('[A-Z]([A-Za-z0-9_]){0,254}')",
        _NAME_IS_USABLE,
        "Any part of the name may match.",
    ),
    Correction(
        "vsd-0",
        "name.exists() implies name.exists() implies name.matches('[A-Z]([A-Za-z0-9_]){0,254}')",
        _NAME_IS_USABLE,
        "The doubled condition makes the result empty without a name.",
    ),
    Correction(
        "apd-1",
        "(AdministrableProductDefinition.routeOfAdministration.code.count() + "
        "AdministrableProductDefinition.formOf.resolve().route.count())  < 2",
        "AdministrableProductDefinition.formOf.resolve().route.empty()",
        "A product may have two routes of administration; R5 says what is meant.",
    ),
    Correction(
        "app-4",
        "Appointment.cancelationReason.exists() implies "
        "(Appointment.status='no-show' or Appointment.status='cancelled')",
        "Appointment.cancelationReason.exists() implies "
        "(Appointment.status='noshow' or Appointment.status='cancelled')",
        "The code is noshow.",
    ),
    Correction(
        "bdl-8",
        "fullUrl.contains('/_history/').not()",
        "fullUrl.exists() implies fullUrl.contains('/_history/').not()",
        "Empty without a fullUrl, which is optional; R4B and R5 say so.",
    ),
    Correction(
        "bdl-14",
        "type = 'history' implies entry.request.method != 'PATCH'",
        "type = 'history' implies entry.request.method.where($this = 'PATCH').empty()",
        "Compares all methods at once: empty without an entry, true for any two entries.",
    ),
    Correction(
        "bdl-16",
        "issues.exists() implies "
        "(issues.issue.severity = 'information' or issues.issue.severity = 'warning')",
        "issues.exists() implies "
        "issues.issue.severity.all($this = 'information' or $this = 'warning')",
        "Compares all severities at once: false for any two issues.",
    ),
    Correction(
        "con-3",
        "clinicalStatus.exists() or verificationStatus.coding.where(system="
        "'http://terminology.hl7.org/CodeSystem/condition-ver-status' and "
        "code = 'entered-in-error').exists() or category.select($this='problem-list-item').empty()",
        "clinicalStatus.exists() or verificationStatus.coding.where(system="
        "'http://terminology.hl7.org/CodeSystem/condition-ver-status' and "
        "code = 'entered-in-error').exists() or category.coding.where(system="
        "'http://terminology.hl7.org/CodeSystem/condition-category' and "
        "code='problem-list-item').empty()",
        "Compares a concept with a text, which is never empty: meant for problem list items only.",
    ),
    Correction(
        "ctm-1",
        "onBehalfOf.exists() implies (member.resolve() is Practitioner)",
        "onBehalfOf.exists() implies iif((member.resolve() is Practitioner) = false, false, true)",
        "Empty when the member cannot be resolved and its reference names no type.",
    ),
    Correction(
        "dgr-1",
        "composition.exists() implies (composition.resolve().section.entry.reference"
        ".where(resolve() is Observation) in "
        "(result.reference|result.reference.resolve().hasMember.reference))",
        "composition.exists() implies composition.resolve().section.entry.reference"
        ".where(resolve() is Observation).all($this in "
        "(%resource.result.reference|%resource.result.reference.resolve().hasMember.reference))",
        "Only a single item can be asked whether it is in a collection.",
    ),
    Correction(
        "dom-3",
        "contained.where((('#'+id in (%resource.descendants().reference | "
        "%resource.descendants().as(canonical) | %resource.descendants().as(uri) | "
        "%resource.descendants().as(url))) or descendants().where(reference = '#').exists() or "
        "descendants().where(as(canonical) = '#').exists() or "
        "descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()",
        _CONTAINED_IS_REFERRED_TO,
        "as() refuses a collection; canonical is asked twice and uri never; no id means no answer.",
    ),
    Correction(
        "dom-3",
        "contained.where(((id.exists() and ('#'+id in (%resource.descendants().reference | "
        "%resource.descendants().as(canonical) | %resource.descendants().as(uri) | "
        "%resource.descendants().as(url)))) or descendants().where(reference = '#').exists() or "
        "descendants().where(as(canonical) = '#').exists() or "
        "descendants().where(as(uri) = '#').exists()).not()).trace('unmatched', id).empty()",
        _CONTAINED_IS_REFERRED_TO,
        "as() refuses a collection.",
    ),
    Correction(
        "dom-3",
        "contained.where((('#'+id in (%resource.descendants().reference | "
        "%resource.descendants().ofType(canonical) | %resource.descendants().ofType(uri) | "
        "%resource.descendants().ofType(url))) or descendants().where(reference = '#').exists() or "
        "descendants().where(ofType(canonical) = '#').exists() or "
        "descendants().where(ofType(canonical) = '#').exists()).not())"
        ".trace('unmatched', id).empty()",
        _CONTAINED_IS_REFERRED_TO,
        "canonical is asked twice and uri never; without an id there is no answer.",
    ),
    Correction(
        "eld-11",
        'binding.empty() or type.code.empty() or type.code.contains(":") or '
        "type.select((code = 'code') or (code = 'Coding') or (code='CodeableConcept') or "
        "(code = 'Quantity') or (code = 'string') or (code = 'uri') or (code = 'Duration'))"
        ".exists()",
        "binding.empty() or type.code.empty() or type.code.where(contains(':')).exists() or "
        "type.select((code = 'code') or (code = 'Coding') or (code='CodeableConcept') or "
        "(code = 'Quantity') or (code = 'string') or (code = 'uri') or (code = 'Duration'))"
        ".exists()",
        "FHIRPath has no double-quoted text, and contains() refuses several types.",
    ),
    Correction(
        "eld-19",
        r"""path.matches('[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}"""
        r"""(\\.[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\[x\\])?(\\:[^\\s\\.]+)?)*')""",
        r"""path.matches('^[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}"""
        r"""(\\.[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\[x\\])?(\\:[^\\s\\.]+)?)*$')""",
        "Any part of the path may match; R4B and R5 say so.",
    ),
    Correction(
        "eld-20",
        r"path.matches('[A-Za-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*(\\[x])?)*')",
        r"path.matches('^[A-Za-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*(\\[x])?)*$')",
        "Any part of the path may match; R4B and R5 say so.",
    ),
    Correction(
        "eld-24",
        "fixed.exists().not()",
        "fixed.exists().not() or (path.startsWith('Extension.') and path.endsWith('.url'))",
        "The definition of an extension fixes its url, as the specification's own all do.",
    ),
    Correction(
        "eld-28",
        "mustHaveValue.value implies valueAlternatives.empty()",
        "(mustHaveValue.exists() and mustHaveValue) implies valueAlternatives.empty()",
        "Empty without mustHaveValue, which is optional.",
    ),
    Correction(
        "ele-1",
        "hasValue() or (children().count() > id.count()) or $this is Parameters",
        "hasValue() or (children().count() > id.count())",
        "No element is a Parameters; R4B says it of some types only.",
    ),
    Correction(
        "exp-2",
        r"name.hasValue() implies name.matches('[A-Za-z][A-Za-z0-9\\_]{0,63}')",
        r"name.hasValue() implies name.matches('^[A-Za-z][A-Za-z0-9\\_]{0,63}$')",
        "Any part of the name may match.",
    ),
    Correction(
        "ing-1",
        "(Ingredient.allergenicIndicator.where(value='true').count() + "
        "Ingredient.substance.code.reference.count())  < 2",
        "Ingredient.where(allergenicIndicator=true).count() + "
        "Ingredient.substance.code.reference.count()  < 2",
        "Compares a boolean with a text; R5 says so.",
    ),
    Correction(
        "inv-1",
        "lastModified.exists().not() or authoredOn.exists().not() or lastModified >= authoredOn",
        "lastModified.exists().not() or authoredOn.exists().not() or "
        "iif(lastModified < authoredOn, false, true)",
        _NOTHING_TO_COMPARE,
    ),
    Correction(
        "inv-2",
        "lowNumerator.empty() or highNumerator.empty() or (lowNumerator <= highNumerator)",
        "lowNumerator.empty() or highNumerator.empty() or "
        "iif(lowNumerator > highNumerator, false, true)",
        _NOTHING_TO_COMPARE,
    ),
    Correction(
        "md-1",
        "max='*' or (max.toInteger() > 0)",
        "max.empty() or max='*' or (max.toInteger() > 0)",
        "Empty without max, which is optional.",
    ),
    Correction(
        "mdd-1",
        "whenHandedOver.empty() or whenPrepared.empty() or whenHandedOver >= whenPrepared",
        "whenHandedOver.empty() or whenPrepared.empty() or "
        "iif(whenHandedOver < whenPrepared, false, true)",
        _NOTHING_TO_COMPARE,
    ),
    Correction(
        "nsd-3",
        "uniqueId.where(authoritative = 'true').select(type.toString() & period.start.toString() "
        "& period.end.toString()).isDistinct()",
        "uniqueId.where(authoritative = true).select(type.toString() & period.start.toString() "
        "& period.end.toString()).isDistinct()",
        "Compares a boolean with a text.",
    ),
    Correction(
        "per-1",
        "start.hasValue().not() or end.hasValue().not() or (start <= end)",
        "start.hasValue().not() or end.hasValue().not() or iif(start > end, false, true)",
        _NOTHING_TO_COMPARE,
    ),
    Correction(
        "pld-3",
        "%context.repeat(action).where((goalId in %context.goal.id).not()).exists().not()",
        "%context.repeat(action).goalId.where(($this in %context.goal.id).not()).exists().not()",
        "Only a single item can be asked whether it is in a collection.",
    ),
    _consent_scope("ppc-2", "patient-privacy"),
    _consent_scope("ppc-3", "research"),
    _consent_scope("ppc-4", "adr"),
    _consent_scope("ppc-5", "treatment"),
    Correction(
        "que-7",
        "operator = 'exists' implies (answer is Boolean)",
        "operator = 'exists' implies (answer is boolean)",
        "Boolean is FHIRPath's own type; an answer has FHIR's.",
    ),
    Correction(
        "que-12",
        "enableWhen.count() > 2 implies enableBehavior.exists()",
        "enableWhen.count() > 1 implies enableBehavior.exists()",
        "The rule is about more than one; R4B and R5 say so.",
    ),
    Correction(
        "ras-2",
        "probability is decimal implies (probability as decimal) <= 100",
        "probability.empty() or ((probability is decimal) implies "
        "((probability as decimal) <= 100))",
        "Empty without a probability, which is optional; R5 says so.",
    ),
    Correction(
        "ref-1",
        "reference.startsWith('#').not() or "
        "(reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))",
        _REFERENCE_IS_CONTAINED,
        "Empty without a literal reference; a contained resource may refer to its container.",
    ),
    Correction(
        "ref-1",
        "reference.startsWith('#').not() or "
        "(reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids')) or "
        "(reference='#' and %rootResource!=%resource)",
        _REFERENCE_IS_CONTAINED,
        "Empty without a literal reference; R5 says so.",
    ),
    Correction(
        "rng-2",
        "low.empty() or high.empty() or (low <= high)",
        "low.empty() or high.empty() or iif(low > high, false, true)",
        _NOTHING_TO_COMPARE,
    ),
    Correction(
        "sdf-24",
        "element.where(type.code='Reference' and id.endsWith('.reference') and "
        "type.targetProfile.exists() and id.substring(0,$this.length()-10) in "
        "%context.element.where(type.code='CodeableReference').id).exists().not()",
        "element.where(type.where(code='Reference').exists() and path.endsWith('.reference') and "
        "type.targetProfile.exists() and (path.substring(0,$this.path.length()-10) in "
        "%context.element.where(type.where(code='CodeableReference').exists()).path))"
        ".exists().not()",
        "Asks an element, not its path, for a length, and compares all types at once; as in R5.",
    ),
    Correction(
        "sdf-25",
        "element.where(type.code='CodeableConcept' and id.endsWith('.concept') and "
        "binding.exists() and id.substring(0,$this.length()-8) in "
        "%context.element.where(type.code='CodeableReference').id).exists().not()",
        "element.where(type.where(code='CodeableConcept').exists() and path.endsWith('.concept') "
        "and binding.exists() and (path.substring(0,$this.path.length()-8) in "
        "%context.element.where(type.where(code='CodeableReference').exists()).path))"
        ".exists().not()",
        "Asks an element, not its path, for a length, and compares all types at once; as in R5.",
    ),
    Correction(
        "sdf-26",
        "$this.where(element[0].mustSupport='true').exists().not()",
        "$this.where(element[0].mustSupport=true).exists().not()",
        "Compares a boolean with a text.",
    ),
    Correction(
        "tim-9",
        "offset.empty() or (when.exists() and ((when in ('C' | 'CM' | 'CD' | 'CV')).not()))",
        "offset.empty() or (when.exists() and "
        "when.select($this in ('C' | 'CM' | 'CD' | 'CV')).allFalse())",
        "Only a single item can be asked whether it is in a collection; R5 says so.",
    ),
    Correction(
        "vs-1",
        "($this as dateTime).toString().length() >= 8",
        "($this is dateTime) implies ($this as dateTime).toString().length() >= 8",
        "Empty for a Period, which is allowed.",
    ),
)
