"""The knowledge as FHIR packages to download, with their checksums, as a package registry has them.

https://hl7.org/fhir/packages.html, https://www.rfc-editor.org/rfc/rfc9530
"""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha1
from pathlib import Path

from flask import Blueprint, Response, request

from fhir_kb.errors import UnknownResource
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.publish.package import Package, build_package, package_name
from fhir_kb.publish.release import read_manifest, snapshot_path
from fhir_kb.rest.own_text import read_own
from fhir_kb.store import Snapshot
from fhir_kb.versions import VERSIONS, Version
from fhir_kb.web.served import own_address, settings

blueprint = Blueprint("packages", __name__)
_NAMES = {package_name(version): version for version in VERSIONS.values()}


@blueprint.get("/packages")
def listed() -> Response:
    """Answer which packages there are."""
    rows = [_listing(_package(version)) for version in VERSIONS.values()]
    return _json({row["name"]: row for row in rows})


@blueprint.get("/packages/<name>")
def package_listing(name: str) -> Response:
    """Answer with the versions of a package and where each is; or with the file of that name."""
    if name.endswith(".tgz"):
        return _file(_of_file(name))
    return _json(_listing(_package(_known(name))))


@blueprint.get("/packages/<name>/<version>")
def package_version(name: str, version: str) -> Response:
    """Answer with the file of a package's version, as a FHIR package registry does."""
    package = _package(_known(name))
    if version not in (package.version, "latest"):
        raise UnknownResource(f"{name} is held in version {package.version}, not {version!r}")
    return _file(package)


def _known(name: str) -> Version:
    if name not in _NAMES:
        raise UnknownResource(f"There is no package {name!r}; there are {', '.join(_NAMES)}")
    return _NAMES[name]


def _of_file(name: str) -> Package:
    for version in VERSIONS.values():
        if name.startswith(f"{package_name(version)}-"):
            package = _package(version)
            if package.file_name == name:
                return package
    raise UnknownResource(f"There is no file {name!r}; GET /packages lists those there are")


def _package(version: Version) -> Package:
    folder = settings().data
    return _built(version.mount, folder, snapshot_path(folder, version).stat().st_mtime_ns)


@lru_cache(maxsize=len(VERSIONS))
def _built(mount: str, folder: Path, _: int) -> Package:
    """Return the package of a snapshot; built when it is first asked for."""
    version = VERSIONS[mount]
    snapshot = Snapshot.open(snapshot_path(folder, version))
    manifest = read_manifest(folder)
    curated = [
        row
        for type in snapshot.types
        for row in snapshot.rows_of_type(type)
        if snapshot.is_curated(row)
    ]
    resources = [read_own(resource.body) for resource in snapshot.resources(curated)]
    released = manifest.released if manifest else resources[0]["meta"]["lastUpdated"]
    return build_package(version, snapshot.release, released, resources)


def _listing(package: Package) -> Json:
    """Return what a registry tells of a package."""
    url = f"{own_address()}/packages/{package.file_name}"
    return {
        "name": package.name,
        "description": package.manifest["description"],
        "dist-tags": {"latest": package.version},
        "versions": {
            package.version: {
                **package.manifest,
                "fhirVersion": package.manifest["fhirVersions"][0],
                "url": url,
                "dist": {
                    "tarball": url,
                    # npm's oldest clients look at this one only.
                    "shasum": sha1(package.content, usedforsecurity=False).hexdigest(),
                    "integrity": f"sha256-{_base64(package)}",
                },
            }
        },
    }


def _file(package: Package) -> Response:
    digest = _base64(package)
    reply = Response(package.content, mimetype="application/gzip")
    reply.headers["Content-Disposition"] = f'attachment; filename="{package.file_name}"'
    reply.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    reply.headers["Digest"] = f"SHA-256={digest}"
    reply.set_etag(package.digest.hex())
    reply.make_conditional(request)
    return _open(reply)


def _json(content: Json) -> Response:
    return _open(Response(write_json(content, indent=2), mimetype="application/json"))


def _open(reply: Response) -> Response:
    reply.headers["Access-Control-Allow-Origin"] = "*"
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply


def _base64(package: Package) -> str:
    return b64encode(package.digest).decode("ascii")
