"""What DuckDB reads files by."""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb.failing import failing
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.steps import select, star

_LONGEST_LINE = 64 * 1024 * 1024
LINE = "line"
_BOM = "\ufeff"


def _option(name: str, value: Node) -> Node:
    return exp.PropertyEQ(this=exp.Identifier(this=name), expression=value)


def _scan(function: str, paths: Sequence[str], keys: Sequence[str], *options: Node) -> exp.Select:
    """SELECT * of files; columns that names of folders state are read as text."""
    listed = exp.Array(expressions=[sql.string(path) for path in paths])
    by_folder = (
        [_option("hive_partitioning", sql.true()), _option("hive_types_autocast", sql.false())]
        if keys
        else [_option("hive_partitioning", sql.false())]
    )
    return select([star()], exp.From(this=exp.Table(this=call(function, listed, *by_folder, *options))))


def _columns(columns: Mapping[str, str]) -> Node:
    pairs = [exp.PropertyEQ(this=sql.string(name), expression=sql.string(type_)) for name, type_ in columns.items()]
    return _option("columns", exp.Struct(expressions=pairs))


def json(paths: Sequence[str], keys: Sequence[str], columns: Mapping[str, str], form: str) -> exp.Select:
    """Columns of JSON lines or arrays of objects; what is no object is an error, not a value."""
    options = [_option("records", sql.true()), _option("format", sql.string(form))]
    return _scan("read_json", paths, keys, _columns(columns), *options)


def json_inferred(paths: Sequence[str], keys: Sequence[str], form: str) -> exp.Select:
    """The same with the columns and types that all the rows have."""
    options = [_option("records", sql.true()), _option("format", sql.string(form))]
    whole = [_option("sample_size", sql.number(-1)), _option("maximum_depth", sql.number(2))]
    return _scan("read_json", paths, keys, *options, *whole)


def json_objects(paths: Sequence[str], keys: Sequence[str], form: str) -> exp.Select:
    """Each object whole, as the column `json`."""
    return _scan("read_json_objects", paths, keys, _option("format", sql.string(form)))


def member_names(objects: exp.Select) -> exp.Select:
    """The names of all members of objects, each once."""
    names = call("unnest", call("json_keys", sql.column("json")))
    inner = exp.From(this=exp.Subquery(this=objects, alias=exp.TableAlias(this=sql.name("given"))))
    return select([sql.alias(names, "name")], inner, distinct=True)


def member(name: str) -> Node:
    """A member of an object by its exact name."""
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return call("json_extract", sql.column("json"), sql.string(pointer))


def first_line(path: str) -> exp.Select:
    """The first line of a text."""
    options = {"delim": "\x1f", "quote": "", "escape": ""}
    query = _scan("read_csv", [path], (), *_plain_csv({LINE: "VARCHAR"}, options), _option("strict_mode", sql.false()))
    query.set("limit", exp.Limit(expression=sql.number(1)))
    return query


def csv(paths: Sequence[str], keys: Sequence[str], count: int, delimiter: str) -> exp.Select:
    """The columns of a CSV file by their position: `c0`, `c1` …, as text."""
    columns = {f"c{n}": "VARCHAR" for n in range(count)}
    options = {"delim": delimiter, "quote": '"', "escape": '"'}
    return _scan("read_csv", paths, keys, *_plain_csv(columns, options), _option("header", sql.true()))


def records(path: str, count: int, delimiter: str, *, skip_first: bool, quoted: bool) -> exp.Select:
    """The fields of records by their position, as text; what is missing at the end of a record is NULL."""
    columns = {f"c{n}": "VARCHAR" for n in range(count)}
    options = {"delim": delimiter, "quote": '"' if quoted else "", "escape": '"' if quoted else ""}
    padded = [_option("null_padding", sql.true()), _option("parallel", sql.false())]
    header = _option("header", sql.true() if skip_first else sql.false())
    query = _scan("read_csv", [path], (), *_plain_csv(columns, options), header, *padded)
    if not quoted:
        marks = sql.any_of([call("contains", sql.column(name), sql.string('"')) for name in columns])
        query.set("where", _without(marks, f"found a quotation mark in {path}, whose meaning is only known for CSV"))
    if count == 1:
        empty = sql.is_null(sql.nullif(sql.column("c0"), sql.string("")))
        query.set("where", _without(empty, f"found an empty line in {path}, which may be skipped or be a value"))
    return query


def _without(wrong: Node, why: str) -> exp.Where:
    """Rows for which a test is not true; one for which it is ends the run."""
    return exp.Where(this=sql.case([(wrong, failing(why))], sql.true()))


def lines(path: str, *, skip_first: bool) -> exp.Select:
    """The lines of a text but for empty ones, as the column `line`."""
    line = exp.Identifier(this="x", quoted=False)
    there = sql.binary(exp.NEQ, exp.Column(this=line), sql.string(""))
    parts: Node = call("string_split_regex", _text(), sql.string(r"\r?\n"))
    parts = call("list_filter", parts, exp.Lambda(this=there, expressions=[line.copy()]))
    if skip_first:
        parts = call("list_slice", parts, sql.number(2), sql.number(-1))
    return select([sql.alias(call("unnest", parts), LINE)], _read_text(path))


def content(path: str) -> exp.Select:
    """A text as a whole, as the column `line`."""
    return select([sql.alias(_text(), LINE)], _read_text(path))


def _text() -> Node:
    return call("ltrim", sql.column("content"), sql.string(_BOM))


def _read_text(path: str) -> exp.From:
    return exp.From(this=exp.Table(this=call("read_text", exp.Array(expressions=[sql.string(path)]))))


def only_objects(objects: exp.Select) -> exp.Select:
    """Values of JSON all of which have to be objects."""
    other = sql.binary(exp.NEQ, call("json_type", sql.column("json")), sql.string("OBJECT"))
    objects.set("where", _without(other, "found values that are no objects, expected an object for each row"))
    return objects


def cell(number: int) -> Node:
    """A column of a CSV file by its position, NULL where it is empty.

    The engine reads a column that is only cast as one of that type, and ends at a value that is none; this is not only
    a column.
    """
    return sql.nullif(sql.column(f"c{number}"), sql.string(""))


def misfits(texts: exp.Select, names: Sequence[str], forms: Sequence[str]) -> exp.Select:
    """For each column of text, how many values there are, and for each form how many are not of it."""
    counts: list[Node] = []
    for name in names:
        counts.append(call("count", sql.column(name)))
        for form in forms:
            fits = call("regexp_full_match", sql.column(name), sql.string(form))
            counts.append(call("count_if", sql.negated(fits)))
    return select(counts, exp.From(this=exp.Subquery(this=texts, alias=exp.TableAlias(this=sql.name("given")))))


def _plain_csv(columns: Mapping[str, str], options: Mapping[str, str]) -> list[Node]:
    """Nothing of the form is found out: what does not fit is an error with its line."""
    given = [_option(name, sql.string(value)) for name, value in options.items()]
    longest = _option("max_line_size", sql.number(_LONGEST_LINE))
    return [_option("auto_detect", sql.false()), _columns(columns), *given, longest]


def parquet(paths: Sequence[str], keys: Sequence[str]) -> exp.Select:
    """The columns of Parquet; files may have different ones."""
    return _scan("read_parquet", paths, keys, _option("union_by_name", sql.true() if len(paths) > 1 else sql.false()))


def parquet_names(path: str) -> exp.Select:
    """The names of all nodes of the schema of a file, with how many are below each, in their order."""
    return select(
        [sql.column("name"), sql.column("num_children")],
        exp.From(this=exp.Table(this=call("parquet_schema", sql.string(path)))),
    )
