"""The threads of a worker, and all that it starts, wait for their turn."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import os, threading
from fhir_kb.web.serving.scheduling import hand_over_together
hand_over_together()
found = []
thread = threading.Thread(target=lambda: found.append(os.sched_getscheduler(0)))
thread.start()
thread.join()
assert found == [os.SCHED_BATCH] == [os.sched_getscheduler(0)], found
"""


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="this system has no such scheduling")
def test_threads_started_later_wait_too() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=60)
