"""The result as a table: aligned text for a terminal, Markdown for the documentation."""

from .model import REDWING, REFERENCE, Result, Row

SECTION_TITLES = {
    "throughput": "CPU of the server per request",
    "memory": "Resident memory per item",
    "type-memory": "Resident memory per item of large collections",
    "type-requests": "CPU of the server per request, by type",
    "type-freeing": "Waiting while a large collection is freed",
    "snapshot": "Snapshot under write load, and loading it",
    "eviction": "At the memory limit",
    "startup": "Start-up",
}


def header(result: Result, rows: list[Row]) -> list[str]:
    columns = ["", "unit", *(result.servers[name] for name in servers_of(result, rows))]
    if REDWING in result.servers:
        columns += ["to " + result.servers.get(REFERENCE, "reference"), "to best peer", "reach", ""]
    return columns


def servers_of(result: Result, rows: list[Row]) -> list[str]:
    """The servers that have a figure in these rows."""
    return [name for name in result.servers if any(name in row.values for row in rows)]


def cells(row: Row, result: Result, servers: list[str]) -> list[str]:
    line = [row.label, row.unit]
    for server in servers:
        value = row.values.get(server)
        text = "-" if value is None else f"{value:.{row.decimals}f}"
        if server != REDWING and server != REFERENCE and server in row.ratios:
            text += f" ({row.ratios[server]:.2f}x)"
        line.append(text)
    if REDWING in result.servers:
        line.append(ratio_text(row.ratios.get(REDWING)))
        line.append(ratio_text(row.best_peer_ratio()))
        line.append(row.goal.text(row.unit) if row.goal else "")
        line.append({True: "yes", False: "NO", None: ""}[row.reached()])
    return line


def table(result: Result, section: str) -> list[list[str]]:
    """The lines of one section's table, the header first."""
    rows = [row for row in result.rows if row.section == section]
    servers = servers_of(result, rows)
    return [header(result, rows)] + [cells(row, result, servers) for row in rows]


def ratio_text(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}x"


def rate_table(result: Result, section: str) -> list[list[str]]:
    """Requests per second, for orientation: the best round of each server."""
    rows = [row for row in result.rows
            if row.section == section and "requests_per_second" in row.extra]
    servers = servers_of(result, rows)
    lines = [["requests/s, best round", *(result.servers[name] for name in servers)]]
    for row in rows:
        rates = row.extra["requests_per_second"]
        lines.append([row.label] + [f"{rates.get(name, 0):,.0f}" for name in servers])
    return lines if rows else []


def text_table(lines: list[list[str]]) -> str:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    out = []
    for number, line in enumerate(lines):
        out.append(
            "  ".join(
                cell.ljust(width) if column == 0 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
        )
        if number == 0:
            out.append("-" * (sum(widths) + 2 * len(widths) - 2))
    return "\n".join(out)


def markdown_table(lines: list[list[str]]) -> str:
    ruler = ["---"] + ["--:"] * (len(lines[0]) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], ruler, *lines[1:]])


def sections_of(result: Result) -> list[str]:
    return list(dict.fromkeys(row.section for row in result.rows))


def text(result: Result) -> str:
    """Everything, for the terminal: a table for each section."""
    parts = []
    for section in sections_of(result):
        first, *others = table(result, section)
        title = SECTION_TITLES.get(section, section.capitalize())
        parts.append(text_table([[title, *first[1:]], *others]))
        rates = rate_table(result, section)
        if rates:
            parts.append(text_table(rates))
    parts.append(verdict(result))
    return "\n\n".join(part for part in parts if part)


def verdict(result: Result) -> str:
    judged = [row for row in result.rows if row.reached() is not None]
    if not judged:
        return ""
    missed = [row.label for row in judged if not row.reached()]
    summary = f"{len(judged) - len(missed)} of {len(judged)} goals reached"
    return summary + (": missed " + "; ".join(missed) if missed else "")


def markdown(result: Result) -> str:
    """A page of its own, with the circumstances of the run."""
    machine = ", ".join(result.machine.values())
    parts = [
        "# Benchmark",
        f"Measured {result.started} by `scripts/bench` on {machine}. Each server is pinned to one "
        "core, the load to another. Lower is better, but for requests/s. Ratios are medians of "
        "interleaved rounds of the same run.",
    ]
    for section in sections_of(result):
        parts.append(f"## {SECTION_TITLES.get(section, section.capitalize())}")
        parts.append(markdown_table(table(result, section)))
        rates = rate_table(result, section)
        if rates:
            parts.append(markdown_table(rates))
    if verdict(result):
        parts.append(verdict(result) + ".")
    return "\n\n".join(parts) + "\n"
