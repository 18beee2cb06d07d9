#!/usr/bin/env python3
"""Who uses whom: the arrows between the folders of each module, and whether they run one way.

    .ci/arrows.py              every module: folders, arrows, circles; exit code 1 where there is a circle
    .ci/arrows.py Compiler     one module, each arrow with the files and the names behind it

The script matches names: a file uses another one where it mentions a type or a free function that is declared at the top
level there, or calls a method of an extension there whose name nothing else in the module has. The compiler checks the
arrows between modules (Package.swift); inside a module only this script does.
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "Sources"
COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|#*"""(.*?)"""#*|"(?:\\\((?:[^()]|\([^()]*\))*\)|\\.|[^"\\\n])*"', re.S)
INTERPOLATION = re.compile(r"\\\(((?:[^()]|\([^()]*\))*)\)")
MODIFIERS = (r"(?:@\w+(?:\([^)]*\))?\s+|(?:public|package|internal|private|fileprivate|final|indirect|static|mutating|"
             r"nonisolated|private\(set\)|package\(set\)|override|convenience|required|prefix|postfix|infix)\s+)*")
TYPE = re.compile(rf"^{MODIFIERS}(?:struct|class|enum|protocol|actor|typealias)\s+(\w+)", re.M)
ANY_TYPE = re.compile(r"\b(?:struct|class|enum|protocol|actor|typealias)\s+(\w+)")
FREE = re.compile(rf"^{MODIFIERS}(?:func|let|var)\s+(\w+)", re.M)
EXTENSION = re.compile(rf"^{MODIFIERS}extension\s+([\w.]+)[^{{]*\{{", re.M)
METHOD = re.compile(rf"^    {MODIFIERS}func\s+(\w+)", re.M)
ANY_NAME = re.compile(r"\b(?:func|let|var|case)\s+(\w+)|\b(\w+)\s*:")
# Methods that the standard library's types have too: a call says nothing about who is meant.
COMMON = {"map", "filter", "contains", "append", "remove", "index", "first", "last", "sorted", "join", "split", "write", "insert"}
WORD = re.compile(r"[A-Za-z_]\w*")
FREE_CALL = re.compile(r"(?<![\w.])([a-z]\w*)\(")
CALL = re.compile(r"\.(\w+)\s*[({]")


def code(path):
    """The file without comments, and of its strings only what is interpolated."""
    def kept(match):
        text = match.group(0)
        return " ".join(INTERPOLATION.findall(text)) if '"' in text[:4] and not text.startswith("/") else " "
    return COMMENT_OR_STRING.sub(kept, path.read_text())


def methods(text):
    """Methods of the extensions in a file."""
    found = set()
    for match in EXTENSION.finditer(text):
        end = text.find("\n}", match.end())
        found |= set(METHOD.findall(text[match.end():end]))
    return found


def arrows(module):
    """Arrows between the folders of a module: {(from, to): {(file, file, name)}}."""
    texts = {path: code(path) for path in sorted(module.rglob("*.swift"))}
    folder = {path: path.relative_to(module).parts[0] if path.parent != module else "." for path in texts}
    homes, method_homes, other_names = defaultdict(set), defaultdict(set), defaultdict(int)
    for path, text in texts.items():
        for name in TYPE.findall(text) + FREE.findall(text):
            homes[name].add(path)
        for name in methods(text):
            method_homes[name].add(path)
        for pair in ANY_NAME.findall(text):
            other_names[pair[0] or pair[1]] += 1
    result = defaultdict(set)
    for path, text in texts.items():
        own = set(ANY_TYPE.findall(text)) | {name for pair in ANY_NAME.findall(text) for name in pair}
        words = {word for word in WORD.findall(text) if word[0].isupper()} | set(FREE_CALL.findall(text))
        uses = [(word, homes[word]) for word in words - own if word in homes]
        uses += [(word, method_homes[word]) for word in set(CALL.findall(text))
                 if word in method_homes and word not in COMMON and other_names[word] == 1]
        for word, places in uses:
            if len(places) == 1 and path not in places:
                home = next(iter(places))
                if folder[home] != folder[path]:
                    result[(folder[path], folder[home])].add((path.name, home.name, word))
    return result


def circles(edges):
    """Strongly connected sets of more than one folder (Tarjan's algorithm)."""
    graph = defaultdict(set)
    for source, target in edges:
        graph[source].add(target)
    order, low, stack, found = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in order:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            members = []
            while True:
                members.append(stack.pop())
                if members[-1] == node:
                    break
            if len(members) > 1:
                found.append(sorted(members))

    for node in sorted(graph):
        if node not in order:
            visit(node)
    return found


def main():
    wanted = sys.argv[1:]
    modules = [p for p in sorted(SOURCES.iterdir()) if p.is_dir() and any(p.rglob("*.swift"))]
    bad = False
    for module in modules:
        if wanted and module.name not in wanted:
            continue
        edges = arrows(module)
        knots = circles(edges)
        bad |= bool(knots)
        print(f"{module.name}: " + ("one way" if not knots else "CIRCLE " + "; ".join(" <-> ".join(k) for k in knots)))
        knotted = {name for knot in knots for name in knot}
        for (source, target), uses in sorted(edges.items()):
            print(f"  {source} -> {target} ({len(uses)})")
            if wanted or (source in knotted and target in knotted):
                for user, home, name in sorted(uses):
                    print(f"      {user} uses {name} of {home}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
