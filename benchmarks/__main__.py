"""``make bench``: every measurement in turn, with the machine it was taken on."""

import os
import platform
import sys
from pathlib import Path
from runpy import run_module

HERE = Path(__file__).parent
NOT_MEASURES = {"__main__", "__init__", "synthetic", "durability"}


def main() -> int:
    print(
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores"
    )
    sys.argv = sys.argv[:1]
    for file in sorted(HERE.glob("*.py")):
        if file.stem not in NOT_MEASURES:
            print(f"\n== {file.stem}", flush=True)
            run_module(f"benchmarks.{file.stem}", run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
