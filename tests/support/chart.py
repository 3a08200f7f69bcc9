"""Small SVG charts without a dependency, for the soak's and the benchmark's reports."""

COLOURS = ["#2563eb", "#ea580c", "#16a34a", "#9333ea"]
STYLE = """<style>
text { font: 12px system-ui, sans-serif; fill: #334155 } .title { font-weight: 600 }
.grid { stroke: #cbd5e1; stroke-width: 1 } .back { fill: #ffffff }
@media (prefers-color-scheme: dark) { text { fill: #cbd5e1 } .grid { stroke: #475569 } .back { fill: #0f172a } }
</style>"""


def short(number):
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(number) >= size:
            return f"{number / size:.3g}{unit}"
    return f"{number:.3g}"


def document(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">{STYLE}'
            f'<rect class="back" width="{width}" height="{height}"/>' + "".join(parts) + "</svg>\n")


def lines(panels, width=760, panel_height=150):
    """Panels one below the other over the same time: [(title, {name: [(x, y), …]}), …]."""
    left, right, top, bottom = 56, 12, 26, 22
    parts = []
    for index, (title, series) in enumerate(panels):
        begin = index * panel_height
        high = max((y for points in series.values() for _, y in points), default=1) * 1.1 or 1
        last = max((x for points in series.values() for x, _ in points), default=1) or 1
        inner_width, inner_height = width - left - right, panel_height - top - bottom
        parts.append(f'<text class="title" x="{left}" y="{begin + 16}">{title}</text>')
        for step in range(3):
            y = begin + top + inner_height * step / 2
            parts.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}"/>'
                         f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{short(high * (2 - step) / 2)}</text>')
        parts.append(f'<text x="{width - right}" y="{begin + panel_height - 6}" text-anchor="end">{last:.0f} s</text>')
        for number, (name, points) in enumerate(series.items()):
            path = " ".join(f"{left + inner_width * x / last:.1f},{begin + top + inner_height * (1 - y / high):.1f}"
                            for x, y in points)
            colour = COLOURS[number % len(COLOURS)]
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
            if len(series) > 1:
                parts.append(f'<text x="{left + 180 + 90 * number}" y="{begin + 16}" style="fill:{colour}">{name}</text>')
    return document(width, panel_height * len(panels), parts)


def bars(title, groups, unit, width=760):
    """Horizontal bars, each group to its own scale: [(group, [(name, value), …]), …]."""
    left, row, top = 210, 20, 34
    parts = [f'<text class="title" x="12" y="20">{title}</text>']
    y = top
    for group, values in groups:
        longest = max(value for _, value in values) or 1
        parts.append(f'<text x="12" y="{y + 14}">{group}</text>')
        for number, (name, value) in enumerate(values):
            length = max(1, (width - left - 150) * value / longest)
            parts.append(f'<rect x="{left}" y="{y + 2}" width="{length:.1f}" height="{row - 5}" rx="2" '
                         f'fill="{COLOURS[number % len(COLOURS)]}"/>'
                         f'<text x="{left + length + 6:.1f}" y="{y + 14}">{name} {short(value)} {unit}</text>')
            y += row
        y += 10
    return document(width, y + 4, parts)
