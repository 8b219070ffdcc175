"""Starts granian's workers, each with an application of its own.

https://github.com/emmett-framework/granian

One process watches over the workers and starts a new one for one that ends. A worker that is told
to stop takes no more connections, answers what is under way and ends.
"""

import gc
import logging
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from flask import Flask
from granian import Granian, loops
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings

from fhir_kb.publish.release import build_release, current_release
from fhir_kb.settings import Settings
from fhir_kb.versions import VERSIONS
from fhir_kb.web.application import create_app
from fhir_kb.web.cds import ready
from fhir_kb.web.serving.eager_loop import eager_loop
from fhir_kb.web.serving.gateway import Gateway
from fhir_kb.web.serving.log import log_settings
from fhir_kb.web.serving.open_files import allow_open_files
from fhir_kb.web.serving.scheduling import hand_over_together
from fhir_kb.web.serving.start_checks import check_address

BACKLOG = 2048
HEADER_BYTES_MAX = 32_768
NEW_OBJECTS = 20_000
"""New objects after which the garbage collector looks for cycles: reads leave none behind."""
_VERSIONS = ", ".join(f"{version.name} (/{mount})" for mount, version in VERSIONS.items())


def serve(settings: Settings) -> None:
    """Serve until told to stop; the knowledge is built first when it is not there."""
    _ensure_release(settings)
    # Building takes a while, in which another may have come.
    check_address(settings.host, settings.port)
    allow_open_files(settings.connections_max)
    hand_over_together()
    loops.register("auto")(eager_loop)
    with TemporaryDirectory(prefix="fhir-kb-") as counts:
        server = Granian(
            "fhir_kb.web",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.RSGI,
            workers=settings.workers,
            loop=Loops.auto,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            backpressure=settings.connections_max,
            http1_settings=HTTP1Settings(
                header_read_timeout=settings.header_seconds * 1000,
                max_buffer_size=HEADER_BYTES_MAX,
            ),
            log_dictconfig=log_settings(),
            respawn_failed_workers=True,
            workers_kill_timeout=settings.stop_seconds,
        )
        load: Callable[..., Any] = partial(load_worker, settings, Path(counts))
        server.serve(target_loader=load, wrap_loader=False)


def load_worker(settings: Settings, counts: Path) -> Gateway:
    """Return the application of the worker that this process is."""
    app = create_app(settings, log=sys.stdout.buffer)
    app.extensions["fhir_kb_traffic"].counters.share_in(counts)
    Thread(target=_settle, args=(app,), daemon=True).start()
    logging.getLogger("fhir_kb").info(
        "ready: FHIR %s at http://%s:%d/fhir", _VERSIONS, settings.host, settings.port
    )
    return Gateway(app.extensions["fhir_kb_front"], settings)


def _settle(app: Flask) -> None:
    """Read what decision support needs, so that the first order does not wait for it."""
    ready(app)
    gc.set_threshold(NEW_OBJECTS)


def _ensure_release(settings: Settings) -> None:
    """Build the knowledge if it is not current, in a process that takes its memory with it."""
    if current_release(settings.data, settings.systems_left_out) is None:
        with ProcessPoolExecutor(1, get_context("spawn")) as builder:
            builder.submit(
                build_release, settings.data, left_out=settings.systems_left_out
            ).result()
