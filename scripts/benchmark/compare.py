"""Holds a result against an older one and names what got worse.

What is compared is Redwing's ratio to the reference where there is one, for a ratio survives a
change of machine better than a figure; otherwise the figure itself.
"""

import json
import sys
from pathlib import Path

from .model import REDWING, REFERENCE, Result, Row

TOLERANCE = 0.10


def load_result(path: Path) -> Result:
    try:
        return Result.from_json(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SystemExit(f"bench: cannot read {path}: {error}") from error


def figure(row: Row, kind: str) -> float | None:
    return row.ratios.get(REDWING) if kind == "ratio" else row.values.get(REDWING)


def compare(new: Result, old: Result) -> tuple[list[str], list[str]]:
    """Lines on what got worse and what got better by more than the tolerance."""
    worse, better = [], []
    if old.options.get("quick") != new.options.get("quick"):
        print("bench: a quick run is held against a full one, sizes differ", file=sys.stderr)
    before = {row.id: row for row in old.rows}
    for row in new.rows:
        previous = before.get(row.id)
        if previous is None:
            continue
        both = REDWING in row.ratios and REDWING in previous.ratios
        kind = "ratio" if both and REFERENCE in row.values else "value"
        now, then = figure(row, kind), figure(previous, kind)
        if now is None or then is None or then <= 0:
            continue
        change = now / then - 1
        if abs(change) <= TOLERANCE:
            continue
        unit = "x" if kind == "ratio" else " " + row.unit
        line = f"{row.label}: {then:.3g}{unit} -> {now:.3g}{unit} ({change:+.0%})"
        (worse if change > 0 else better).append(line)
    return worse, better
