#!/usr/bin/env python3
"""The drawing of the modules on the page Architecture, made from the package's own dependencies.

    .ci/drawing.py             writes the drawing
    .ci/drawing.py --check     writes nothing; exit code 1 where the drawing in the repository is not that of Package.swift

An arrow that follows from others is left out: `Compiler` uses `RASP` itself, but by way of `CRASP` as well. Modules lie in
rows, each above all that it uses. Within the rows the order has few crossings, found by moving each module to the mean
place of its neighbours (Sugiyama, Tagawa and Toda 1981).
"""
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRAWING = ROOT / "Sources/tracr-inject/Documentation.docc/Resources/modules.svg"
ROW, BOX, GAP, MARGIN = 74, 30, 26, 16
LETTER = 7.3  # the width of a letter, generous for any sans-serif font of 13 pixels
STYLE = """<style>
svg { --ground: #ffffff; --ink: #1b1f24; --line: #8a939d; --swift: #e8f0fb; --swiftEdge: #1f6fd1; --c: #f3efe6; --cEdge: #97752b; }
@media (prefers-color-scheme: dark) { svg { --ground: #14171a; --ink: #e6e8ea; --line: #6d7782; --swift: #16283f;
  --swiftEdge: #6cb0ff; --c: #2b2517; --cEdge: #cfae66; } }
.ground { fill: var(--ground); } .arrow { fill: none; stroke: var(--line); stroke-width: 1.2; }
.head { fill: var(--line); } .swift { fill: var(--swift); stroke: var(--swiftEdge); } .c { fill: var(--c); stroke: var(--cEdge); }
text { font: 13px system-ui, sans-serif; fill: var(--ink); text-anchor: middle; }
</style>"""


def modules():
    """What each module under Sources uses, of the modules under Sources: {name: set of names}."""
    # In a folder of its own, since SwiftPM lets one process at a time into .build: a build beside this would be waited for.
    with tempfile.TemporaryDirectory() as scratch:
        command = ["swift", "package", "--scratch-path", scratch, "dump-package"]
        dump = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    targets = [t for t in json.loads(dump.stdout)["targets"] if t["type"] != "test" and not (t.get("path") or "").startswith("Tests")]
    names = {target["name"] for target in targets}
    used = {}
    for target in targets:
        # A dependency is {"byName": [name, condition]}, {"target": [name, condition]} or {"product": [name, package, …]}.
        of_target = {next(iter(dependency.values()))[0] for dependency in target["dependencies"] if "product" not in dependency}
        used[target["name"]] = of_target & names
    return used


def reduced(used):
    """The arrows that do not follow from others."""
    everything = {}

    def reach(name):
        if name not in everything:
            everything[name] = set().union(used[name], *(reach(other) for other in used[name]))
        return everything[name]

    return {name: {other for other in of if not any(other in reach(third) for third in of)} for name, of in used.items()}


class Layout:
    """Rows of places, the lowest first. A place is a module, or `(user, used, row)` where an arrow passes through a row."""

    def __init__(self, used):
        self.used = used
        level = {}

        def height(name):
            if name not in level:
                level[name] = max((height(other) + 1 for other in used[name]), default=0)
            return level[name]

        for name in used:
            height(name)
        # What a single module uses and nothing else holds up lies directly below it.
        users = {name: [user for user in used if name in used[user]] for name in used}
        for name in sorted(used, key=lambda name: -level[name]):
            if users[name]:
                level[name] = min(level[user] for user in users[name]) - 1
        self.rows = [[] for _ in range(max(level.values()) + 1)]
        for name in sorted(used):
            self.rows[level[name]].append(name)
        self.paths = {}
        for user in sorted(used):
            for other in sorted(used[user]):
                between = [(user, other, row) for row in range(level[user] - 1, level[other], -1)]
                for place in between:
                    self.rows[place[2]].append(place)
                self.paths[user, other] = [user, *between, other]
        self.below = {place: [] for row in self.rows for place in row}
        self.above = {place: [] for row in self.rows for place in row}
        for path in self.paths.values():
            for upper, lower in zip(path, path[1:]):
                self.below[upper].append(lower)
                self.above[lower].append(upper)
        self.order()
        self.spread()

    def order(self):
        """The order with the fewest crossings of many beginnings, the same ones every time."""
        best = None
        for seed in range(20):
            key = {place: random.Random(f"{seed} {place}").random() for row in self.rows for place in row}
            self.rows = [sorted(row, key=key.get) for row in self.rows]
            for sweep in range(12):
                neighbours = self.above if sweep % 2 else self.below
                for index in range(len(self.rows))[:: -1 if sweep % 2 else 1]:
                    self.arrange(index, neighbours)
            self.swap()
            if best is None or self.crossings() < best[0]:
                best = self.crossings(), [list(row) for row in self.rows]
        self.rows = best[1]

    def arrange(self, index, neighbours):
        ranks = {place: (rank + 0.5) / len(row) for row in self.rows for rank, place in enumerate(row)}
        mean = lambda place: sum(ranks[n] for n in neighbours[place]) / len(neighbours[place]) if neighbours[place] else ranks[place]
        self.rows[index].sort(key=lambda place: (mean(place), str(place)))

    def swap(self):
        """Neighbours change places where that leaves no more crossings than before: what costs nothing by itself can make
        the way free for what gains."""
        for _ in range(8):
            for row in self.rows:
                for at in range(len(row) - 1):
                    before = self.crossings()
                    row[at], row[at + 1] = row[at + 1], row[at]
                    if self.crossings() > before:
                        row[at], row[at + 1] = row[at + 1], row[at]

    def crossings(self):
        total = 0
        for row in self.rows[1:]:
            rank = {place: at for lower in self.rows for at, place in enumerate(lower)}
            ends = [(at, rank[lower]) for at, upper in enumerate(row) for lower in self.below[upper]]
            total += sum(1 for a, b in ends for c, d in ends if a < c and b > d)
        return total

    def width(self, place):
        return 2 * 12 + LETTER * len(place) if isinstance(place, str) else 4

    def spread(self):
        """Places along each row: near the mean of their neighbours, and apart from each other."""
        self.x = {}
        for row in self.rows:
            at = 0
            for place in row:
                self.x[place] = at + self.width(place) / 2
                at += self.width(place) + GAP
        for sweep in range(200):
            rows = self.rows if sweep % 2 == 0 else self.rows[::-1]
            for row in rows:
                wanted = []
                for place in row:
                    near = self.below[place] + self.above[place]
                    wanted.append(sum(self.x[n] for n in near) / len(near))
                self.separate(row, wanted)
        left = min(self.x[place] - self.width(place) / 2 for row in self.rows for place in row)
        self.x = {place: x - left + MARGIN for place, x in self.x.items()}
        self.right = max(self.x[place] + self.width(place) / 2 for place in self.x) + MARGIN

    def separate(self, row, wanted):
        """The places nearest to the wanted ones at which nothing in the row overlaps (pool adjacent violators)."""
        offsets, at = [], 0
        for before, place in zip([None, *row], row):
            at += 0 if before is None else (self.width(before) + self.width(place)) / 2 + GAP
            offsets.append(at)
        blocks = []
        for want, offset in zip(wanted, offsets):
            blocks.append([want - offset, 1])
            while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
                (a, m), (b, n) = blocks[-2], blocks.pop()
                blocks[-1] = [(a * m + b * n) / (m + n), m + n]
        starts = [start for start, count in blocks for _ in range(count)]
        for place, start, offset in zip(row, starts, offsets):
            self.x[place] = start + offset


def svg(layout, isC):
    count = len(layout.rows)
    height = 2 * MARGIN + (count - 1) * ROW + BOX
    middle = lambda row: MARGIN + (count - 1 - row) * ROW + BOX / 2
    row_of = {place: index for index, row in enumerate(layout.rows) for place in row}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.right:.0f} {height}" width="{layout.right:.0f}" height="{height}">',
        "<title>The modules: each uses those that its arrows point to, and what those use</title>", STYLE,
        '<rect class="ground" width="100%" height="100%"/>',
    ]
    for path in layout.paths.values():
        points = [(layout.x[place], middle(row_of[place])) for place in path]
        text = f"M{points[0][0]:.1f} {points[0][1] + BOX / 2:.1f}"
        for index in range(1, len(points)):
            (x0, y0), (x1, y1) = points[index - 1], points[index]
            y0, y1 = y0 + BOX / 2, y1 - BOX / 2 - (4 if index == len(points) - 1 else 0)
            bend = (y1 - y0) / 2
            text += f" C{x0:.1f} {y0 + bend:.1f} {x1:.1f} {y1 - bend:.1f} {x1:.1f} {y1:.1f}"
            if index < len(points) - 1:
                text += f" V{points[index][1] + BOX / 2:.1f}"
        lines.append(f'<path class="arrow" d="{text}"/>')
        x, y = points[-1][0], points[-1][1] - BOX / 2
        lines.append(f'<path class="head" d="M{x:.1f} {y:.1f}l-3.5 -7h7z"/>')
    for name in sorted(layout.used):
        x, y, width = layout.x[name], middle(row_of[name]), layout.width(name)
        kind = "c" if isC(name) else "swift"
        lines.append(f'<rect class="{kind}" x="{x - width / 2:.1f}" y="{y - BOX / 2:.1f}" width="{width:.1f}" height="{BOX}" rx="5"/>')
        lines.append(f'<text x="{x:.1f}" y="{y + 4.5:.1f}">{name}</text>')
    return "\n".join(lines + ["</svg>", ""])


def main():
    drawing = svg(Layout(reduced(modules())), isC=lambda name: not any((ROOT / "Sources" / name).rglob("*.swift")))
    if sys.argv[1:] == ["--check"]:
        if not DRAWING.exists() or DRAWING.read_text() != drawing:
            print(f"{DRAWING.relative_to(ROOT)} is not the drawing of Package.swift: run .ci/drawing.py and commit it", file=sys.stderr)
            return 1
    else:
        DRAWING.write_text(drawing)
        print(f"written: {DRAWING.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
