"""The messages about narratives, Bundles and what authors of conformance resources write.

https://hl7.org/fhir/R4/resourcelist.html
"""

from collections.abc import Mapping

from fhir_kb.validation.message import Message, error, warning

NARRATIVE_MESSAGES: Mapping[str, Message] = {
    "narrative-not-xhtml": error(
        "invalid",
        "The narrative is not XHTML: {reason}, at its line {line}, column {column}; XML "
        "knows no entities but &lt; &gt; &amp; &quot; &apos; and numbers (&#160;)",
    ),
    "narrative-root": error("invalid", "A narrative is one <div>; here is <{root}>"),
    "narrative-namespace": error(
        "invalid", "The namespace of the narrative is {needed}; here is {namespace}"
    ),
    "narrative-element": error(
        "invariant", "txt-1: <{element}> may not stand in a narrative, only basic formatting"
    ),
    "narrative-attribute": error(
        "invariant",
        "txt-1: The attribute {attribute!r} may not stand in <{element}> of a narrative",
    ),
    "narrative-active": error(
        "invariant", "txt-1: A narrative has no active content; here is {what}"
    ),
    "narrative-empty": error("invariant", "txt-2: The narrative has no text and no image"),
    "narrative-repeated-id": warning("invalid", "The id {id!r} stands twice in the narrative"),
    "narrative-nesting": error(
        "structure", "<{element}> may not stand in <{around}>: XHTML does not allow it"
    ),
    "narrative-scheme": error("invalid", "The link {link!r} leads nowhere in a browser"),
    "narrative-link": error(
        "invalid", "The link '#{fragment}' leads nowhere: nothing in the resource has that id"
    ),
}

BUNDLE_MESSAGES: Mapping[str, Message] = {
    "full-url-missing": error(
        "required", "Each entry of a {kind} has a fullUrl, the identity of its resource"
    ),
    "full-url-relative": error("value", "{url!r} is no fullUrl: it is an absolute URL or a URN"),
    "full-url-without-id": error(
        "invalid", "{url} looks like a resource on a server, but the resource has no id ({id})"
    ),
    "full-url-mismatch": error(
        "invalid", "{url} looks like a resource on a server, so it ends with {name}"
    ),
    "link-to-page": error("structure", "The link {relation!r} is between pages; a {kind} has none"),
    "search-entry-empty": error("required", "An entry of a search result has a resource"),
    "search-entry-without-id": error(
        "required", "A search result with the mode {mode!r} has an id"
    ),
    "search-match-type": error(
        "structure", "The search was for {searched}; a match of it is no {type}"
    ),
    "reference-misses-entry": warning(
        "not-found",
        "{reference!r} has the type and id of {entries}, but does not lead to its fullUrl from "
        "here ({base})",
    ),
    "urn-not-in-bundle": warning(
        "not-found", "{reference!r} is no entry of the Bundle, and a URN can be found nowhere else"
    ),
    "search-outcome-type": error(
        "structure", "An entry with the mode 'outcome' is an OperationOutcome; here is {type}"
    ),
    "repeated-link": error("structure", "The link {relation!r} may stand only once"),
    "not-in-bundle": error(
        "not-found", "{reference!r} has no entry in the Bundle, which must hold it"
    ),
    "ambiguous-reference": error(
        "multiple-matches", "{reference!r} has more than one entry in the Bundle"
    ),
    "unconnected-entry": error(
        "structure",
        "The entry {entry!r} is not connected with the Composition by references in either "
        "direction, so it is no part of the document",
    ),
    "unconnected-message-entry": warning(
        "structure", "The entry {entry!r} is not connected with the MessageHeader by references"
    ),
    "request-without-resource": error("required", "A {method} needs the resource it sends"),
    "request-missing": error("required", "Each entry says what is to be done (request.method)"),
    "request-with-resource": warning("structure", "A {method} does not send a resource"),
    "request-type": error("value", "The request is to {url!r}, the resource is of type {type}"),
    "request-id": error("value", "The request is to {url!r}, the resource has the id {id!r}"),
}

AUTHORING_MESSAGES: Mapping[str, Message] = {
    "included-system-relative": error(
        "invalid",
        "The system of what a ValueSet includes is the absolute URL of a code system; here is "
        "{system!r}",
    ),
    "included-system-version": error(
        "business-rule",
        "The version {version!r} does not belong into the system; there is include.version",
    ),
    "concepts-not-expected": error(
        "business-rule", "The content is 'not-present', yet there are concepts"
    ),
    "supplement-without-base": error(
        "business-rule", "A supplement says what it supplements (CodeSystem.supplements)"
    ),
    "base-without-supplement": error(
        "business-rule", "A code system that supplements another has the content 'supplement'"
    ),
    "unknown-hl7-property": error(
        "business-rule", "{uri} is in HL7's namespace, but HL7 defines no such property"
    ),
    "property-code": error(
        "business-rule", "The property {uri} has the code {code!r}, not {found!r}"
    ),
    "unknown-concept": error(
        "business-rule", "{code!r} is no code of this code system (property {name!r})"
    ),
    "mapped-code-unknown": error("code-invalid", "{code!r} is not a code of {system}{hint}"),
    "mapped-code-out-of-scope": error(
        "code-invalid", "{code!r} is not in {value_set}, the value set of the {side}"
    ),
    "included-code-unknown": warning("code-invalid", "{code!r} is not a code of {system}{hint}"),
    "wrong-count": error("business-rule", "The count says {stated} concepts; there are {found}"),
    "repeated-property": error("business-rule", "There is a property with the {what} already"),
    "property-type": error("business-rule", "The property {name} is of type {type}, not {found}"),
    "undefined-property": warning(
        "business-rule", "The property {name!r} is not defined in CodeSystem.property"
    ),
    "not-in-a-profile": error(
        "business-rule", "A profile may not state {name}: only the definition of a type does"
    ),
    "unknown-path": error("not-found", "{path}: there is no element {name!r}{hint}"),
    "extension-url-differs": error(
        "business-rule", "The extension's url is fixed to {fixed}, but its canonical URL is {url}"
    ),
    "profile-type": error(
        "business-rule", "A profile of {base} has the {what} {wanted}; here is {found}"
    ),
    "fixed-value-type": error(
        "business-rule",
        "The {kind} value of {path} is of type {found}; the element's types are {types}",
    ),
    "context-without-extension": error(
        "business-rule", "Only the definition of an extension has a context; this is of {type}"
    ),
    "unknown-context": error("not-found", "{path} is no element that could be extended{hint}"),
    "unknown-question": error(
        "business-rule", "There is no item with the linkId {question!r}{hint}"
    ),
    "own-question": error("business-rule", "The item {question!r} is enabled by its own answer"),
    "filter-language": error(
        "business-rule", "An expression in a filter is text/fhirpath, not {language}"
    ),
    "undeclared-parameter": error(
        "business-rule", "%{name} is no parameter of the ValueSet; declared are {known}"
    ),
    "invalid-fhirpath": error("value", "The expression is no FHIRPath: {reason}"),
}
