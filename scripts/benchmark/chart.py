"""The result as an SVG drawing: bars of each server's figure relative to the reference.

Bars rather than absolute figures, because microseconds, bytes and seconds then share one axis. The
drawing brings its own background and follows the reader's light or dark mode.
"""

from html import escape

from .model import REDWING, REFERENCE, Result, Row

STYLE = """
  .page { fill: #ffffff; stroke: #d0d7de; }
  text { font: 12px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
  text { fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .section { font-size: 13px; font-weight: 600; }
  .note, .axis { fill: #59636e; }
  .figure { font-size: 10px; fill: #59636e; }
  .own { font-weight: 600; fill: #1f2328; }
  .grid { stroke: #d8dee4; }
  .one { stroke: #8c959f; stroke-dasharray: 3 3; }
  .redwing { fill: #c2341d; }
  .valkey { fill: #5b6b9a; }
  .redis8 { fill: #93a1c4; }
  .redis7 { fill: #c3cbdf; }
  .goal { stroke: #1a7f37; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d; }
    text { fill: #e6edf3; }
    .note, .axis, .figure { fill: #9198a1; }
    .own { fill: #e6edf3; }
    .grid { stroke: #262c36; }
    .one { stroke: #656c76; }
    .redwing { fill: #f0603f; }
    .valkey { fill: #7386c0; }
    .redis8 { fill: #56648f; }
    .redis7 { fill: #3b4563; }
    .goal { stroke: #3fb950; }
  }
"""

WIDTH = 860
LEFT = 290
RIGHT = 70
BAR = 9
GAP = 12
HIGHEST = 2.0  # Longer bars are cut and their figure tells.


class Drawing:
    """Lines of SVG and the height reached so far."""

    def __init__(self, result: Result):
        self.result = result
        self.lines: list[str] = []
        self.y = 28.0

    def text(self, x: float, y: float, content: str, css: str = "", anchor: str = "start") -> None:
        self.lines.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="{css}" text-anchor="{anchor}">'
            f"{escape(content)}</text>"
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        self.lines.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'
        )

    def rectangle(self, x: float, y: float, width: float, height: float, css: str) -> None:
        self.lines.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'class="{css}" rx="1.5"/>'
        )

    def finished(self, label: str) -> str:
        height = self.y + 12
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
            f'width="{WIDTH}" height="{height:.0f}" role="img" aria-label="{escape(label)}">'
        )
        page = (
            f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="6" '
            'class="page"/>'
        )
        return "\n".join([head, f"<style>{STYLE}</style>", page, *self.lines, "</svg>"]) + "\n"


def position(ratio: float) -> float:
    return LEFT + min(ratio, HIGHEST) / HIGHEST * (WIDTH - LEFT - RIGHT)


def bars_of(row: Row) -> dict[str, float]:
    """Each server's length: its ratio to the reference."""
    if row.ratios:
        return row.ratios
    base = row.values.get(REFERENCE, 0)
    return {name: value / base for name, value in row.values.items()} if base > 0 else {}


def draw_row(drawing: Drawing, row: Row, order: list[str]) -> None:
    bars = bars_of(row)
    top = drawing.y
    for name in order:
        if name not in bars:
            continue
        own = "own" if name == REDWING else ""
        length = max(bars[name], 0)
        drawing.rectangle(LEFT, drawing.y, max(position(length) - LEFT, 1), BAR, name)
        more = "> " if length > HIGHEST else ""
        drawing.text(
            position(length) + 5,
            drawing.y + BAR - 1,
            f"{more}{row.values[name]:.{row.decimals}f} {row.unit.removeprefix('CPU ')}",
            f"figure {own}",
        )
        drawing.y += BAR + 1
    drawing.text(LEFT - 10, (top + drawing.y) / 2 + 4, row.label, anchor="end")
    goal = goal_ratio(row)
    if goal is not None and goal <= HIGHEST:
        drawing.line(position(goal), top - 2, position(goal), drawing.y + 1, "goal")
    drawing.y += GAP


def goal_ratio(row: Row) -> float | None:
    if row.goal is None:
        return None
    if row.goal.kind == "ratio":
        return row.goal.limit
    if row.goal.kind == "best":
        peers = [ratio for name, ratio in row.ratios.items() if name != REDWING]
        return row.goal.limit * min(peers) if peers else None
    base = row.values.get(REFERENCE, 0)
    return row.goal.limit / base if base > 0 else None


def draw_legend(drawing: Drawing, order: list[str]) -> None:
    x = float(LEFT)
    for name in order:
        label = drawing.result.servers[name]
        drawing.rectangle(x, drawing.y - BAR, 14, BAR, name)
        drawing.text(x + 20, drawing.y, label)
        x += 40 + 7 * len(label)
    drawing.line(x + 6, drawing.y - BAR - 1, x + 6, drawing.y + 1, "goal")
    drawing.text(x + 14, drawing.y, "goal")
    drawing.y += 24


def draw_axis(drawing: Drawing, top: float, bottom: float) -> None:
    steps = int(HIGHEST * 2)
    for step in range(steps + 1):
        x = position(step / 2)
        css = "one" if step == 2 else "grid"
        # Under the bars: the grid comes first in the drawing.
        drawing.lines.insert(
            0,
            f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}" class="{css}"/>',
        )
        drawing.text(x, bottom + 14, f"{step / 2:g}x", "axis", "middle")


def render(result: Result, titles: dict[str, str]) -> str:
    """The whole drawing. Rows without a goal, or without a figure of the reference, are
    left to the table."""
    drawing = Drawing(result)
    order = sorted(result.servers, key=lambda name: name != REDWING)
    rows = [row for row in result.rows if row.goal and bars_of(row)]
    reference = result.servers.get(REFERENCE, "")
    drawing.text(20, drawing.y, f"Relative to {reference}, lower is better", "title")
    drawing.y += 26
    draw_legend(drawing, order)
    top = drawing.y - 8
    for section in dict.fromkeys(row.section for row in rows):
        drawing.y += 12
        drawing.text(20, drawing.y + 4, titles.get(section, section.capitalize()), "section")
        drawing.y += 16
        for row in rows:
            if row.section == section:
                draw_row(drawing, row, order)
    draw_axis(drawing, top, drawing.y - 4)
    drawing.y += 30
    note = f"{result.started[:10]}, {', '.join(result.machine.values())}; one core a server"
    drawing.text(20, drawing.y, note, "note")
    return drawing.finished(f"Benchmark relative to {reference}")
