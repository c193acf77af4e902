"""Queries from a walk through the grammar, of a seed, on the two tables of the binder's cases; most of them are sound.

The walk keeps in mind which columns there are, and of which type, so that what it writes has a meaning; one value in
forty is of another type than its place asks for.  `broken` does to a query what a hand does that slips.
"""

import re
from collections.abc import Callable, Sequence
from random import Random

from rulefold.kql.tokens import tokens
from tests.kql.bind_cases import TABLES

_ANY = ("long", "string", "dynamic", "datetime", "real", "bool", "timespan")
_SLIPS = 0.025  # of values, that are of another type
_PLACE = re.compile(r"\{(\w+)\}")

# What gives a value of a type; with ` ; ` between; `{type}` is a value of that type, `{any}` one of any.
VALUES = {
    "long": """
        strlen({string}) ; {long} + {long} ; {long} * {long} ; {long} - {long} ; {long} % 3 ; {long} / {long} ; -{long}
        array_length({dynamic}) ; datetime_diff("day", {datetime}, {datetime}) ; countof({string}, "a") ; abs({long})
        tolong({string}) ; toint({string}) ; bin({long}, 5) ; indexof({string}, "x") ; iff({bool}, {long}, {long})
        coalesce({long}, {long}) ; hash({string}, 10) ; max_of({long}, {long}) ; monthofyear({datetime}) ; ({long})
        hourofday({datetime}) ; case({bool}, {long}, {long}) ; tolong({dynamic}) ; sign({long}) ; min_of({long}, {long})
        binary_and({long}, {long}) ; dayofmonth({datetime}) ; getyear({datetime}) ; parse_version({string})
    """,
    "real": """
        {real} / {long} ; {real} * {real} ; todouble({string}) ; round({real}, 1) ; sqrt({real}) ; {real} + {long}
        iff({bool}, {real}, {long}) ; floor({real}, 1) ; exp({real}) ; log({real}) ; pow({real}, 2)
        todouble({dynamic})
        {timespan} / {timespan} ; max_of({real}, {long}) ; coalesce({real}, 0.0) ; bin({real}, 0.5) ; toreal({string})
    """,
    "string": """
        strcat({any}, {string}) ; tolower({string}) ; toupper({string}) ; substring({string}, 1, 2) ; tostring({any})
        extract("(x)", 1, {string}) ; replace_string({string}, "a", "b") ; trim(" ", {string}) ; reverse({string})
        iff({bool}, {string}, {string}) ; case({bool}, {string}, {bool}, {string}, {string}) ; gettype({any})
        format_datetime({datetime}, "yyyy") ; strcat_array({dynamic}, ",") ; url_decode({string}) ; hash_sha256({any})
        base64_decode_tostring({string}) ; coalesce({string}, {string}) ; replace_regex({string}, "a", "b") ; ({string})
        trim_start(@"\\s", {string}) ; strrep({string}, 2) ; parse_path({string}) ; parse_url({string})
        max_of({string}, {string})
        strcat_delim("-", {string}, {any}) ; tostring({dynamic}.x) ; split({string}, ",")[0] ; format_ipv4({string})
        parse_ipv4({string}) ; column_ifexists("b", {string}) ; isempty({string}) ; extract_all("(x)", {string})
    """,
    "datetime": """
        ago(1h) ; now() ; {datetime} - 1d ; {datetime} + {timespan} ; bin({datetime}, 1h) ; startofday({datetime})
        todatetime({string}) ; datetime_add("day", 1, {datetime}) ; endofday({datetime}) ; todatetime({dynamic})
        iff({bool}, {datetime}, {datetime}) ; make_datetime(2024, 1, {long}) ; max_of({datetime}, {datetime})
        unixtime_seconds_todatetime({long}) ; coalesce({datetime}, {datetime}) ; startofweek({datetime})
    """,
    "timespan": """
        {datetime} - {datetime} ; totimespan({string}) ; {timespan} * {long} ; bin({timespan}, 1h)
        {timespan} + {timespan}
        1d * {long} ; -{timespan} ; abs({timespan}) ; max_of({timespan}, {timespan}) ; make_timespan({long}, 1)
    """,
    "bool": """
        {long} > {long} ; {string} == {string} ; {real} <= {long} ; {datetime} > {datetime} ; {timespan} < {timespan}
        isempty({string}) ; isnotnull({any}) ; not({bool}) ; {bool} and {bool} ; {bool} or {bool} ; ({bool})
        {string} has "x" ; {string} contains {string} ; {string} !startswith "a" ; {string} in ("a", {string})
        {string} has_any ("a", "b") ; {long} between (1 .. {long}) ; {string} matches regex "a.*" ; {string} =~ {string}
        {long} in (1, 2, {long}) ; {string} !in~ ("a", "b") ; {dynamic} has "x" ; {string} endswith "z"
        tobool({string})
        {datetime} between ({datetime} .. 1h) ; {datetime} between (ago(1d) .. now()) ; ipv4_is_private({string})
        {bool} == true ; {string} has_all (dynamic(["a", "b"])) ; {string} !has "x" ; {string} !contains "y"
        isnull({any})
        {dynamic} == {string} ; {string} in (dynamic(["a"])) ; {string} hasprefix "a" ; isnotempty({dynamic})
        {long} in ((T | project a)) ; {string} in~ ((U | where z > 1 | project b)) ; {long} !between (1 .. 5)
        {dynamic}.x == "a" ; {dynamic} in ("a", "b") ; set_has_element({dynamic}, {any}) ; iff({bool}, {bool}, {bool})
    """,
    "dynamic": """
        {dynamic}.x ; {dynamic}["y"] ; {dynamic}[0] ; {dynamic}.x.y ; parse_json({string}) ; todynamic({string})
        split({string}, ",") ; pack("k", {any}) ; bag_pack("k", {any}, "l", {any}) ; pack_array({any}, {any})
        array_concat({dynamic}, {dynamic}) ; bag_keys({dynamic}) ; array_slice({dynamic}, 0, 2) ; {dynamic}[-1]
        set_union({dynamic}, {dynamic}) ; extract_all(@"(\\w)", {string}) ; array_sort_asc({dynamic})
        bag_merge({dynamic}, {dynamic})
        extract_json("$.x", {string}) ; parse_xml({string}) ; {dynamic}[tostring({string})]
        set_difference({dynamic}, {dynamic})
        iff({bool}, {dynamic}, {dynamic}) ; coalesce({dynamic}, {dynamic}) ; repeat({any}, 3) ; range(1, {long}, 1)
    """,
}
LITERALS = {
    "long": "1 5 0 0x10 long(7)",
    "real": "1.5 0.0 1e3 real(2)",
    "string": "'x' \"a,b\" @'c:\\x' h'secret' ''",
    "datetime": "datetime(2024-01-01) datetime(null)",
    "timespan": "1h 5m 1d timespan(1:00:00) 30s",
    "bool": "true false bool(null)",
    "dynamic": 'dynamic([1,2]) dynamic({"x":"y"}) dynamic(null)',
}
AGGREGATES = """
    count() ; sum({long}) ; max({long}) ; min({datetime}) ; avg({real}) ; dcount({string}) ; make_list({any})
    make_set({string})
    countif({bool}) ; arg_max({datetime}, *) ; arg_max({datetime}, {string}) ; arg_min({long}, {string}, {long})
    any({string})
    take_any({string}) ; sumif({long}, {bool}) ; percentile({long}, 95) ; stdev({long}) ; make_bag({dynamic})
    dcountif({string}, {bool})
    make_list({string}, 10) ; maxif({long}, {bool}) ; make_set_if({string}, {bool}) ; take_any(*)
    percentiles({real}, 5, 50)
    strcat_array(make_set({string}), ",") ; max({datetime}) - min({datetime}) ; count_distinct({string})
    variance({real})
    sum({real}) / count() ; min({string}) ; max({string}) ; round(avg({long}), 2) ; hll({string})
    array_length(make_set({string}))
    tostring(make_list({string})) ; iff(count() > 1, "many", "one") ; buildschema({dynamic}) ; avgif({long}, {bool})
"""
JOINS = "inner innerunique leftouter rightouter fullouter leftanti rightanti leftsemi rightsemi"
Columns = dict[str, str]


def _choices(text: str) -> list[str]:
    return [one.strip() for line in text.strip().splitlines() for one in line.split(" ; ")]


_VALUES = {type_: _choices(text) for type_, text in VALUES.items()}
_LITERALS = {type_: text.split(" ") for type_, text in LITERALS.items()}
_AGGREGATES = _choices(AGGREGATES)


class Walk:
    """A walk that begins at a seed: `query` gives one query after another."""

    def __init__(self, seed: int) -> None:
        """The same seed gives the same queries."""
        self._random = Random(seed)  # noqa: S311 - queries, not secrets
        self._names = 0
        self._columns: Columns = {}

    def query(self) -> str:
        """A query, perhaps with statements before it."""
        self._names = 0
        lets = [self._let() for _ in range(self._random.choice((0, 0, 0, 1, 2)))]
        return "\n".join([*lets, self._pipe(self._random.randint(1, 5))])

    # ----------------------------------------------------------------------------------------------------- values

    def _value(self, type_: str, depth: int = 2) -> str:
        if self._random.random() < _SLIPS:
            type_ = self._random.choice(_ANY)
        own = [name for name, of in self._columns.items() if of == type_]
        if own and self._random.random() < (0.5 if depth else 0.8):
            return self._random.choice(own)
        if depth <= 0 or self._random.random() < 0.25:
            return self._random.choice(_LITERALS[type_])
        return self._filled(self._random.choice(_VALUES[type_]), depth - 1)

    def _filled(self, form: str, depth: int) -> str:
        def value(place: re.Match[str]) -> str:
            type_ = place[1] if place[1] != "any" else self._random.choice(_ANY)
            made = self._value(type_, depth)
            return f"({made})" if re.search(r" (?:and|or|[-+*/%<>=]|in|has|between) ", made) else made

        return _PLACE.sub(value, form)

    def _new(self) -> str:
        self._names += 1
        return self._random.choice(("n", "value_", "Count")) + str(self._names)

    def _typed(self) -> tuple[str, str]:
        type_ = self._random.choice(_ANY)
        return type_, self._value(type_)

    def _given(self, names: Columns) -> str:
        """A value under a name, which is a column from then on, or one that names itself."""
        type_, value = self._typed()
        if self._random.random() < 0.35:
            return value
        name = self._random.choice([*self._columns, self._new()]) if self._random.random() < 0.2 else self._new()
        names[name] = type_
        return f"{name} = {value}"

    def _some(self, make: Callable[[], str], most: int = 3) -> str:
        return ", ".join(make() for _ in range(self._random.randint(1, most)))

    def _sample(self, most: int = 3) -> list[str]:
        names = list(self._columns) or ["a"]
        return self._random.sample(names, min(len(names), self._random.randint(1, most)))

    # ------------------------------------------------------------------------------------------------- statements

    def _let(self) -> str:
        name, type_ = self._new(), self._random.choice(_ANY)
        kept, self._columns = self._columns, {}
        form = self._random.randrange(4)
        if form == 0:
            text = f"let {name} = {self._value(type_, 1)};"
        elif form == 1:
            self._columns = {"p": type_}
            text = f"let {name} = (p: {type_}) {{ {self._value(self._random.choice(_ANY), 2)} }};"
        elif form == 2:
            text = f"let {name} = {self._pipe(2, let=True)};"
        else:
            rows = self._pipe(1)
            text = f"let {name} = toscalar({rows} | summarize {self._filled(self._random.choice(_AGGREGATES), 1)});"
        self._columns = kept
        return text

    def _source(self) -> str:
        table = self._random.choice(("T", "T", "T", "U"))
        form = self._random.randrange(12)
        if form == 0:
            self._columns = {}
            names: Columns = {}
            text = f"print {self._some(lambda: self._given(names))}"
            self._columns = names
            return text
        if form == 1:
            self._columns = {"x": "long"}
            return "range x from 1 to 10 step 1"
        if form == 2:
            self._columns = {"x": "long", "y": "string"}
            return 'datatable(x: long, y: string) [1, "a", 2, "b"]'
        self._columns = dict(TABLES[table])
        if form == 3:
            self._columns = {"b": "string"}
            return self._random.choice(
                ("union T, U", "union isfuzzy=true T, U", "union withsource=src T, (U | take 1)")
            )
        return table

    def _pipe(self, most: int, *, let: bool = False) -> str:
        steps = [self._source()]
        steps += [self._operator() for _ in range(self._random.randint(int(let), most))]
        return "\n| ".join(steps)

    # -------------------------------------------------------------------------------------------------- operators

    def _operator(self) -> str:
        return self._random.choice(self._operators)(self)

    def _where(self) -> str:
        return f"{self._random.choice(('where', 'where', 'filter'))} {self._value('bool', 3)}"

    def _extend(self) -> str:
        names: Columns = {}
        text = f"extend {self._some(lambda: self._given(names))}"
        self._columns |= names
        return text

    def _project(self) -> str:
        names: Columns = {}
        kept = self._sample()
        text = ", ".join([*kept, self._given(names)])
        self._columns = {name: self._columns.get(name, "long") for name in kept} | names
        return f"project {text}"

    def _away(self) -> str:
        gone = self._sample(2)
        self._columns = {name: type_ for name, type_ in self._columns.items() if name not in gone}
        return f"project-away {', '.join(gone)}"

    def _keep(self) -> str:
        kept = self._sample()
        self._columns = {name: type_ for name, type_ in self._columns.items() if name in kept}
        return f"project-keep {', '.join(kept)}{self._random.choice(('', ', b*', ''))}"

    def _rename(self) -> str:
        (old,), new = self._sample(1), self._new()
        self._columns = {new if name == old else name: type_ for name, type_ in self._columns.items()}
        return f"project-rename {new} = {old}"

    def _reorder(self) -> str:
        return f"project-reorder {', '.join(self._sample())}{self._random.choice(('', ', *', ' asc'))}"

    def _summarize(self) -> str:
        by: Columns = {}
        made: list[str] = []
        for _ in range(self._random.randint(1, 3)):
            aggregate = self._filled(self._random.choice(_AGGREGATES), 1)
            made.append(f"{self._new()} = {aggregate}" if self._random.random() < 0.4 else aggregate)
        keys = self._keys(by)
        self._columns = by
        return f"summarize {', '.join(made)}{f' by {keys}' if keys else ''}"

    def _keys(self, by: Columns) -> str:
        keys = []
        for _ in range(self._random.randint(0, 2)):
            name = self._random.choice(list(self._columns) or ["a"])
            type_ = self._columns.get(name, "long")
            by[name] = "datetime" if type_ == "datetime" else type_
            keys.append({"datetime": f"bin({name}, 1h)", "dynamic": f"{name} = tostring({name})"}.get(type_, name))
            by[name] = "string" if type_ == "dynamic" else type_
        return ", ".join(dict.fromkeys(keys))

    def _distinct(self) -> str:
        names = [name for name in self._sample() if self._columns.get(name) != "dynamic"] or ["*"]
        if names != ["*"]:
            self._columns = {name: self._columns.get(name, "long") for name in names}
        return f"distinct {', '.join(names)}"

    def _order(self) -> str:
        word = self._random.choice(("sort by", "order by"))
        way = self._random.choice(("", " asc", " desc", " asc nulls first"))
        return f"{word} {self._value(self._random.choice(('long', 'string', 'datetime', 'real')), 1)}{way}"

    def _top(self) -> str:
        return f"top 5 by {self._value(self._random.choice(('long', 'real', 'datetime')), 1)}"

    def _take(self) -> str:
        return self._random.choice(
            ("take 5", "limit 10", "sample 3", "serialize", "as X", "render table", "take 2 * 3")
        )

    def _count(self) -> str:
        self._columns = {"Count": "long"}
        return "count"

    def _expand(self) -> str:
        value = self._value("dynamic", 1)
        form = self._random.choice(("{}", "{}", "{} to typeof(string)", "{} limit 5"))
        if self._random.random() < 0.5:
            return f"mv-expand {form.format(value)}"
        name = self._new()
        self._columns[name] = "string" if "typeof" in form else "dynamic"
        return f"mv-expand {form.format(f'{name} = {value}')}"

    def _apply(self) -> str:
        name, before = self._new(), dict(self._columns)
        value = self._value("dynamic", 1)
        self._columns[name] = "dynamic"
        inner = self._random.choice((self._where, self._extend, self._summarize, self._take))()
        self._columns = before
        return f"mv-apply {name} = {value} on ({inner})"

    def _parse(self) -> str:
        value, one, two = self._value("string", 0), self._new(), self._new()
        self._columns |= {one: "string", two: "long"}
        return self._random.choice(("parse", "parse-where")) + f' {value} with * "x" {one} "y" {two}:long *'

    def _join(self) -> str:
        own = dict(self._columns)
        kind = self._random.choice(JOINS.split())
        right = f"({self._pipe(1)})"
        theirs, self._columns = self._columns, own
        pairs = [(one, two) for one in own for two in theirs if own[one] == theirs[two] != "dynamic"]
        if not pairs:
            return f"join kind={kind} {right} on a"
        one, two = self._random.choice(pairs)
        on = one if one == two else f"$left.{one} == $right.{two}"
        if kind in ("rightanti", "rightsemi"):
            self._columns = theirs
        return f"join kind={kind} {right} on {on}"

    def _lookup(self) -> str:
        text = [name for name, type_ in self._columns.items() if type_ == "string"]
        return f"lookup U on $left.{self._random.choice(text or ['b'])} == $right.a"

    def _union(self) -> str:
        before = dict(self._columns)
        other = f"({self._pipe(1)})"
        self._columns = {name: type_ for name, type_ in self._columns.items() if before.get(name) == type_}
        return f"union {self._random.choice(('', 'kind=outer ', 'isfuzzy=true '))}{other}"

    def _series(self) -> str:
        times = [name for name, type_ in self._columns.items() if type_ == "datetime"]
        time = self._random.choice(times or ["t"])
        name = self._new()
        aggregate = self._random.choice(("count()", "sum({long})", "dcount({string})", "avg({real})"))
        text = f"make-series {name} = {self._filled(aggregate, 1)} default = 0 on {time} from ago(1d) to now() step 1h"
        self._columns = {name: "dynamic", time: "dynamic"}
        return text

    def _window(self) -> str:
        name = self._new()
        value = self._random.choice(("row_number()", "prev({string})", "next({long}, 1)", "row_cumsum({long})"))
        text = f"serialize {name} = {self._filled(value, 1)}"
        self._columns[name] = "string" if "string" in value else "long"
        return text

    def _plugin(self) -> str:
        bags = [name for name, type_ in self._columns.items() if type_ == "dynamic"]
        bag = self._random.choice(bags or ["c"])
        self._columns.pop(bag, None)
        return f"evaluate bag_unpack({bag})"

    def _nested(self) -> str:
        text = [name for name, type_ in self._columns.items() if type_ == "string"]
        name = self._random.choice(text or ["b"])
        aggregate = self._filled(self._random.choice(("count()", "max({long})", "sum({real})")), 1)
        self._columns = {name: "string"}
        return f"top-nested 3 of {name} by {aggregate}"

    _operators: Sequence[Callable[["Walk"], str]] = (
        *(_where, _where, _where, _extend, _extend, _extend, _project, _project, _summarize, _summarize, _summarize),
        *(
            _away,
            _keep,
            _rename,
            _reorder,
            _distinct,
            _order,
            _top,
            _take,
            _count,
            _expand,
            _apply,
            _parse,
            _join,
            _join,
        ),
        *(_lookup, _union, _series, _window, _plugin, _nested),
    )


def broken(query: str, random: Random) -> str:
    """A query with one or two of its tokens dropped, doubled, swapped, or replaced by another of them."""
    parts = [token.text for token in tokens(query) if token.text]
    for _ in range(random.randint(1, 2)):
        at = random.randrange(len(parts))
        match random.randrange(4):
            case 0:
                parts[at : at + 1] = []
            case 1:
                parts[at:at] = [parts[at]]
            case 2:
                parts[at : at + 2] = reversed(parts[at : at + 2])
            case _:
                parts[at] = random.choice(parts)
        parts = parts or ["T"]
    return " ".join(parts)
