"""Pages for people: a resource, a search or a refusal as a browser shows it.

https://hl7.org/fhir/R4/http.html#mime-type

A page loads nothing and runs nothing: its one style stands in it, and the policy that is sent
with it allows that style alone.
"""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from flask import render_template
from markupsafe import Markup

from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.rest.own_text import read_own
from fhir_kb.versions import Version
from fhir_kb.web.page_content import figures_of, links_of, narrative_of, title_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: where it leads, what it is called, its type and id."""

    url: str
    text: str
    identity: str = ""


def page(body: bytes, status: int, version: Version, base: str) -> bytes:
    """Return the page for an answer; ``body`` is its JSON text, ``base`` the endpoint's URL."""
    resource = read_own(body)
    show = {"Bundle": _bundle, "OperationOutcome": _outcome}.get(
        resource["resourceType"], _resource
    )
    return show(resource, status, version, base).encode()


def page_headers() -> dict[str, str]:
    """Return the headers that every page is sent with."""
    digest = b64encode(sha256(_style().encode()).digest()).decode()
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
    }


def render(template: str, **values: Any) -> str:
    """Return a template filled in; every value is escaped but the markup of narratives."""
    # Our own file, from the package.
    return render_template(template, style=Markup(_style()), **values)  # noqa: S704


@cache
def _style() -> str:
    return files("fhir_kb.web").joinpath("templates/style.css").read_text("utf-8")


def _resource(resource: Json, status: int, version: Version, base: str) -> str:
    return render(
        "resource.html",
        type=resource["resourceType"],
        version=version.name,
        release=resource.get("meta", {}).get("versionId"),
        title=title_of(resource),
        narrative=narrative_of(resource, version.name),
        text=write_json(resource, indent=2).decode(),
        figures=figures_of(resource),
        links=links_of(resource),
        base=base,
    )


def _bundle(bundle: Json, status: int, version: Version, base: str) -> str:
    entries = [
        Entry(entry.get("fullUrl", ""), title_of(entry["resource"]), _identity(entry["resource"]))
        for entry in bundle.get("entry", ())
        if entry.get("resource", {}).get("resourceType") not in (None, "OperationOutcome")
    ]
    total = bundle.get("total")
    return render(
        "bundle.html",
        type=f"Bundle of type {bundle.get('type')}",
        version=version.name,
        heading=f"{len(entries)} resources" if total is None else f"{total} matches",
        notes=[
            issue.get("diagnostics", "")
            for entry in bundle.get("entry", ())
            for issue in entry.get("resource", {}).get("issue", ())
        ],
        entries=entries,
        pages=[link for link in bundle.get("link", ()) if link["relation"] != "self"],
    )


def _outcome(outcome: Json, status: int, version: Version, base: str) -> str:
    issues = [
        {
            "severity": issue["severity"],
            "code": issue["code"],
            "text": issue.get("diagnostics") or issue.get("details", {}).get("text", ""),
        }
        for issue in outcome["issue"]
    ]
    heading = "This cannot be answered" if status >= 400 else "Outcome"  # noqa: PLR2004
    return render("outcome.html", status=status, heading=heading, issues=issues)


def _identity(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource.get('id', '')}"
