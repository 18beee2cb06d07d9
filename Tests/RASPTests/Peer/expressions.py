"""Random RASP expressions, most of them well typed, the rest anything that parses."""

import random

COMPARISONS = ["==", "!=", "<", "<=", ">", ">="]
ATOMS = ["0", "1", "2", "3", "5", "10", "0.5", "2.0", "1.25", "True", "False", '"a"', '"l"', '"he"', '""']
SOPS = ["tokens", "indices", "length", "(indices+1)", 'indicator(tokens=="l")', '(tokens=="e")']
LISTS = ["[1,2,3]", '["h","l"]', "[0,1,2,3,4]", "[]", "[True,2.5]"]
SELECTORS = [
    "full_s", "select(tokens,tokens,==)", "select(indices,indices,<)", "select(indices,1,==)", "select(2,indices,>=)",
]


class Expressions:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def next(self):
        depth = self.random.choice([1, 2, 3, 4])
        if self.random.random() < 0.25:
            return self.anything(depth)
        return self.pick([self.number, self.number, self.boolean, self.text, self.selector])(depth)

    def pick(self, choices):
        return self.random.choice(choices)

    def weighted(self, *choices):
        """One of (weight, function), called."""
        weights, functions = zip(*choices)
        return self.random.choices(functions, weights)[0]()

    # -- one kind of value each, of the given depth

    def number(self, d):
        if d <= 0:
            return self.pick(["indices", "length", "1", "2", "3", "0.5", "(indices+1)", "5", "-1"])
        n, pick = self.number, self.pick
        return self.weighted(
            (35, lambda: f'({n(d-1)} {pick("+-*+-*%/")} {n(d-1)})'),
            (7, lambda: f'{n(d-1)} {pick("+-*")} {n(d-1)}'),
            (5, lambda: f'({n(d-1)} / {pick(["2", "3", "length", "(indices+1)"])})'),
            (6, lambda: f"({n(d-1)} if {self.boolean(d-1)} else {n(d-1)})"),
            (12, lambda: f'aggregate({self.selector(d-1)},{n(d-1)}{pick(["", ",0", ",1.5", ",-1"])})'),
            (7, lambda: f"selector_width({self.selector(d-1)})"),
            (5, lambda: f"round({n(d-1)})"),
            (5, lambda: f"indicator({self.booleans(d-1)})"),
            (4, lambda: f"-{n(d-1)}"),
            (14, lambda: self.library(d)))

    def numbers(self, d):
        """A number that is certainly an s-op."""
        return f"({self.number(d)} + 0*indices)"

    def library(self, d):
        n, s = self.number, self.numbers
        return self.pick([
            lambda: f"sort({s(d-1)},{n(d-1)})",
            lambda: f'shift({s(d-1)},{self.pick(["1", "-1", "2"])},0)',
            lambda: f'count({s(d-1)},{self.pick("0123")})',
            lambda: 'count(tokens,"l")',
            lambda: f"max({n(d-1)},{n(d-1)})",
            lambda: f"min({n(d-1)},{n(d-1)})",
            lambda: f"average({s(d-1)})",
            lambda: f'load_from_location({s(d-1)},{self.pick("0123")})',
            lambda: f"aggregate(select_next_identical({s(d-1)}),{n(d-1)},0)",
            lambda: '{"h":1,"e":2,"l":3,"o":4}[tokens]',
            lambda: "[5,6,7,8,9,10][indices]",
            lambda: f'indices[{self.pick(["0", "1", "-1", "7"])}]',
        ])()

    def booleans(self, d):
        return self.pick([
            lambda: f'({self.numbers(d)} {self.pick(["==", "<", ">=", ">"])} {self.number(d)})',
            lambda: '(tokens=="l")',
            lambda: f"({self.text(d)} == {self.text(d)})",
            lambda: '(tokens in ["h","l"])',
            lambda: f"({self.numbers(d)} in [0,1,2.5])",
            lambda: f"has_focus({self.selector(d)})",
            lambda: f'mark_last_instance({self.text(d)},"l")',
            lambda: f"mark_first_instance({self.numbers(d)},1)",
        ])()

    def boolean(self, d):
        if d <= 0:
            return self.booleans(0)
        b = self.boolean
        return self.weighted(
            (40, lambda: self.booleans(d - 1)),
            (20, lambda: f'({b(d-1)} {self.pick(["and", "or"])} {b(d-1)})'),
            (15, lambda: f"(not {b(d-1)})"),
            (10, lambda: '("l" in tokens)'),
            (15, lambda: f'contains({self.numbers(d-1)},{self.pick("0123")})'))

    def text(self, d):
        if d <= 0:
            return "tokens"
        t = self.text
        return self.weighted(
            (40, lambda: "tokens"),
            (15, lambda: f"({t(d-1)} + {t(d-1)})"),
            (15, lambda: f"({t(d-1)} if {self.boolean(d-1)} else {self.pick([t(d-1), chr(34) + 'x' + chr(34)])})"),
            (10, lambda: f"sort({t(d-1)},{self.number(d-1)})"),
            (10, lambda: f'shift({t(d-1)},{self.pick(["1", "-1", "2"])},"_")'),
            (10, lambda: f'aggregate(select(indices,{self.pick(["length-indices-1", "1", "indices-1"])},==),{t(d-1)},"?")'))

    def selector(self, d):
        if d <= 0:
            return self.pick(SELECTORS)
        s = self.selector
        return self.weighted(
            (30, lambda: self.pick(SELECTORS)),
            (20, lambda: f"select({self.number(d-1)},{self.number(d-1)},{self.pick(COMPARISONS)})"),
            (10, lambda: f"select({self.text(d-1)},{self.text(d-1)},{self.pick(COMPARISONS)})"),
            (25, lambda: f'({s(d-1)} {self.pick(["and", "or"])} {s(d-1)})'),
            (15, lambda: f"(not {s(d-1)})"))

    # -- any kind, so that errors are compared as well

    def anything(self, d):
        if d <= 0:
            return self.pick(ATOMS + SOPS + SOPS)
        e, pick = self.anything, self.pick
        operators = ["+", "-", "*", "/", "%", "^", "==", "<", "<=", ">", ">=", "and", "or"]
        return self.weighted(
            (35, lambda: f"({e(d-1)} {pick(operators)} {e(d-1)})"),
            (10, lambda: f"{e(d-1)} {pick(operators)} {e(d-1)}"),
            (7, lambda: f'{pick(["-", "not ", "+"])}{e(d-1)}'),
            (8, lambda: f"({e(d-1)} if {e(d-1)} else {e(d-1)})"),
            (12, lambda: f'aggregate({self.selector(d-1)},{e(d-1)}{pick(["", ",0", ",1.5", chr(44) + chr(34) + "z" + chr(34)])})'),
            (5, lambda: f"selector_width({self.selector(d-1)})"),
            (3, lambda: f"round({e(d-1)})"),
            (3, lambda: f"indicator({e(d-1)})"),
            (4, lambda: f'({e(d-1)} in {pick(LISTS + ["tokens", "indices"])})'),
            (3, lambda: f"{pick(LISTS)}[{e(d-1)}]"),
            (3, lambda: f'{e(d-1)}[{pick(["0", "1", "-1", "indices"])}]'),
            (4, lambda: pick([
                lambda: f"sort({e(d-1)},{e(d-1)})",
                lambda: f'shift({e(d-1)},{pick(["1", "-1", "2"])},{e(0)})',
                lambda: f"contains({e(d-1)},{e(0)})",
                lambda: f"max({e(d-1)},{e(d-1)})",
                lambda: f"mark_first_instance({e(d-1)},{e(0)})",
                lambda: f"load_from_location({e(d-1)},{e(0)})",
            ])()),
            (3, lambda: f"(tokens if {e(d-1)} else {e(d-1)})"))
