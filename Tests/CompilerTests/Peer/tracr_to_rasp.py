"""google-deepmind/tracr's programs as text for tracr-inject.

    from tracr_to_rasp import translate
    text = translate(program, vocabulary={1, 2, 3}, max_length=9)

As a script it takes a module and the name of a function in it that returns the program, and prints the translation:

    PYTHONPATH=/path/to/tracr python tracr_to_rasp.py MODULE FUNCTION MAX_LENGTH TOKEN ...

A lambda has no text, so every function becomes a table over the values that its operands can have: `{...}[x]` for Map,
`{...}[x, y]` for SequenceMap, nested dictionaries. The values of each node are worked out from those of its operands; a
mean takes those that any selection can give. A predicate becomes one of the comparisons where it agrees with one on all
values, else a disjunction over classes of keys that it treats alike. Combinations for which a function fails are left
out of its table, so that an input which reaches them stops here as it does there. None becomes None.

A map whose values are tuples becomes part of the maps that take them apart, or numbers for a selector. What the language does not hold: sequences
in which strings are mixed with numbers, ConstantSOp and ConstantSelector.
"""
import collections
import fractions
import importlib
import itertools
import re
import sys

from tracr.rasp import rasp

# Combinations of values that one table may have.
LARGEST_TABLE = 20_000
COMPARISONS = {
    "==": lambda k, q: k == q, "!=": lambda k, q: k != q, "<": lambda k, q: k < q, "<=": lambda k, q: k <= q,
    ">": lambda k, q: k > q, ">=": lambda k, q: k >= q,
}
RESERVED = set(
    """set show example examples selector on off load draw def return for in if else and or not round indicator exit
    quit select aggregate range zip len get out tokens tokens_asis tokens_str tokens_int tokens_float tokens_bool
    indices length full_s True False None pick defined selector_width""".split())


class Unsupported(Exception):
    """The program holds what the language cannot say."""


def literal(value):
    """A value as the language writes it."""
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        if '"' in value or "\n" in value or "\r" in value:
            raise Unsupported(f"the string {value!r}")
        return f'"{value}"'
    if isinstance(value, (int, float)):
        number = repr(float(value)) if isinstance(value, float) else repr(int(value))
        if number in ("inf", "-inf", "nan"):
            raise Unsupported(f"the number {number}")
        return f"(0 - {number[1:]})" if number[0] == "-" and "e" in number else number
    raise Unsupported(f"a value of type {type(value).__name__}")


def distinct(values):
    """Each value once; True, 1 and 1.0 are one value, as in tables."""
    return list(dict.fromkeys(values))


def fails(function, *arguments):
    try:
        return False, function(*arguments)
    except Exception:  # Whatever the author's lambda raises.
        return True, None


class Translation:
    def __init__(self, vocabulary, max_length):
        self.max_length = max_length
        self.vocabulary = sorted(vocabulary, key=lambda token: (isinstance(token, str), token))
        if all(isinstance(token, str) for token in self.vocabulary):
            self.tokens = "tokens"
        elif all(isinstance(token, int) for token in self.vocabulary):
            self.tokens = "tokens_int"
        else:
            self.tokens = "tokens_float"
        self.lines = []
        self.known = {}
        self.names = set()
        # Nodes whose values are tuples: what they are tables of.
        self.tuples = {}
        self.nodes = []  # Keeps ids from being reused.

    # Nodes

    def node(self, expression):
        """The name of a node, and the values it can have."""
        if id(expression) in self.tuples:
            return None, []
        if id(expression) not in self.known:
            for child in expression.children:
                if isinstance(child, rasp.Selector):
                    self.selector(child)
                else:
                    self.node(child)
            text, values = self.sop(expression)
            values = self.uniform(distinct(values))
            if id(expression) in self.tuples:
                self.nodes.append(expression)
                return None, []
            if isinstance(expression, (rasp.TokensType, rasp.IndicesType, rasp.LengthType)):
                self.known[id(expression)] = (text, values)
            else:
                self.known[id(expression)] = (self.define(expression, text), values)
            self.nodes.append(expression)
        return self.known[id(expression)]

    def define(self, expression, text):
        stem = re.sub(r"[^A-Za-z0-9_]", "_", expression.name) or "x"
        if stem in RESERVED or not (stem[0].isalpha() or stem[0] == "_"):
            stem = "v_" + stem
        name, number = stem, 1
        while name in self.names or name in RESERVED:
            number += 1
            name = f"{stem}_{number}"
        self.names.add(name)
        self.lines.append(f"{name} = {text};")
        return name

    @staticmethod
    def uniform(values):
        kinds = {isinstance(value, str) for value in values if value is not None}
        if len(kinds) > 1:
            raise Unsupported("a sequence of strings and numbers")
        return values

    def sop(self, e):
        if isinstance(e, rasp.TokensType):
            return self.tokens, self.vocabulary
        if isinstance(e, rasp.IndicesType):
            return "indices", list(range(self.max_length))
        if isinstance(e, rasp.LengthType):
            return "length", list(range(1, self.max_length + 1))
        if isinstance(e, rasp.Full):
            return f"{literal(e.fill)} if indices >= 0 else {literal(e.fill)}", [e.fill]
        if isinstance(e, rasp.LinearSequenceMap):
            (x, xs), (y, ys) = self.node(e.fst), self.node(e.snd)
            text = f"{literal(e.fst_fac)} * {x} + {literal(e.snd_fac)} * {y}"
            pairs = itertools.product(self.present(xs), self.present(ys))
            return text, [e.f(a, b) for a, b in pairs] + self.missing(xs, ys)
        if isinstance(e, rasp.SequenceMap):
            return self.sequence_map(e)
        if isinstance(e, rasp.Map):
            return self.map(e)
        if isinstance(e, rasp.SelectorWidth):
            return f"selector_width({self.selector(e.selector)})", list(range(self.max_length + 1))
        if isinstance(e, rasp.Aggregate):
            return self.aggregate(e)
        raise Unsupported(type(e).__name__)

    @staticmethod
    def present(values):
        return [value for value in values if value is not None]

    @staticmethod
    def missing(*lists):
        return [None] if any(None in values for values in lists) else []

    def operands(self, e):
        """The nodes that a value is a table of, by name with the values they can have, and the table itself."""
        name, values = self.node(e)
        if id(e) in self.tuples:
            return self.tuples[id(e)]
        return {name: values}, {(value,): value for value in self.present(values)}

    def map(self, e):
        operands, known = self.operands(e.inner)
        table = {key: r for key, value in known.items() for failed, r in [fails(e.f, value)] if not failed}
        return self.look_up(e, operands, table)

    def sequence_map(self, e):
        (xs, first), (ys, second) = self.operands(e.fst), self.operands(e.snd)
        if len(first) * len(second) > LARGEST_TABLE:
            raise Unsupported(f"a table of {len(first)} by {len(second)} values")
        operands = {**xs, **ys}
        table = {}
        for (a, x), (b, y) in itertools.product(first.items(), second.items()):
            named = dict(zip(xs, a))
            if all(named.setdefault(name, value) == value for name, value in zip(ys, b)):
                failed, result = fails(e.f, x, y)
                if not failed:
                    table[tuple(named[name] for name in operands)] = result
        return self.look_up(e, operands, table)

    def look_up(self, e, operands, table):
        """A table as text. One whose values are tuples is kept for the maps that take them apart."""
        if not table:
            raise Unsupported("a map that fails for all values")
        if any(isinstance(value, tuple) for value in table.values()):
            self.tuples[id(e)] = (operands, table)
            return None, []
        results = list(table.values()) + self.missing(*operands.values())
        names = list(operands)
        if len(names) == 2:
            operator = self.operator(table, len(self.present(operands[names[0]])) * len(self.present(operands[names[1]])))
            if operator:
                return f"{names[0]} {operator} {names[1]}", results
        return f"{self.table(table)}[{', '.join(names)}]", results

    @staticmethod
    def operator(table, count):
        """The operator that gives the same numbers for all pairs, if one does."""
        pairs = [(a, b, r) for (a, b), r in table.items()]
        if len(pairs) < count or any(type(v) not in (int, float) for pair in pairs for v in pair):
            return None
        for symbol, function in [("+", lambda a, b: a + b), ("-", lambda a, b: a - b), ("*", lambda a, b: a * b)]:
            if all(type(function(a, b)) is type(r) and function(a, b) == r for a, b, r in pairs):
                return symbol
        return None

    @staticmethod
    def table(results):
        """A nested dictionary, one level for each operand of the keys."""
        def nested(entries):
            if () in entries:
                return literal(entries[()])
            inner = {}
            for key, value in entries.items():
                inner.setdefault(key[0], {})[key[1:]] = value
            return "{" + ", ".join(f"{literal(key)}: {nested(rest)}" for key, rest in inner.items()) + "}"
        return nested(results)

    def aggregate(self, e):
        sel, (x, values) = self.selector(e.selector), self.node(e.sop)
        if id(e.sop) in self.tuples:
            raise Unsupported("an aggregate of tuples")
        text = f"aggregate({sel}, {x}, {literal(e.default)})"
        results = values + [e.default]
        if self.selects_one(e.selector) or any(isinstance(value, str) for value in values):
            return text, results
        present = self.present(values)
        if present and all(isinstance(value, bool) for value in present):
            text = f"aggregate({sel}, indicator({x}), {literal(e.default)})"
        return text, results + self.means(present)

    def selects_one(self, selector):
        """Whether it selects one position at most: no two positions share a key, and no query goes with two keys.

        The first is seen by trying: there are no such positions in any of a few thousand inputs.
        """
        if not isinstance(selector, rasp.Select) or {id(selector.keys), id(selector.queries)} & set(self.tuples):
            return False
        keys, queries = self.node(selector.keys)[1], self.node(selector.queries)[1]
        for query in queries:
            if sum(not failed and bool(r) for failed, r in (fails(selector.predicate, key, query) for key in keys)) > 1:
                return False
        tokens = self.vocabulary
        inputs = list(itertools.islice(itertools.chain.from_iterable(
            itertools.product(tokens, repeat=length) for length in range(1, self.max_length + 1)), 2000))
        inputs += [tuple((tokens * self.max_length)[start:start + self.max_length]) for start in range(len(tokens))]
        for tokens in inputs:
            failed, found = fails(selector.keys, list(tokens))
            if failed or len(set(found)) < len(found):
                return False
        return True

    def means(self, values):
        """Every mean of up to max_length of the numbers, as tracr forms it: in double precision, from left to right."""
        if not values:
            return []
        exact = {fractions.Fraction(value): value for value in values}
        sums, found = {fractions.Fraction(0)}, []
        for count in range(1, self.max_length + 1):
            sums = {a + b for a in sums for b in exact}
            if len(sums) > LARGEST_TABLE:
                raise Unsupported("means of too many numbers")
            found += [float(total) / count for total in sums]
        return found

    # Selectors

    def selector(self, e):
        if id(e) in self.known:
            return self.known[id(e)]
        if isinstance(e, rasp.Select):
            text = self.select(e)
        elif isinstance(e, rasp.SelectorAnd):
            text = f"{self.selector(e.fst)} and {self.selector(e.snd)}"
        elif isinstance(e, rasp.SelectorOr):
            text = f"{self.selector(e.fst)} or {self.selector(e.snd)}"
        elif isinstance(e, rasp.SelectorNot):
            text = f"not {self.selector(e.inner)}"
        else:
            raise Unsupported(type(e).__name__)
        self.known[id(e)] = text if text == "full_s" else self.define(e, text)
        self.nodes.append(e)
        return self.known[id(e)]

    def select(self, e):
        if e.predicate is rasp.Comparison.TRUE:
            return "full_s"
        if e.predicate is rasp.Comparison.FALSE:
            return "not full_s"
        (k, keys), (q, queries) = self.numbered(e.keys), self.numbered(e.queries)
        if isinstance(e.predicate, rasp.Comparison) and not {id(e.keys), id(e.queries)} & set(self.tuples):
            return f"select({k}, {q}, {e.predicate.value})"
        holds = {(a, b): not failed and bool(r) for a, key in keys.items() for b, query in queries.items()
                 for failed, r in [fails(e.predicate, key, query)]}
        if all(holds.values()):
            return "full_s"
        if not any(holds.values()):
            return "not full_s"
        for symbol, comparison in COMPARISONS.items():
            results = {(a, b): fails(comparison, a, b) for a, b in holds if a is not None and b is not None}
            if all(results.get(pair, (True, False)) == (False, wanted) or pair not in results and not wanted
                   for pair, wanted in holds.items()):
                return f"select({k}, {q}, {symbol})"
        return self.cases(k, keys, q, queries, holds)

    def numbered(self, e):
        """A node and what its values stand for: themselves, or the tuples that they are the numbers of."""
        name, values = self.node(e)
        if id(e) not in self.tuples:
            return name, {value: value for value in values}
        operands, table = self.tuples[id(e)]
        tuples = distinct(table.values())
        numbers = {key: tuples.index(value) for key, value in table.items()}
        if id(e) not in self.known:
            self.known[id(e)] = self.define(e, f"{self.table(numbers)}[{', '.join(operands)}]")
        return self.known[id(e)], dict(enumerate(tuples))

    def cases(self, k, keys, q, queries, holds):
        """A disjunction over classes of keys: the key is in the class, and the query one that such keys are selected
        by."""
        classes = collections.defaultdict(list)
        for key in keys:
            classes[tuple(holds[key, query] for query in queries)].append(key)
        parts = []
        for column, members in classes.items():
            if not any(column):
                continue
            selected = [query for query, wanted in zip(queries, column) if wanted]
            conditions = [
                f"select({self.among(name, some, values)}, 1, ==)" if side == "key"
                else f"select(1, {self.among(name, some, values)}, ==)"
                for side, name, some, values in [("key", k, members, keys), ("query", q, selected, queries)]
                if len(some) < len(values)]
            parts.append("(" + (" and ".join(conditions) or "full_s") + ")")
        return " or ".join(parts)

    def among(self, name, some, values):
        """1 where the value is among some of those it can be."""
        chosen = set(some)
        table = self.table({(value,): int(value in chosen) for value in self.present(values)})
        if None not in values:
            return f"{table}[{name}]"
        return f"({table}[{name}] if defined({name}) else {int(None in chosen)})"


def translate(program, vocabulary, max_length):
    """The program's text.

    Raises Unsupported for what the language cannot say.
    """
    translation = Translation(vocabulary, max_length)
    name, _ = translation.node(program)
    if name in ("tokens", "tokens_int", "tokens_float", "indices", "length"):
        translation.lines.append(f"result = {name};")
        name = "result"
    tokens = " ".join(
        str(token) if re.fullmatch(r"[A-Za-z0-9_.]+", str(token)) else literal(str(token))
        for token in translation.vocabulary)
    pragmas = [f"#pragma vocab {tokens}", f"#pragma max_length {max_length}", f"#pragma output {name}"]
    return "\n".join(pragmas + translation.lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    module, function, length = sys.argv[1:4]
    vocabulary = [int(token) if re.fullmatch(r"-?[0-9]+", token) else token for token in sys.argv[4:]]
    print(translate(getattr(importlib.import_module(module), function)(), vocabulary, int(length)), end="")
