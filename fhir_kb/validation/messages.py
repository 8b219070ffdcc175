"""Every message the validator can give: its stable id, severity, FHIR issue type and wording.

https://hl7.org/fhir/R4/valueset-issue-type.html

A message says what is wrong, why, and what would be right. Ids do not change between releases;
``strict`` is the severity in strict mode where it differs.
"""

from collections.abc import Mapping

from fhir_kb.validation.issue import Severity
from fhir_kb.validation.message import Message
from fhir_kb.validation.profile_messages import PROFILE_MESSAGES


def _error(code: str, text: str) -> Message:
    return Message("error", code, text)


def _warning(code: str, text: str, strict: Severity | None = None) -> Message:
    return Message("warning", code, text, strict)


def _information(code: str, text: str, strict: Severity | None = None) -> Message:
    return Message("information", code, text, strict)


_LIMITS = {
    "unreadable": Message("fatal", "structure", "{reason}"),
    "too-large": Message("fatal", "too-long", "{reason}"),
    "too-deep": Message(
        "fatal",
        "too-costly",
        "Elements are nested deeper than {limit} levels; nothing below is read",
    ),
    "too-many-errors": Message(
        "fatal", "too-costly", "There are {limit} errors; the rest was not looked at"
    ),
    "issues-left-out": _information(
        "too-costly",
        "{number} more warnings and remarks are not shown; the limit is {limit} issues",
    ),
    "out-of-time": Message(
        "fatal", "too-costly", "The {seconds} seconds for a validation are used up; this is where"
    ),
}

_STRUCTURE = {
    "no-resource-type": _error(
        "structure", "The resource has no resourceType, or not as a string; types are {known}"
    ),
    "unknown-resource-type": _error(
        "structure", "{name!r} is not a resource type of FHIR {release}{hint}"
    ),
    "unknown-element": _error("structure", "{name!r} is not an element of {type}{hint}"),
    "underscore-on-complex": _error(
        "structure",
        "Only a primitive has a key with an underscore; {name!r} holds its own id and extensions",
    ),
    "missing-element": _error("required", "{path} is required (at least {min} of {types})"),
    "too-many": _error("structure", "{path} may stand {max} times at most; there are {number}"),
    "several-choices": _error("structure", "{name}[x] has one type only; keep one of {keys}"),
    "empty-object": _error("structure", "The object is empty; leave it out or give it content"),
    "empty-array": _error("structure", "The array {name!r} is empty; leave it out"),
    "array-needed": _error(
        "structure", "{name!r} may repeat, so JSON holds it as an array; here is {found}"
    ),
    "unexpected-array": _error("structure", "{name!r} does not repeat, so it is no array in JSON"),
    "object-needed": _error(
        "structure", "{name!r} holds {type}, an object in JSON; here is {found}"
    ),
    "null-value": _error("structure", "{name!r} is null; an element without a value is left out"),
    "null-in-array": _error(
        "structure",
        "A null in {name!r} needs an id or an extension at its place in the array that "
        "stands beside it (_{name} and {name})",
    ),
    "unequal-arrays": _error(
        "structure", "{name!r} has {values} items and '_{name}' has {extras}; null fills the gaps"
    ),
    "no-value": Message(
        "error", "invariant", "ele-1: A primitive has a value or an extension; here is only an id"
    ),
    "duplicate-key": _error("structure", "{reason}"),
    "broken-character": _error("invalid", "{reason}"),
    "control-character": _warning("invalid", "{reason}", "error"),
    "number": _error("invalid", "{reason}"),
    "text": _error("structure", "{reason}"),
    "repeated-element": _error("structure", "{reason}"),
    "element-order": _error("structure", "{reason}"),
    "wrong-namespace": _error("structure", "{reason}"),
    "unknown-attribute": _error("structure", "{reason}"),
    "unknown-resource": _error("structure", "{reason}"),
}

_PRIMITIVES = {
    "wrong-json-type": _error("value", "{type} is written as {needed}; here is {found}"),
    "empty-string": _error("value", "The string is empty; leave the element out"),
    "primitive-form": _error("value", "{value!r} is no {type}: {form}"),
    "no-such-day": _error("value", "{value} is not in the calendar"),
    "text-too-long": _error("value", "The text has {length} characters; at most {limit} may be"),
    "blank-text": _warning("value", "The {type} is nothing but white space", "error"),
    "uri-space": _error("value", "{value!r} is no {type}: a URI has no spaces; write %20"),
    "bare-urn": _error("value", "{value!r} is no URI: write urn:{prefix}: before the number"),
    "invalid-uuid": _error("value", "{value!r} is no UUID: 8-4-4-4-12 lower-case hex digits"),
    "invalid-oid": _error("value", "{value!r} is no OID: numbers with points between them"),
    "relative-canonical": _error(
        "value", "{value!r} is no canonical URL: it is absolute, or a fragment (#id)"
    ),
    "base64-space": _error("value", "Base64 has no white space in it in this version of FHIR"),
}

_CODES = {
    "code-not-in-value-set": _error(
        "code-invalid", "{code} is not in the value set {value_set} (binding: {strength}){hint}"
    ),
    "no-code": _error(
        "code-invalid", "There is no code; one of {value_set} is asked for (binding: {strength})"
    ),
    "binding-not-checked": _information(
        "not-supported",
        "The value set {value_set} (binding: {strength}) is not known offline; codes bound to it "
        "were not checked",
    ),
    "unknown-code": _error("code-invalid", "{code!r} is not a code of {system}{hint}"),
    "code-not-known": _information(
        "not-supported",
        "{code!r} is not among the codes of {system} that are known offline, which are not all",
    ),
    "system-not-known": _information(
        "not-supported", "The code system {system} is not known offline; its codes were not checked"
    ),
    "other-display": _warning("value", "{system} shows {code!r} as {known!r}, not as {display!r}"),
    "code-without-system": _warning(
        "business-rule", "The code {code!r} has no system, so nobody can tell what it means"
    ),
    "relative-system": _error(
        "invalid", "{type}.system is an absolute URI (http://…, urn:oid:…); here is {system!r}"
    ),
    "system-is-value-set": _error(
        "invalid", "{system} is a value set; Coding.system names the code system of the code"
    ),
    "invalid-syntax": _error("code-invalid", "{code!r} is no {word} ({system}); one is {example}"),
    "unknown-hl7-system": _warning(
        "code-invalid",
        "{system} is in HL7's namespace, but HL7 publishes no code system of that name",
    ),
    "wrong-system": _error("code-invalid", "{system} is no code system; {right} is"),
    "identifier-is-no-uri": _error(
        "value",
        "With the system urn:ietf:rfc:3986 the value is an absolute URI; here is {value!r}",
    ),
    "wrong-size": _error("value", "The size says {stated} bytes; the data has {found}"),
    "wrong-hash": _error(
        "value", "The hash {stated!r} is not the SHA-1 of the data, which is {found!r}"
    ),
}

_REFERENCES = {
    "reference-form": _error(
        "value",
        "{reference!r} is no reference: Type/id, Type?query, #id or an absolute URL{hint}",
    ),
    "wrong-target": _error(
        "structure", "{reference!r} is to {type}; this element may refer to {targets}"
    ),
    "reference-type-differs": _error(
        "structure", "Reference.type says {stated!r}; the reference is to {named!r}"
    ),
    "unknown-reference-type": _error("value", "{type!r} is no resource type of this version{hint}"),
    "fragment-not-contained": _error(
        "not-found", "{reference!r} is to a contained resource that is not there"
    ),
    "repeated-element-id": _error("business-rule", "The id {id!r} stands twice in the resource"),
    "id-extended": _error("structure", "The id of a resource or an element has no extensions"),
    "repeated-label": _error("business-rule", "The security label {label} stands twice"),
    "contained-without-id": _error(
        "structure", "A contained resource needs an id; it is known by nothing else"
    ),
    "repeated-contained-id": _error("structure", "Two contained resources have the id {id!r}"),
    "unconnected-contained": _error(
        "invariant",
        "dom-3: Nothing in the resource refers to the contained {id!r} as '#{id}', and it does not "
        "refer to its container",
    ),
}

_INVARIANTS = {
    "invariant": _error("invariant", "{key}: {human}"),
    "invariant-not-checked": _information(
        "not-supported", "{key} could not be checked: {reason}", "warning"
    ),
    "profile-not-known": _information(
        "not-found", "The profile {profile} is not at hand; nothing was checked against it"
    ),
    "asked-profile-not-known": _error(
        "not-found",
        "The profile {profile} is not at hand, so the resource could not be checked against it; "
        "give the package that holds it",
    ),
}

_EXTENSIONS = {
    "unknown-extension": _information(
        "not-found", "The extension {url} has no definition at hand; it was not checked"
    ),
    "unknown-modifier-extension": _warning(
        "not-found",
        "The modifier extension {url} has no definition at hand: who does not know it may not "
        "process the element",
    ),
    "unknown-hl7-extension": _error(
        "not-found",
        "The extension {url} is in HL7's namespace, but HL7 publishes none of that name",
    ),
    "relative-extension-url": _error(
        "value", "The url of an extension is absolute; here is {url!r}"
    ),
    "unknown-extension-part": _error(
        "structure", "{url!r} is no part of the extension {outer}; its parts are {parts}"
    ),
    "modifier-as-extension": _error(
        "structure", "{url} changes the meaning of its element: it stands in modifierExtension"
    ),
    "extension-as-modifier": _error(
        "structure", "{url} does not change the meaning of its element: it stands in extension"
    ),
    "missing-extension-part": _error(
        "required", "The extension {outer} needs at least {min} of its part {url!r}"
    ),
    "too-many-extension-parts": _error(
        "structure",
        "The extension {outer} has at most {max} of its part {url!r}; here are {number}",
    ),
    "extension-without-value": _error(
        "structure", "The extension {url} has extensions inside, and no value"
    ),
    "extension-needs-value": _error("required", "The extension {url} has a value, one of {types}"),
    "extension-url-version": _error(
        "value", "The url of an extension has no version; here is {url}"
    ),
    "extension-value-type": _error(
        "structure", "The extension {url} holds {types}; here is {found}"
    ),
    "extension-out-of-context": _error(
        "structure", "The extension {url} may not stand in {place}; it belongs to {contexts}"
    ),
    "extension-context-invariant": _error(
        "invariant", "The extension {url} may stand only where this is true: {invariant}"
    ),
}

_NARRATIVE = {
    "narrative-not-xhtml": _error(
        "invalid",
        "The narrative is not XHTML: {reason}, at its line {line}, column {column}; XML "
        "knows no entities but &lt; &gt; &amp; &quot; &apos; and numbers (&#160;)",
    ),
    "narrative-doctype": _error("invalid", "A narrative may not hold a DOCTYPE"),
    "narrative-root": _error("invalid", "A narrative is one <div>; here is <{root}>"),
    "narrative-namespace": _error(
        "invalid", "The namespace of the narrative is {needed}; here is {namespace}"
    ),
    "narrative-element": _error(
        "invariant", "txt-1: <{element}> may not stand in a narrative, only basic formatting"
    ),
    "narrative-attribute": _error(
        "invariant",
        "txt-1: The attribute {attribute!r} may not stand in <{element}> of a narrative",
    ),
    "narrative-active": _error(
        "invariant", "txt-1: A narrative has no active content; here is {what}"
    ),
    "narrative-empty": _error("invariant", "txt-2: The narrative has no text and no image"),
    "narrative-repeated-id": _error("invalid", "The id {id!r} stands twice in the narrative"),
    "narrative-nesting": _error(
        "structure", "<{element}> may not stand in <{around}>: XHTML does not allow it"
    ),
    "narrative-scheme": _error("invalid", "The link {link!r} leads nowhere in a browser"),
    "narrative-link": _error(
        "invalid", "The link '#{fragment}' leads nowhere: nothing in the resource has that id"
    ),
}

_BUNDLE = {
    "full-url-missing": _error(
        "required", "Each entry of a {kind} has a fullUrl, the identity of its resource"
    ),
    "full-url-relative": _error("value", "{url!r} is no fullUrl: it is an absolute URL or a URN"),
    "full-url-without-id": _error(
        "invalid", "{url} looks like a resource on a server, but the resource has no id ({id})"
    ),
    "full-url-mismatch": _error(
        "invalid", "{url} looks like a resource on a server, so it ends with {name}"
    ),
    "link-to-page": _error(
        "structure", "The link {relation!r} is between pages; a {kind} has none"
    ),
    "search-entry-empty": _error("required", "An entry of a search result has a resource"),
    "search-entry-without-id": _error(
        "required", "A search result with the mode {mode!r} has an id"
    ),
    "search-match-type": _error(
        "structure", "The search was for {searched}; a match of it is no {type}"
    ),
    "reference-misses-entry": _warning(
        "not-found",
        "{reference!r} has the type and id of {entries}, but does not lead to its fullUrl from "
        "here ({base})",
    ),
    "urn-not-in-bundle": _warning(
        "not-found", "{reference!r} is no entry of the Bundle, and a URN can be found nowhere else"
    ),
    "search-outcome-type": _error(
        "structure", "An entry with the mode 'outcome' is an OperationOutcome; here is {type}"
    ),
    "repeated-link": _error("structure", "The link {relation!r} may stand only once"),
    "not-in-bundle": _error(
        "not-found", "{reference!r} ({place}) has no entry in the Bundle, which must hold it{hint}"
    ),
    "ambiguous-reference": _error(
        "multiple-matches", "{reference!r} ({place}) has more than one entry in the Bundle"
    ),
    "unconnected-entry": _error(
        "structure",
        "The entry {entry!r} is not connected with the Composition by references in either "
        "direction, so it is no part of the document",
    ),
    "unconnected-message-entry": _warning(
        "structure", "The entry {entry!r} is not connected with the MessageHeader by references"
    ),
    "request-without-resource": _error("required", "A {method} needs the resource it sends"),
    "request-with-resource": _error("structure", "A {method} does not send a resource"),
    "request-type": _error("value", "The request is to {url!r}, the resource is of type {type}"),
    "request-id": _error("value", "The request is to {url!r}, the resource has the id {id!r}"),
}

_AUTHORED = {
    "included-system-relative": _error(
        "invalid",
        "The system of what a ValueSet includes is the absolute URL of a code system; here is "
        "{system!r}",
    ),
    "included-system-version": _error(
        "business-rule",
        "The version {version!r} does not belong into the system; there is include.version",
    ),
    "concepts-not-expected": _error(
        "business-rule", "The content is 'not-present', yet there are concepts"
    ),
    "supplement-without-base": _error(
        "business-rule", "A supplement says what it supplements (CodeSystem.supplements)"
    ),
    "base-without-supplement": _error(
        "business-rule", "A code system that supplements another has the content 'supplement'"
    ),
    "unknown-hl7-property": _error(
        "business-rule", "{uri} is in HL7's namespace, but HL7 defines no such property"
    ),
    "property-code": _error(
        "business-rule", "The property {uri} has the code {code!r}, not {found!r}"
    ),
    "property-without-value": _error("business-rule", "The property {name!r} has no value"),
    "unknown-concept": _error(
        "business-rule", "{code!r} is no code of this code system (property {name!r})"
    ),
    "included-code-unknown": _warning("code-invalid", "{code!r} is not a code of {system}{hint}"),
    "wrong-count": _error("business-rule", "The count says {stated} concepts; there are {found}"),
    "repeated-property": _error("business-rule", "There is a property with the {what} already"),
    "property-type": _error("business-rule", "The property {name} is of type {type}, not {found}"),
    "undefined-property": _warning(
        "business-rule", "The property {name!r} is not defined in CodeSystem.property"
    ),
    "not-in-a-profile": _error(
        "business-rule", "A profile may not state {name}: only the definition of a type does"
    ),
    "min-above-max": _error("business-rule", "min {min} is more than max {max}"),
    "unknown-path": _error("not-found", "{path}: there is no element {name!r}{hint}"),
    "extension-url-differs": _error(
        "business-rule", "The extension's url is fixed to {fixed}, but its canonical URL is {url}"
    ),
    "invalid-fhirpath": _error("value", "The expression is no FHIRPath: {reason}"),
}

MESSAGES: Mapping[str, Message] = {
    **_LIMITS,
    **_STRUCTURE,
    **_PRIMITIVES,
    **_CODES,
    **_REFERENCES,
    **_INVARIANTS,
    **_EXTENSIONS,
    **_NARRATIVE,
    **_BUNDLE,
    **PROFILE_MESSAGES,
    **_AUTHORED,
}
