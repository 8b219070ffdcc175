"""The messages about meaning: codes, references, invariants, extensions.

https://hl7.org/fhir/R4/validation.html
"""

from collections.abc import Mapping

from fhir_kb.validation.message import Message, error, information, warning

CODE_MESSAGES: Mapping[str, Message] = {
    "code-not-in-value-set": error(
        "code-invalid", "{code} is not in the value set {value_set} (binding: {strength}){hint}"
    ),
    "no-code": error(
        "code-invalid", "There is no code; one of {value_set} is asked for (binding: {strength})"
    ),
    "binding-not-checked": information(
        "not-supported",
        "The value set {value_set} (binding: {strength}) is not known offline; codes bound to it "
        "were not checked",
    ),
    "unknown-code": error("code-invalid", "{code!r} is not a code of {system}{hint}"),
    "code-not-known": information(
        "not-supported",
        "{code!r} is not among the codes of {system} that are known offline, which are not all",
    ),
    "system-not-known": information(
        "not-supported", "The code system {system} is not known offline; its codes were not checked"
    ),
    "other-display": warning("value", "{system} shows {code!r} as {known!r}, not as {display!r}"),
    "code-without-system": warning(
        "business-rule", "The code {code!r} has no system, so nobody can tell what it means"
    ),
    "relative-system": error(
        "invalid", "{type}.system is an absolute URI (http://…, urn:oid:…); here is {system!r}"
    ),
    "system-is-value-set": error(
        "invalid", "{system} is a value set; Coding.system names the code system of the code"
    ),
    "invalid-syntax": error("code-invalid", "{code!r} is no {word} ({system}); one is {example}"),
    "unknown-hl7-system": warning(
        "code-invalid",
        "{system} is in HL7's namespace, but HL7 publishes no code system of that name",
    ),
    "wrong-system": error("code-invalid", "{system} is no code system; {right} is"),
    "identifier-is-no-uri": error(
        "value",
        "With the system urn:ietf:rfc:3986 the value is an absolute URI; here is {value!r}",
    ),
    "wrong-size": error("value", "The size says {stated} bytes; the data has {found}"),
    "wrong-hash": error(
        "value", "The hash {stated!r} is not the SHA-1 of the data, which is {found!r}"
    ),
}

REFERENCE_MESSAGES: Mapping[str, Message] = {
    "reference-form": error(
        "value",
        "{reference!r} is no reference: Type/id, Type?query, #id or an absolute URL{hint}",
    ),
    "wrong-target": error(
        "structure", "{reference!r} is to {type}; this element may refer to {targets}"
    ),
    "reference-type-differs": error(
        "structure", "Reference.type says {stated!r}; the reference is to {named!r}"
    ),
    "unknown-reference-type": error("value", "{type!r} is no resource type of this version{hint}"),
    "fragment-not-contained": error(
        "not-found", "{reference!r} is to a contained resource that is not there"
    ),
    "repeated-element-id": error("business-rule", "The id {id!r} stands twice in the resource"),
    "id-extended": error("structure", "The id of a resource or an element has no extensions"),
    "repeated-label": error("business-rule", "The security label {label} stands twice"),
    "contained-without-id": error(
        "structure", "A contained resource needs an id; it is known by nothing else"
    ),
    "repeated-contained-id": error("structure", "Two contained resources have the id {id!r}"),
    "unconnected-contained": error(
        "invariant",
        "dom-3: Nothing in the resource refers to the contained {id!r} as '#{id}', and it does not "
        "refer to its container",
    ),
}

INVARIANT_MESSAGES: Mapping[str, Message] = {
    "invariant": error("invariant", "{key}: {human}"),
    "invariant-not-checked": information(
        "not-supported", "{key} could not be checked: {reason}", "warning"
    ),
    "profile-not-known": information(
        "not-found", "The profile {profile} is not at hand; nothing was checked against it"
    ),
    "profile-of-other-type": error(
        "structure", "The profile {profile} is not of {type}, which this resource is"
    ),
    "asked-profile-not-known": error(
        "not-found",
        "The profile {profile} is not at hand, so the resource could not be checked against it; "
        "give the package that holds it",
    ),
}

EXTENSION_MESSAGES: Mapping[str, Message] = {
    "unknown-extension": information(
        "not-found", "The extension {url} has no definition at hand; it was not checked", "error"
    ),
    "cross-version-extension": information(
        "informational", "The extension {url} carries {carried}; what it holds was not checked"
    ),
    "unknown-modifier-extension": warning(
        "not-found",
        "The modifier extension {url} has no definition at hand: who does not know it may not "
        "process the element",
    ),
    "unknown-hl7-extension": error(
        "not-found",
        "The extension {url} is in HL7's namespace, but HL7 publishes none of that name",
    ),
    "relative-extension-url": error(
        "value", "The url of an extension is absolute; here is {url!r}"
    ),
    "unknown-extension-part": error(
        "structure", "{url!r} is no part of the extension {outer}; its parts are {parts}"
    ),
    "modifier-as-extension": error(
        "structure", "{url} changes the meaning of its element: it stands in modifierExtension"
    ),
    "extension-as-modifier": error(
        "structure", "{url} does not change the meaning of its element: it stands in extension"
    ),
    "missing-extension-part": error(
        "required", "The extension {outer} needs at least {min} of its part {url!r}"
    ),
    "too-many-extension-parts": error(
        "structure",
        "The extension {outer} has at most {max} of its part {url!r}; here are {number}",
    ),
    "extension-without-value": error(
        "structure", "The extension {url} has extensions inside, and no value"
    ),
    "extension-needs-value": error("required", "The extension {url} has a value, one of {types}"),
    "extension-url-version": error(
        "value", "The url of an extension has no version; here is {url}"
    ),
    "extension-value-type": error(
        "structure", "The extension {url} holds {types}; here is {found}"
    ),
    "extension-out-of-context": error(
        "structure", "The extension {url} may not stand in {place}; it belongs to {contexts}"
    ),
    "extension-context-invariant": error(
        "invariant", "The extension {url} may stand only where this is true: {invariant}"
    ),
}
