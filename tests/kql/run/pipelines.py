"""Random queries out of typed pieces, and random tables for them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.kql.run.comparing import SCHEMAS

_TEXTS = ["", "a", "A", "ab", "a b", "a-b", "a_b", "b.a", "é", "É", "日本", "1", "12", "a=1;b=2",
          "ΟΔΟΣ", "True", "it's",
          '{"k":1}', "-7", "x a=5;", "%a%"]  # fmt: skip
_POOLS: dict[str, list[Any]] = {
    "long": [None, 0, 1, -1, 2, 3, -7, 10, 2**63 - 1, -(2**63)],
    "real": [None, 0.0, 0.5, -2.5, 1.5, 3.0, float("nan"), 1e9],
    "string": _TEXTS,
    "datetime": [
        None,
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2024, 1, 3, 13, 45, 7, 123456, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2024, 2, 29, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
    "timespan": [None, timedelta(), timedelta(hours=1), timedelta(hours=-1), timedelta(days=7.5),
        timedelta(microseconds=1)],
    "bool": [None, True, False],
    "dynamic": [
        None, 1, "a", 1.5, True, [], [1, 2, 3], [1, None, "a"], {"k": 1, "j": [1]}, {}, {"k": None}, [[1], [2, 2]],
        {"k": "x", "q": 2}, -4,
    ],
}  # fmt: skip
_LITERALS: dict[str, list[str]] = {
    "long": ["0", "1", "2", "-3", "7", "long(null)", "9223372036854775807"],
    "real": ["0.0", "0.5", "-2.5", "2.0", "real(null)", "real(nan)"],
    "string": ['""', '"a"', '"A"', '"ab"', '"a-b"', '"-"', '"é"', '"1"', '"οδος"', '"日"', '"b"'],
    "datetime": ["datetime(2024-01-01)", "datetime(2024-01-03 13:45:07)", "datetime(null)"],
    "timespan": ["1h", "-1h", "7d", "1s", "timespan(null)", "1d"],
    "bool": ["true", "false", "bool(null)"],
    "dynamic": ["dynamic([1,2])", 'dynamic({"k":1})', "dynamic(null)", 'dynamic(["a",null])'],
}
_SCALARS = ("long", "real", "string", "datetime", "timespan", "bool")
# What gives a type, out of others in braces.
_FORMS: dict[str, list[str]] = {
    "bool": [
        "{string} == {string}", "{string} != {string}", "{long} == {long}", "{long} != {long}", "{real} == {real}",
        "{real} != {real}", "{long} < {long}", "{long} >= {long}", "{real} > {real}", "{real} <= {real}",
        "{datetime} < {datetime}", "{datetime} == {datetime}", "{timespan} > {timespan}", "{string} =~ {string}",
        "{string} !~ {string}", "{string} has {'string}", "{string} !has {'string}", "{string} contains {'string}",
        "{string} startswith {string}", "{string} !endswith {'string}", "{string} has_cs {'string}",
        "{string} hasprefix {'string}", "{string} hassuffix {string}", "{string} contains_cs {string}",
        "{string} in ({'string}, {'string})", "{string} !in ({'string}, {'string})", "{long} in ({'long}, {'long})",
        "{long} !in ({'long}, 1)", "{string} in~ ({'string}, {'string})", '{string} has_any ("a", "b")',
        '{string} has_any ("a", "é", "12", "b-")', '{string} has_all ("a", "b")', "{long} between ({long} .. {long})",
        "{real} !between ({'real} .. 1.5)", "{datetime} between ({'datetime} .. 1d)",
        "isnull({long})", "isempty({string})",
        "isnotempty({dynamic})", "isnotnull({dynamic})", "isnull({string})", "not({bool})", "{bool} and {bool}",
        "{bool} or {bool}", '{string} matches regex "^a.?b"', "{dynamic} == {'long}", "{dynamic} == {'string}",
        "isnan({real})", "tobool({string})", "{dynamic} has {'string}",
    ],
    "long": [
        "{long} + {long}", "{long} - {long}", "{long} * {long}", "{long} / {long}", "{long} % {long}", "-{long}",
        "strlen({string})", "tolong({string})", "tolong({dynamic})", "tolong({real})", 'indexof({string}, "a")',
        "array_length({dynamic})", "iff({bool}, {long}, {long})", "bin({long}, 3)", "coalesce({long}, {long})",
        "max_of({long}, {long})", "min_of({long}, {long})", "case({bool}, {long}, {bool}, {long}, {long})",
        "abs({long})", "datetime_diff('hour', {datetime}, {datetime})", "hourofday({datetime})", "toint({string})",
        "binary_and({long}, {long})",
    ],
    "real": [
        "{real} + {real}", "{real} * {real}", "{real} / {real}", "toreal({string})", "{timespan} / {timespan}",
        "toreal({long})", "bin({real}, 0.5)", "iff({bool}, {real}, {real})", "toreal({dynamic})", "{long} / 2.0",
        "max_of({real}, {real})", "round({real})",
    ],
    "string": [
        "strcat({string}, {long})", "tolower({string})", "tostring({long})", "tostring({real})", "tostring({datetime})",
        "tostring({timespan})", "tostring({bool})", "tostring({dynamic})", "substring({string}, 1)",
        "strcat({string}, '-', {string})",
        "substring({string}, 0, 2)", "substring({string}, -2, 1)", "extract('a(.)', 1, {string})",
        "replace_string({string}, 'a', 'xx')", "trim('a', {string})", "trim_end('[ab]', {string})", "reverse({string})",
        "iff({bool}, {string}, {string})", "coalesce({string}, {string})", "tostring(split({string}, '-')[0])",
        "case({bool}, {string}, {string})", "strcat_delim('|', {string}, {string})",
    ],
    "datetime": [
        "bin({datetime}, 7d)", "bin({datetime}, 1h)", "{datetime} + {timespan}", "{datetime} - {timespan}",
        "startofday({datetime})", "startofweek({datetime})", "todatetime(tostring({datetime}))",
        "startofmonth({datetime})",
    ],
    "timespan": ["{datetime} - {datetime}", "{timespan} + {timespan}", "{timespan} * 2",
        "bin({timespan}, 1h)", "{timespan} / 2"],
    "dynamic": [
        "{dynamic}.k", "{dynamic}[0]", "{dynamic}[-1]", "pack_array({long}, {string})", "split({string}, 'a')",
        "parse_json({string})", "bag_pack('k', {long})", "{dynamic}['j'][0]", "array_reverse({dynamic})",
        "array_slice({dynamic}, -2, -1)",
    ],
}  # fmt: skip
# A set is a dynamic in no stated order, of which nothing else is made.
_AGGREGATES = [
    ("count()", "long"), ("sum({long})", "long"), ("sum({real})", "real"), ("avg({long})", "real"),
    ("avg({real})", "real"),
    ("min({long})", "long"), ("max({real})", "real"), ("min({string})", "string"), ("max({datetime})", "datetime"),
    ("countif({bool})", "long"), ("dcount({string})", "long"), ("dcount({long})", "long"),
    ("make_set({long})", "set"),
    ("make_set({string})", "set"), ("sumif({long}, {bool})", "long"), ("sum({timespan})", "timespan"),
    ("dcountif({string}, {bool})", "long"), ("make_set({dynamic})", "set"), ("maxif({long}, {bool})", "long"),
]  # fmt: skip
_OF_ORDERED = [
    ("make_list({long})", "dynamic"), ("make_list({string})", "dynamic"), ("make_list({datetime})", "dynamic"),
    ("make_list({real}, 2)", "dynamic"), ("make_list_if({long}, {bool})", "dynamic"),
    ("make_list_with_nulls({long})", "dynamic"),
]  # fmt: skip
_WINDOWS = [("prev({0})", None), ("next({0})", None), ("row_number()", "long"), ("prev({0}, 2)", None)]


def random_tables(random: Random, most: int = 6) -> dict[str, list[dict[str, Any]]]:
    """A few rows for each table."""
    tables = {
        name: [
            {column: random.choice(_POOLS[type_]) for column, type_ in columns.items()}
            for _ in range(random.randint(0, most))
        ]
        for name, columns in SCHEMAS.items()
    }
    for number, row in enumerate(tables["T"]):
        row["id"] = number
    return tables


class Pipeline:
    """A query that grows by one operator after the other, and the columns that it has."""

    def __init__(self, random: Random) -> None:
        """Start from a table."""
        self._random = random
        table = random.choice(["T", "T", "U"])
        self.text, self.columns = table, dict(SCHEMAS[table])
        self.ordered = False
        self._made = 0
        for _ in range(random.randint(1, 4)):
            random.choice(_STEPS)(self)
        if random.random() < 0.5:
            self._sort()

    # ------------------------------------------------------------------------------------------------------- values

    def value(self, type_: str, depth: int = 2) -> str:
        """A value of a type over the columns."""
        columns = [name for name, one in self.columns.items() if one == type_]
        chance = self._random.random()
        if depth and chance < 0.55:
            return (
                f"({self._filled(self._random.choice(_FORMS[type_]), depth - 1)})"
                if chance < 0.5 or not columns
                else self._random.choice(columns)
            )
        return self._random.choice(columns) if columns and chance < 0.9 else self._random.choice(_LITERALS[type_])

    def _filled(self, form: str, depth: int) -> str:
        for type_ in (*_SCALARS, "dynamic"):
            while f"{{{type_}}}" in form:
                form = form.replace(f"{{{type_}}}", self.value(type_, depth), 1)
            while f"{{'{type_}}}" in form:
                form = form.replace(f"{{'{type_}}}", self._random.choice(_LITERALS[type_]), 1)
        return form

    def _new(self) -> str:
        self._made += 1
        return f"c{self._made}"

    def _scalars(self) -> list[str]:
        return [name for name, type_ in self.columns.items() if type_ in _SCALARS]

    def _some(self, names: list[str], most: int = 2) -> list[str]:
        return self._random.sample(names, min(len(names), self._random.randint(1, most)))

    def _then(self, operator: str) -> None:
        self.text += f"\n| {operator}"

    # ---------------------------------------------------------------------------------------------------- operators

    def _where(self) -> None:
        self._then(f"where {self.value('bool', 3)}")

    def _extend(self) -> None:
        type_ = self._random.choice([*_FORMS])
        name = self._random.choice([self._new(), *self.columns])
        self._then(f"extend {name} = {self.value(type_, 3)}")
        self.columns[name] = type_
        self.ordered = self.ordered and type_ != "dynamic"

    def _project(self) -> None:
        kept = self._some(list(self.columns), 4)
        self._then(f"project {', '.join(kept)}")
        self.columns = {name: self.columns[name] for name in kept}

    def _distinct(self) -> None:
        kept = self._some(self._scalars(), 3)
        if kept:
            self._then(f"distinct {', '.join(kept)}")
            self.columns = {name: self.columns[name] for name in kept}
            self.ordered = False

    def _sort(self) -> None:
        """By all columns, so that the order is that of every run."""
        kept = self._scalars()
        if not kept:
            return
        self._random.shuffle(kept)
        ways = ("", " asc", " desc", " asc nulls last", " desc nulls first")
        keys = [name + self._random.choice(ways) for name in kept]
        self._then(f"project {', '.join(kept)} | sort by {', '.join(keys)}")
        self.columns = {name: self.columns[name] for name in kept}
        self.ordered = True
        if self._random.random() < 0.3:
            self._then(f"take {self._random.randint(0, 3)}")

    def _summarize(self) -> None:
        keys = self._some(self._scalars()) if self._random.random() < 0.7 else []
        choices = _AGGREGATES + (_OF_ORDERED * 2 if self.ordered else [])
        made: dict[str, str] = {}
        parts: list[str] = []
        for form, type_ in self._random.sample(choices, self._random.randint(1, 3)):
            name = self._new()
            parts.append(f"{name} = {self._filled(form, 1)}")
            made[name] = type_
        self._then(f"summarize {', '.join(parts)}" + (f" by {', '.join(keys)}" if keys else ""))
        self.columns = {name: self.columns[name] for name in keys} | made
        self.ordered = False

    def _windows(self) -> None:
        self._sort()
        if not self.ordered:
            return
        form, type_ = self._random.choice(_WINDOWS)
        name, of = self._new(), self._random.choice(list(self.columns))
        self._then(f"serialize {name} = {form.format(of)}")
        self.columns[name] = type_ or self.columns[of]

    def _join(self) -> None:
        other = SCHEMAS["U"]
        keys = [name for name in ("a", "s", "t") if self.columns.get(name) == other[name]]
        if not keys:
            return
        keys = self._some(keys)
        kind = self._random.choice(_KINDS)
        if kind == "innerunique":
            self._then(f"project {', '.join(keys)}")
            self.columns = {name: self.columns[name] for name in keys}
        self._then(f"{'lookup' if kind == 'lookup' else f'join kind={kind}'} (U) on {', '.join(keys)}")
        self.ordered = False
        if kind in ("rightanti", "rightsemi"):
            self.columns = dict(other)
        elif kind not in ("leftanti", "leftsemi"):
            for name, type_ in other.items():
                if kind != "lookup" or name not in keys:
                    new = name
                    while new in self.columns:
                        new = f"{name}{int(new[len(name) :] or 0) + 1}"
                    self.columns[new] = type_

    def _union(self) -> None:
        if any(self.columns.get(name, type_) != type_ for name, type_ in SCHEMAS["U"].items()):
            return
        self._then("union (U | where x > 0)")
        self.columns |= SCHEMAS["U"]
        self.ordered = False

    def _expand(self) -> None:
        arrays = [name for name, type_ in self.columns.items() if type_ == "dynamic"]
        if not arrays:
            return
        name, type_ = self._random.choice(arrays), self._random.choice(["long", "string", "dynamic", "dynamic"])
        index = self._new()
        self._then(f"mv-expand with_itemindex={index} {name}" + (f" to typeof({type_})" if type_ != "dynamic" else ""))
        self.columns |= {name: type_, index: "long"}
        self.ordered = False

    def _parse(self) -> None:
        texts = [name for name, type_ in self.columns.items() if type_ == "string"]
        if not texts:
            return
        one, two = self._new(), self._new()
        form = self._random.choice(
            [f'"a=" {one}:long ";" {two}', f'* "a" {one} "b" {two}', f'{one} "a" *', f'* "=" {one}:long ";" *']
        )
        self._then(f"parse {self._random.choice(texts)} with {form}")
        self.columns[one] = "long" if ":long" in form else "string"
        if two in form:
            self.columns[two] = "string"


_KINDS = (
    "inner", "innerunique", "leftouter", "rightouter", "fullouter", "leftanti", "leftsemi",
    "rightanti", "rightsemi", "lookup",
)  # fmt: skip
_STEPS: list[Callable[[Pipeline], None]] = [
    *[Pipeline._where, Pipeline._extend] * 3, *[Pipeline._summarize, Pipeline._join] * 2, Pipeline._project,
    Pipeline._distinct, Pipeline._sort, Pipeline._windows, Pipeline._union, Pipeline._expand, Pipeline._parse,
]  # fmt: skip
Tables = Mapping[str, list[dict[str, Any]]]
