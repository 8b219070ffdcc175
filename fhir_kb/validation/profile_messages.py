"""The messages of profiles and packages: the profile, and the element as the profile calls it.

https://hl7.org/fhir/R4/profiling.html
"""

from collections.abc import Mapping

from fhir_kb.validation.message import Message

PROFILE_MESSAGES: Mapping[str, Message] = {
    "profile-min": Message(
        "error",
        "required",
        "{element} needs at least {min}; found {number} (profile {profile})",
    ),
    "profile-max": Message(
        "error",
        "structure",
        "{element} may stand {max} times at most; found {number} (profile {profile})",
    ),
    "profile-prohibits": Message(
        "error", "structure", "{element} may not be used (profile {profile})"
    ),
    "value-missing": Message(
        "error", "value", "{element} is missing; {wanted} is asked for (profile {profile})"
    ),
    "other-value": Message(
        "error", "value", "{element} is {found}; {wanted} is asked for (profile {profile})"
    ),
    "not-in-fixed-value": Message(
        "error",
        "value",
        "{element} is {found}; the value is fixed and has nothing there (profile {profile})",
    ),
    "type-not-in-profile": Message(
        "error", "structure", "{element} is of type {found}; it may be {types} (profile {profile})"
    ),
    "other-type-of-profile": Message(
        "error", "structure", "The profile {profile} is for {type}; here is {found}"
    ),
    "no-profile-fits": Message(
        "error",
        "structure",
        "{element} meets none of {profiles}: {reasons} (profile {profile})",
    ),
    "target-profile": Message(
        "error",
        "structure",
        "{reference!r} ({element}) leads to a resource that does not meet {profiles}: {reasons} "
        "(profile {profile})",
    ),
    "target-not-checked": Message(
        "information",
        "not-supported",
        "{reference!r} ({element}) leads to a resource that is not at hand; whether it meets "
        "{profiles} was not checked (profile {profile})",
    ),
    "wrong-aggregation": Message(
        "error",
        "structure",
        "{reference!r} ({element}) leads to a resource that is {found}; it must be {allowed} "
        "(profile {profile})",
    ),
    "value-too-small": Message(
        "error", "value", "{element} is {value}; at least {limit} is asked for (profile {profile})"
    ),
    "value-too-large": Message(
        "error", "value", "{element} is {value}; at most {limit} is allowed (profile {profile})"
    ),
    "profile-text-too-long": Message(
        "error",
        "value",
        "{element} has {length} characters; at most {limit} are allowed (profile {profile})",
    ),
    "value-required": Message(
        "error", "required", "{element} needs a value; {instead} (profile {profile})"
    ),
    "narrative-sections": Message(
        "error",
        "structure",
        "{element} may not be divided by language; it has sections in {found} (profile {profile})",
    ),
    "no-narrative-sections": Message(
        "error",
        "required",
        "{element} has to be divided into sections, each a div with its lang (profile {profile})",
    ),
    "no-narrative-in": Message(
        "error",
        "required",
        "{element} needs a section in {language!r}; it has {found} (profile {profile})",
    ),
    "no-slice": Message(
        "error",
        "structure",
        "This {element} fits no slice, and no others are allowed; slices are {slices} "
        "(profile {profile})",
    ),
    "slice-order": Message(
        "error",
        "structure",
        "{element}: the slice {slice!r} stands after {before!r}, which must follow it "
        "(profile {profile})",
    ),
    "slice-after-others": Message(
        "error",
        "structure",
        "{element}: the slice {slice!r} stands after what is in no slice, which must come last "
        "(profile {profile})",
    ),
    "slice-not-told": Message(
        "information",
        "not-supported",
        "Whether {element} is there could not be told from what is known offline "
        "(profile {profile})",
    ),
    "must-support": Message(
        "information",
        "informational",
        "{element} has no {names}, which systems must support (profile {profile})",
    ),
    "system-is-supplement": Message(
        "error",
        "invalid",
        "{system} only adds to another code system; Coding.system names that one: {right}",
    ),
    "profile-not-whole": Message(
        "information",
        "not-supported",
        "The profile {profile} was not checked as a whole: {reason}",
        "warning",
    ),
    "profile-not-usable": Message(
        "warning", "not-supported", "The profile {profile} could not be checked: {reason}"
    ),
}
