"""What a section measures and what the reports show: rows of figures, one figure a server.

Every figure is such that lower is better; requests/s, where higher is, travel in `extra`.
"""

from dataclasses import asdict, dataclass, field
from statistics import median

REDWING = "redwing"
REFERENCE = "valkey"


@dataclass
class Goal:
    """What Redwing must reach: a ratio to the reference in the same run, one to the best of the
    peers, or a figure of its own."""

    kind: str  # "ratio", "best" or "value"
    limit: float

    def text(self, unit: str) -> str:
        if self.kind == "value":
            return f"{self.limit:g} {unit}"
        return f"{self.limit:g}x" + (" of best" if self.kind == "best" else "")


@dataclass
class Row:
    """One line of the table. `ratios` are to the reference, one a server, paired by round."""

    section: str
    id: str
    label: str
    unit: str
    values: dict[str, float]
    ratios: dict[str, float] = field(default_factory=dict)
    goal: Goal | None = None
    extra: dict[str, dict[str, float]] = field(default_factory=dict)
    decimals: int = 2

    @classmethod
    def from_rounds(cls, rounds: dict[str, list[float]], **fields) -> "Row":
        """A row of medians; the ratio is the median of those of paired rounds."""
        values = {server: median(figures) for server, figures in rounds.items()}
        row = cls(values=values, **fields)
        if REFERENCE in rounds:
            for server, figures in rounds.items():
                pairs = [a / b for a, b in zip(figures, rounds[REFERENCE], strict=True) if b > 0]
                if pairs:
                    row.ratios[server] = median(pairs)
        row.extra.setdefault("spread", {s: spread(figures) for s, figures in rounds.items()})
        return row

    def best_peer_ratio(self) -> float | None:
        """Redwing's figure over that of the best peer, or None if either is missing."""
        peers = [ratio for server, ratio in self.ratios.items() if server != REDWING]
        if REDWING not in self.ratios or not peers or min(peers) <= 0:
            return None
        return self.ratios[REDWING] / min(peers)

    def reached(self) -> bool | None:
        """Whether Redwing reaches the goal; None if there is nothing to judge."""
        if self.goal is None or REDWING not in self.values:
            return None
        if self.goal.kind == "value":
            return self.values[REDWING] <= self.goal.limit
        best = self.goal.kind == "best"
        ratio = self.best_peer_ratio() if best else self.ratios.get(REDWING)
        return None if ratio is None else ratio <= self.goal.limit

    @classmethod
    def from_json(cls, fields: dict) -> "Row":
        goal = fields.get("goal")
        return cls(**{**fields, "goal": Goal(**goal) if goal else None})


def spread(figures: list[float]) -> float:
    """Half the distance between the quartile rounds, relative to the median: how noisy it was."""
    ordered = sorted(figures)
    middle = median(ordered)
    if len(ordered) < 3 or middle == 0:
        return 0.0
    quarter = len(ordered) // 4
    return (ordered[-1 - quarter] - ordered[quarter]) / 2 / abs(middle)


@dataclass
class Result:
    """One run of the harness."""

    started: str
    machine: dict[str, str]
    options: dict[str, object]
    servers: dict[str, str]  # name to label with version
    rows: list[Row] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)  # sections without figures

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict) -> "Result":
        return cls(**{**fields, "rows": [Row.from_json(row) for row in fields["rows"]]})
