"""Other FHIR servers of the same kind, in throw-away folders, each with the data in memory.

The Python package fhirstarter and the npm package @asymmetrik/node-fhir-server-core.

Each is set up as its own documentation shows, and reads and searches by token what is given to it
as NDJSON.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FHIRSTARTER = ("fhirstarter==4.2.0", "uvicorn[standard]")
NODE_CORE = ("@asymmetrik/node-fhir-server-core@2.2.5",)

_FHIRSTARTER_APP = """
import sys
from pathlib import Path

import uvicorn
from fhir.resources.adverseevent import AdverseEvent
from fhir.resources.bundle import Bundle
from fhirstarter import FHIRProvider, FHIRStarter, InteractionContext
from fhirstarter.exceptions import FHIRResourceNotFoundError

BY_ID, BY_CODE = {}, {}
for line in Path(sys.argv[2]).read_bytes().splitlines():
    event = AdverseEvent.model_validate_json(line)
    BY_ID[event.id] = event
    BY_CODE.setdefault(event.code.coding[0].code, []).append(event)

app = FHIRStarter()
provider = FHIRProvider()

@provider.read(AdverseEvent)
async def read(context: InteractionContext, id_: str) -> AdverseEvent:
    if id_ not in BY_ID:
        raise FHIRResourceNotFoundError
    return BY_ID[id_]

@provider.search_type(AdverseEvent)
async def search(context: InteractionContext, code: str | None) -> Bundle:
    found = BY_CODE.get(code, [])
    entries = [{"resource": event, "search": {"mode": "match"}} for event in found]
    return Bundle(type="searchset", total=len(found), entry=entries)

app.add_providers(provider)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
"""

_NODE_APP = """
const fs = require('fs');
const path = require('path');
const FHIRServer = require('@asymmetrik/node-fhir-server-core');
const profiles = { AdverseEvent: { service: path.resolve(__dirname, 'events.js') } };
const server = FHIRServer.initialize({
  profiles: Object.fromEntries(Object.entries(profiles).map(([type, profile]) =>
    [type, { ...profile, versions: ['4_0_0'] }])),
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => {});
"""

_NODE_SERVICE = """
const fs = require('fs');
const { resolveSchema } = require('@asymmetrik/node-fhir-server-core');
const AdverseEvent = resolveSchema('4_0_0', 'AdverseEvent');
const Bundle = resolveSchema('4_0_0', 'bundle');
// R4 has the same report under other names.
function asR4({ status, code, occurrenceDateTime, suspectEntity, note, ...same }) {
  const suspects = suspectEntity.map(({ instanceReference, causality }) => (
    { instance: instanceReference, causality: [{ assessment: causality.entityRelatedness }] }));
  return { ...same, event: code, date: occurrenceDateTime, suspectEntity: suspects };
}
const byId = new Map(), byCode = new Map();
for (const line of fs.readFileSync(process.argv[3], 'utf8').split('\\n')) {
  if (!line) continue;
  const event = asR4(JSON.parse(line));
  byId.set(event.id, event);
  const code = event.event.coding[0].code;
  if (!byCode.has(code)) byCode.set(code, []);
  byCode.get(code).push(event);
}
module.exports.searchById = async (args) => new AdverseEvent(byId.get(args.id));
module.exports.search = async (args, context) => {
  const code = context.req.query.event;
  const found = (byCode.get(code) || []).map((event) => ({ resource: new AdverseEvent(event) }));
  return new Bundle({ type: 'searchset', total: found.length, entry: found });
};
"""


@dataclass(frozen=True)
class Peer:
    """How to run another server: its command, and the paths of a read and of a search."""

    command: list[str]
    port: int
    read: str
    search: str


def fhirstarter(folder: Path, bodies: Path, port: int) -> Peer:
    """Return fhirstarter in a virtual environment of its own."""
    home = folder / "fhirstarter"
    python = home / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *FHIRSTARTER], check=True)
    (home / "app.py").write_text(_FHIRSTARTER_APP)
    command = [str(python), str(home / "app.py"), str(port), str(bodies)]
    return Peer(command, port, "/AdverseEvent/{id}", "/AdverseEvent?code={code}")


def node_core(folder: Path, bodies: Path, port: int) -> Peer | None:
    """Return node-fhir-server-core in a folder of its own; None without node and npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    home = folder / "node"
    if not (home / "node_modules").exists():
        home.mkdir(exist_ok=True)
        quiet = ["--silent", "--no-audit", "--no-fund", "--prefix", str(home)]
        subprocess.run([npm, "install", *quiet, *NODE_CORE], check=True)
    (home / "app.js").write_text(_NODE_APP)
    (home / "events.js").write_text(_NODE_SERVICE)
    command = [node, str(home / "app.js"), str(port), str(bodies)]
    return Peer(command, port, "/4_0_0/AdverseEvent/{id}", "/4_0_0/AdverseEvent?event={code}")
