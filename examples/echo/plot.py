"""Draws the figures of compare as SVG: a panel for each question, connections to the right, both axes in
powers of ten. A line that ends in a cross is a design that serves no more."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 380, 300            # of a panel, with its margins
LEFT, RIGHT, TOP, BOTTOM = 52, 128, 46, 40
FAMILIES = {  # colour class and dashes: the colour says who serves, the dashes tell two of a kind apart
    "iterative": ("one", ""), "fork": ("process", ""), "prefork": ("process", "6 3"),
    "prefork-threads": ("both", ""), "thread": ("thread", ""), "thread-pool": ("thread", "6 3"),
    "select": ("event", "2 2"), "poll": ("event", "6 3"), "epoll": ("event", ""), "coroutines": ("event", "9 2 2 2"),
}
STYLE = """
svg { --ink: #1b1f24; --faint: #d5d9de; --ground: #ffffff; --one: #6a7077; --process: #b3470b; --thread: #0b5cad;
  --both: #7b3fa0; --event: #10734a; --also: #b0123c; }
@media (prefers-color-scheme: dark) { svg { --ink: #e8eaed; --faint: #3b4047; --ground: #16181c; --one: #a3a9b1;
  --process: #ff9a5c; --thread: #6db3ff; --both: #cf9bf0; --event: #5fd39c; --also: #ff7d9c; } }
.ground { fill: var(--ground); } text { fill: var(--ink); font: 11px system-ui, sans-serif; }
.title { font-weight: 600; font-size: 13px; } .grid { stroke: var(--faint); stroke-width: 1; }
path { fill: none; stroke-width: 1.8; } .lead { stroke-width: 0.7; opacity: 0.5; }
""" + "".join(f"path.{name}, circle.{name} {{ stroke: var(--{name}); }} text.{name} {{ fill: var(--{name}); }}\n"
              for name in ("one", "process", "thread", "both", "event", "also"))
PANELS = [("Requests a second on kept connections", "kept_per_s"),
          ("Server CPU for one of these, in microseconds", "cpu_us"),
          ("99 of 100 answers within, in milliseconds", "p99_ms"),
          ("Server memory for one connection, in KiB", "memory_kib")]


def spread(wanted, least, lowest, highest):
    """Places near the wanted ones, in their order, that are `least` apart."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    last = lowest - least
    for i in order:
        last = placed[i] = max(wanted[i], last + least)
    limit = highest
    for i in reversed(order):
        placed[i] = min(placed[i], limit)
        limit = placed[i] - least
    return placed


def number(power):
    return f"{10 ** power:,}" if power >= 0 else f"{10.0 ** power:g}"


class Panel:
    def __init__(self, title, lines):
        self.title = title
        self.lines = lines  # {design: ([(connections, value)], stops)}
        xs = [x for points, _ in lines.values() for x, _ in points]
        ys = [y for points, _ in lines.values() for _, y in points]
        self.x_powers = (0, max(1, math.ceil(math.log10(max(xs, default=10)))))
        low, high = min(ys, default=1), max(ys, default=10)
        self.y_powers = (math.floor(math.log10(low)), max(math.ceil(math.log10(high)), math.floor(math.log10(low)) + 1))

    def x(self, value):
        low, high = self.x_powers
        return LEFT + (math.log10(value) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        low, high = self.y_powers
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def draw(self):
        yield f'<text class="title" x="8" y="20">{escape(self.title)}</text>'
        for power in range(self.x_powers[0], self.x_powers[1] + 1):
            x = self.x(10 ** power)
            yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{number(power)}</text>'
        for power in range(self.y_powers[0], self.y_powers[1] + 1):
            y = self.y(10.0 ** power)
            yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{number(power)}</text>'
        yield (f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" y="{HEIGHT - 8}" '
               'text-anchor="middle">connections</text>')
        names = list(self.lines)
        ends = [self.y(self.lines[name][0][-1][1]) for name in names]
        for name, end, label in zip(names, ends, spread(ends, 13, TOP, HEIGHT - BOTTOM)):
            yield from self.draw_line(name, end, label)

    def draw_line(self, name, end, label):
        points, stops = self.lines[name]
        kind, dashes = FAMILIES.get(name, ("also", ""))
        steps = " L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)
        x = self.x(points[-1][0])
        yield f'<path class="{kind}" stroke-dasharray="{dashes}" d="M{steps}"/>'
        if stops or len(points) == 1:
            yield f'<path class="{kind}" d="M{x - 4:.1f} {end - 4:.1f} l8 8 m0 -8 l-8 8"/>'
        yield f'<path class="{kind} lead" d="M{x:.1f} {end:.1f} L{WIDTH - RIGHT + 14} {label:.1f}"/>'
        yield f'<text class="{kind}" x="{WIDTH - RIGHT + 17}" y="{label + 4:.1f}">{escape(name)}</text>'


def lines_of(rows, field):
    lines = {}
    for row in rows:
        value = getattr(row, field)
        points, _ = lines.get(row.design, ([], False))
        if value is not None and value > 0 and row.served == row.connections:
            points.append((row.connections, value))
        lines[row.design] = (points, row.served < row.connections)
    return {design: line for design, line in lines.items() if line[0]}


def svg(rows, machine):
    """The whole picture as text."""
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT + 24}" role="img">',
             f"<title>Ten designs of an echo server, {escape(machine)}</title><style>{STYLE}</style>",
             '<rect class="ground" width="100%" height="100%"/>']
    for i, (title, field) in enumerate(PANELS):
        parts.append(f'<g transform="translate({i % 2 * WIDTH} {i // 2 * HEIGHT})">')
        parts.extend(Panel(title, lines_of(rows, field)).draw())
        parts.append("</g>")
    parts.append(f'<text x="8" y="{2 * HEIGHT + 14}">{escape(machine)}; a cross: it serves no more clients at once'
                 "</text></svg>\n")
    return "\n".join(parts)
