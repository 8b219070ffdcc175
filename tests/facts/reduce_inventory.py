"""Writes inventory.json, the checklist of test_inventory.py: each row's id, place and figures.

Run it with the path of the full inventory, a list of rows with statements and notes, after that
has changed: ``python tests/facts/reduce_inventory.py ../shared/sources/fact-inventory.json``.
"""

import json
import sys
from pathlib import Path
from typing import Any

REDUCED = Path(__file__).with_name("inventory.json")


def reduced(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "id": row["id"],
            "source": row["source"],
            "lines": row["locator"]["lines"],
            "figures": [" ".join(figure.split()) for figure in row["original_figure_text"]],
        }
        for row in rows
    ]


if __name__ == "__main__":
    inventory = reduced(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in inventory)
    REDUCED.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
