"""Turns a program of Friedman et al. (github.com/princeton-nlp/TransformerPrograms) into RASP: every predicate and MLP
becomes a table over the values that its operands can have, and the linear classifier sums of scores.

    python transformer_program_to_rasp.py programs/rasp/hist/hist.py > hist.rasp

The program's file is read and its small functions are called, but it is not run; its classifier's weights are read from the CSV
that lies beside it."""
import ast
import csv
import pathlib
import sys

# What select_closest does: the nearest match, a row's own counted as far away as there are matches, else position 0.
HEAD = """def place_of(sel) {
    width = selector_width(sel);
    is_own = pick(sel and select(indices, indices, ==), 1, 0, first) == 1;
    near = pick(sel and select(indices, indices, !=), indices, -1, closest);
    distance = max(near - indices, indices - near);
    nearest = indices if near == -1 or width < distance else (near if width > distance else min(near, indices));
    return 0 if width == 0 else (nearest if is_own else near);
}
def value_at(place, seq) { return pick(select(indices, place, ==), seq, 0, first); }
def sum_of(sel, seq) { return round(aggregate(sel, seq) * selector_width(sel)); }
"""


class Translation:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        with open(self.path.with_name(self.path.stem + "_weights.csv")) as file:
            rows = list(csv.reader(file))
        self.classes = rows[0][2:]
        self.weights = {}
        for feature, value, *scores in rows[1:]:
            self.weights.setdefault(feature, {})[value] = [float(s) for s in scores]
        length = len(self.weights["positions"])
        # The values that each variable can have: texts for tokens and what is copied from them, else integers.
        self.values = {"tokens": list(self.weights["tokens"]), "positions": list(range(length))}
        self.names = {"tokens": "tokens", "positions": "indices"}
        self.largest = {"ones": 1}
        self.length, self.functions, self.scores, self.lines = length, {}, {}, []

    def constant(self, value):
        return f'"{value}"' if isinstance(value, str) else str(value)

    def table(self, values):
        return "{" + ", ".join(f"{self.constant(k)}: {self.constant(v)}" for k, v in values.items()) + "}"

    def selector(self, keys, queries, predicate):
        """The row's value of the queries, by a table, is what a key has to be."""
        call, none = self.functions[predicate], "<none>" if isinstance(self.values[keys][0], str) else -1000
        wanted = {}
        for query in self.values[queries]:
            matches = [key for key in self.values[keys] if call(query, key)]
            if len(matches) > 1:
                raise SystemExit(f"{predicate} takes several keys of {query}")
            wanted[query] = matches[0] if matches else none
        return f"select({self.names[keys]}, {self.table(wanted)}[{self.names[queries]}], ==)" + self.mask

    def assign(self, name, text, values=None, like=None):
        self.lines.append(f"{name} = {text};")
        self.names[name] = name
        if like is not None and like in self.values:
            # Position 0 is attended to where nothing matches, and has some value too.
            self.values[name] = self.values[like]
        elif values is not None:
            self.values[name] = values

    def domain(self, name):
        return self.values[name] if name in self.values else list(range(self.largest[name] + 1))

    def statement(self, node):
        if isinstance(node, ast.FunctionDef):
            scope = {}
            exec(compile(ast.Module([node], []), str(self.path), "exec"), scope)
            self.functions[node.name] = scope[node.name]
            return
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            return
        name, value = node.targets[0].id, node.value
        called = value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else None
        if called in ("select_closest", "select"):
            self.patterns[name] = (called, self.selector(*[a.id for a in value.args]))
        elif called == "aggregate":
            pattern, seq = (a.id for a in value.args)
            self.assign(name, f"value_at(place_of({self.patterns[pattern][1]}), {self.names[seq]})", like=seq)
        elif called == "aggregate_sum":
            pattern, seq = (a.id for a in value.args)
            selector = self.patterns[pattern][1]
            text = f"selector_width({selector})" if seq == "ones" else f"sum_of({selector}, {self.names[seq]})"
            self.largest[name] = self.largest[seq] * self.length
            self.assign(name, text)
        elif isinstance(value, ast.ListComp) and isinstance(value.elt, ast.Call) and value.elt.func.id in self.functions:
            source = value.generators[0].iter
            arguments = [a.id for a in source.args] if isinstance(source, ast.Call) else [source.id]
            self.lookup(name, self.functions[value.elt.func.id], arguments)
        elif name.endswith("_scores"):
            feature = next(n.value for n in ast.walk(value) if isinstance(n, ast.Constant) and n.value in self.weights)
            self.scores[name] = feature
        elif name == "feature_logits":
            parts = next(n for n in ast.walk(value) if isinstance(n, ast.List))
            self.classifier([self.scores[e.id] for e in parts.elts])

    def lookup(self, name, call, arguments):
        """A function as a table, or nested tables, over all values of its arguments."""
        first, *others = [self.domain(a) for a in arguments]
        if others:
            rows = {a: {b: call(a, b) for b in others[0]} for a in first}
            values = sorted({v for row in rows.values() for v in row.values()})
            table = "{" + ", ".join(f"{self.constant(a)}: {self.table(row)}" for a, row in rows.items()) + "}"
        else:
            row = {a: call(a) for a in first}
            values, table = sorted(set(row.values())), self.table(row)
        self.assign(name, f"{table}[{', '.join(self.names[a] for a in arguments)}]", values)

    def classifier(self, features):
        for number, name in enumerate(self.classes):
            terms = []
            for feature in features:
                weights = self.weights[feature]
                if feature == "ones":
                    terms.append(repr(weights["_"][number]))
                elif list(weights) == ["_"]:
                    terms.append(f"{weights['_'][number]!r} * {self.names[feature]}")
                else:
                    row = {v: weights[str(v)][number] for v in self.values[feature] if str(v) in weights}
                    terms.append(f"{self.table(row)}[{self.names[feature]}]")
            self.lines.append(f"score{number} = " + " + ".join(terms) + ";")
        self.lines += ["best = score0;", f'prediction = "{self.classes[0]}";']
        for number, name in list(enumerate(self.classes))[1:]:
            self.lines += [f'prediction = "{name}" if score{number} > best else prediction;',
                           f"best = max(best, score{number});"]
        self.lines += ['prediction = "<s>" if indices == 0 and tokens == "<s>" else prediction;',
                       'prediction = "</s>" if indices == length - 1 and tokens == "</s>" else prediction;',
                       "#pragma output prediction"]

    def text(self):
        self.patterns = {}
        source = self.path.read_text()
        # Some of the programs attend to earlier positions only.
        self.mask = " and select(indices, indices, <=)" if "keys[: i + 1]" in source else ""
        tree = ast.parse(source)
        run = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "run")
        for node in run.body:
            self.statement(node)
        return HEAD + "\n".join(self.lines) + "\n"


def translate(path):
    return Translation(path).text()


if __name__ == "__main__":
    print(translate(sys.argv[1]), end="")
