"""The table of functions: well-formed, resolved as Kusto documents it, and held against the official binder's facts."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rulefold.kql.functions import (
    FUNCTIONS,
    Argument,
    Call,
    Function,
    Kind,
    Operand,
    Parameter,
    Reason,
    Result,
    Rule,
    Signature,
    Special,
    accepts,
    assign,
    lookup,
    resolve,
    result_type,
    similar,
    wider,
)
from rulefold.kql.functions.signature import MANY, read_signatures
from rulefold.kql.types import Type


def operands(text: str) -> tuple[Operand, ...]:
    """The types of arguments, as the cases below write them."""
    return tuple(Special(one) if one in set(Special) else Type(one) for one in text.split())


def called(call: str) -> tuple[Function, tuple[Operand, ...]]:
    """The function and the types of a call such as `bin(datetime timespan)`, `sum(int)` or `bag_unpack(dynamic)`."""
    name, _, arguments = call.removesuffix(")").partition("(")
    function = next(filter(None, (lookup(name, kind) for kind in Kind)))
    return function, operands(arguments)


def test_no_two_rows_have_a_name_in_common() -> None:
    names = Counter((row.kind, name) for row in FUNCTIONS for name in (row.name, *row.aliases))
    assert [name for name, count in names.items() if count > 1] == []
    assert Counter(row.kind for row in FUNCTIONS) == {Kind.SCALAR: 328, Kind.AGGREGATE: 58, Kind.PLUGIN: 24}


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: f"{row.kind}-{row.name}")
def test_a_row_is_well_formed(row: Function) -> None:
    assert row.signatures
    assert row.meaning.endswith(".")
    assert row.meaning[0].isupper() or row.meaning[0] in "-1"
    assert "\n" not in row.meaning
    for signature in row.signatures:
        names = [one.name for one in signature.parameters]
        assert len(names) == len(set(names))
        assert all(one.accepts and one.least <= one.most for one in signature.parameters)
        assert signature.result.rule is not Rule.COLUMNS or signature.result.columns
        named = {name.removeprefix("@") for name, type_ in signature.result.columns if not type_ and name != "*"}
        assert named <= set(names)
        required = [one.least > 0 for one in signature.parameters if not one.repeats]
        assert required == sorted(required, reverse=True) or row.name == "case", "what is optional stands last"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(a: string)",
        "a: string -> long",
        "(a string) -> long",
        "(a: text) -> long",
        "(a: string) -> number",
        "(a: string) -> @b",
        "(a: string!) -> long",
        "(a: string{x|y) -> long",
        "(a: column) -> long",
        "(a: string) -> long;(b: string) -> long",
    ],
)
def test_a_signature_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"found|is not a valid"):
        read_signatures(text)


def test_a_signature_is_read_whole() -> None:
    (signature,) = read_signatures(
        "(a: literal string{x|y}, b: constant integer/array?, c: number[2..]) -> promoted @b"
    )
    integer_or_array = frozenset({Type.INT, Type.LONG, Type.DYNAMIC})
    numbers = frozenset({Type.INT, Type.LONG, Type.REAL, Type.DECIMAL})
    assert signature.parameters == (
        Parameter("a", "string", frozenset({Type.STRING}), values=("x", "y"), argument=Argument.LITERAL),
        Parameter("b", "integer/array", integer_or_array, least=0, argument=Argument.CONSTANT),
        Parameter("c", "number", numbers, least=2, most=MANY),
    )
    assert (signature.result.rule, signature.result.parameter) == (Rule.PROMOTED, "b")
    assert (signature.least, signature.most) == (3, MANY)


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("abs", Kind.SCALAR, "abs"),
        ("iif", Kind.SCALAR, "iff"),
        ("pack_dictionary", Kind.SCALAR, "bag_pack"),
        ("makeset", Kind.AGGREGATE, "make_set"),
        ("any", Kind.AGGREGATE, "any"),
        ("bag_unpack", Kind.PLUGIN, "bag_unpack"),
        ("Abs", Kind.SCALAR, None),
        ("ToString", Kind.SCALAR, None),
        ("makeset", Kind.SCALAR, None),
        ("abs", Kind.AGGREGATE, None),
        ("bag_unpack", Kind.SCALAR, None),
        ("", Kind.SCALAR, None),
    ],
)
def test_lookup(name: str, kind: Kind, found: str | None) -> None:
    row = lookup(name, kind)
    assert (row and row.name) == found


@pytest.mark.parametrize(
    ("name", "kind", "best"),
    [
        ("ToString", Kind.SCALAR, "tostring"),
        ("strcatt", Kind.SCALAR, "strcat"),
        ("isnotemtpy", Kind.SCALAR, "isnotempty"),
        ("make_lst", Kind.AGGREGATE, "make_list"),
        ("bagunpack", Kind.PLUGIN, "bag_unpack"),
    ],
)
def test_similar_names(name: str, kind: Kind, best: str) -> None:
    found = similar(name, kind)
    assert found[0] == best
    assert len(found) <= 3


def test_nothing_is_similar_to_a_name_from_elsewhere() -> None:
    assert similar("zqx") == ()
    assert "bag_unpack" not in similar("bag_unpack")  # a plug-in, not a scalar function


# The types are those of Kusto's language reference: the page of each function, and "Scalar data types".
RESULTS = {
    "abs(int)": "long",
    "abs(real)": "real",
    "abs(timespan)": "timespan",
    "ago(timespan)": "datetime",
    "array_length(dynamic)": "long",
    "avg(int)": "real",
    "avg(decimal)": "decimal",
    "avg(timespan)": "timespan",
    "bag_pack(string long string dynamic)": "dynamic",
    "bin(datetime timespan)": "datetime",
    "bin(int int)": "long",
    "bin(int real)": "real",
    "bin(timespan timespan)": "timespan",
    "case(bool string string)": "string",
    "case(bool int bool long real)": "real",
    "case(bool string bool dynamic string)": "string",
    "coalesce(int real)": "real",
    "count()": "long",
    "datetime_part(string datetime)": "int",
    "dayofweek(datetime)": "timespan",
    "dcount(string int)": "long",
    "endofday(datetime int)": "datetime",
    "extract(string int string)": "string",
    "iff(bool dynamic string)": "string",
    "iff(bool int long)": "long",
    "iff(bool int string)": "dynamic",
    "iff(bool dynamic dynamic)": "dynamic",
    "make_datetime(string)": "datetime",
    "make_list(string)": "dynamic",
    "make_timespan(int int int)": "timespan",
    "max(datetime)": "datetime",
    "max(string)": "string",
    "max_of(int real)": "real",
    "next(string long string)": "string",
    "pack_array(*)": "dynamic",
    "parse_json(dynamic)": "dynamic",
    "percentile(int real)": "long",
    "percentile(datetime int)": "datetime",
    "prev(datetime)": "datetime",
    "range(datetime datetime timespan)": "dynamic",
    "round(real int)": "real",
    "series_stats(dynamic)": "real",
    "split(string string)": "dynamic",
    "strcat(string int datetime)": "string",
    "strlen(string)": "long",
    "sum(int)": "long",
    "sum(timespan)": "timespan",
    "take_anyif(guid bool)": "guid",
    "tostring(dynamic)": "string",
    "url_decode(dynamic)": "string",
}


@pytest.mark.parametrize(("call", "type_"), RESULTS.items())
def test_the_type_of_a_result(call: str, type_: str) -> None:
    function, types = called(call)
    assert result_type(function, types) == type_


REFUSED = {
    "abs()": (Reason.COUNT, None),
    "abs(string)": (Reason.AMBIGUOUS, None),
    "abs(dynamic)": (Reason.AMBIGUOUS, None),
    "ago(int)": (Reason.TYPE, 0),
    "ago(timespan timespan)": (Reason.COUNT, None),
    "array_length(string)": (Reason.TYPE, 0),
    "avg(string)": (Reason.AMBIGUOUS, None),
    "bag_keys(string)": (Reason.TYPE, 0),
    "bag_pack(string)": (Reason.COUNT, None),
    "bag_pack(string int string)": (Reason.COUNT, None),
    "bag_pack(int string)": (Reason.TYPE, 0),
    "bin(string int)": (Reason.TYPE, 0),
    "case(bool string)": (Reason.COUNT, None),
    "case(bool string bool string)": (Reason.COUNT, None),
    "case(string string string)": (Reason.TYPE, 0),
    "coalesce(int)": (Reason.COUNT, None),
    "coalesce(int string)": (Reason.COMMON, None),
    "coalesce(string dynamic)": (Reason.TYPE, 0),
    "count(string)": (Reason.TYPE, 0),
    "countif(int)": (Reason.TYPE, 0),
    "dayofweek(string)": (Reason.TYPE, 0),
    "hash(dynamic)": (Reason.TYPE, 0),
    "hll(real)": (Reason.TYPE, 0),
    "iff(string int int)": (Reason.TYPE, 0),
    "ipv4_is_private(int)": (Reason.TYPE, 0),
    "make_bag(string)": (Reason.TYPE, 0),
    "max(dynamic)": (Reason.TYPE, 0),
    "max(guid)": (Reason.TYPE, 0),
    "max_of(datetime int)": (Reason.COMMON, None),
    "max_of(datetime dynamic)": (Reason.TYPE, 1),
    "now(datetime)": (Reason.TYPE, 0),
    "not(int)": (Reason.TYPE, 0),
    "pack_array(* string)": (Reason.TYPE, 0),
    "pi(int)": (Reason.COUNT, None),
    "round(string)": (Reason.TYPE, 0),
    "row_number(string)": (Reason.TYPE, 0),
    "strcat()": (Reason.COUNT, None),
    "strcat(*)": (Reason.TYPE, 0),
    "strlen(int)": (Reason.TYPE, 0),
    "sum(string)": (Reason.TYPE, 0),
    "todynamic(int)": (Reason.TYPE, 0),
    "toguid(int)": (Reason.TYPE, 0),
    "toint(tabular)": (Reason.TYPE, 0),
    "tolong(type)": (Reason.TYPE, 0),
    "trim(string int)": (Reason.TYPE, 1),
}


@pytest.mark.parametrize(("call", "fault"), REFUSED.items())
def test_a_call_that_is_refused(call: str, fault: tuple[Reason, int | None]) -> None:
    function, types = called(call)
    found = resolve(function, types).fault
    assert found is not None
    assert (found.reason, found.argument) == fault
    assert result_type(function, types) is None


@pytest.mark.parametrize(
    ("call", "type_"),
    [
        ("tolower(unknown)", "string"),  # what is unknown is taken everywhere
        ("abs(unknown)", "unknown"),  # and leaves open what depends on it
        ("max(unknown)", "unknown"),
        ("strcat(unknown unknown)", "string"),
        ("iff(bool unknown string)", "unknown"),
        ("make_datetime(unknown)", "datetime"),
        ("bin(unknown timespan)", "unknown"),
    ],
)
def test_an_unknown_type_is_no_fault(call: str, type_: str) -> None:
    function, types = called(call)
    assert result_type(function, types) == type_


def test_the_type_of_a_refused_call_is_known_where_it_does_not_depend_on_the_fault() -> None:
    call = resolve(*called("tolower()"))
    assert call.fault
    assert call.type is Type.STRING


def test_what_the_binder_must_decide_has_no_type() -> None:
    for text in ("arg_max(datetime *)", "extract(string long string type)", "bag_unpack(dynamic)", "pivot(string)"):
        call = resolve(*called(text))
        assert (call.fault, call.type) == (None, None), text
        assert result_type(*called(text)) is None, text
    assert resolve(*called("table(string)")).type is Special.TABULAR


def names_of(call: Call) -> list[str]:
    return [one.name if one else "" for one in call.parameters]


@pytest.mark.parametrize(
    ("call", "names"),
    [
        ("case(bool int bool int int)", "predicate then predicate then else"),
        ("bag_pack(string int string int)", "key value key value"),
        ("array_sort_asc(dynamic dynamic bool)", "arrays arrays nulls_last"),
        ("array_sort_asc(dynamic dynamic)", "arrays arrays"),
        ("sequence_detect(datetime timespan timespan bool bool string)",
         "TimelineColumn MaxSequenceStepWindow MaxSequenceSpan Expr Expr Dimension"),
        ("ipv4_lookup(tabular string string string bool)",
         "LookupTable SourceIPv4Key IPv4LookupKey ExtraKey return_unmatched"),
        ("pi(int)", ""),
    ],
)  # fmt: skip
def test_each_argument_has_its_parameter(call: str, names: str) -> None:
    function, types = called(call)
    assert names_of(resolve(function, types)) == names.split(" ")
    assert list(assign(function.signatures[0], types)) == list(resolve(function, types).parameters)


def test_accepts_asks_one_signature() -> None:
    integers, numbers, spans = called("abs(int)")[0].signatures
    assert [accepts(one, (Type.REAL,)) for one in (integers, numbers, spans)] == [False, True, False]
    assert [accepts(one, (Type.INT,)) for one in (integers, numbers, spans)] == [True, True, False]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("int", "long", "long"),
        ("real", "long", "real"),
        ("decimal", "real", "decimal"),
        ("dynamic", "long", "dynamic"),
        ("unknown", "dynamic", "unknown"),
        ("guid", "guid", "guid"),
        ("string", "long", None),
        ("bool", "int", None),
        ("datetime", "timespan", None),
    ],
)
def test_the_wider_of_two_types(one: str, other: str, both: str | None) -> None:
    assert wider(Type(one), Type(other)) == both
    assert wider(Type(other), Type(one)) == both


# --- Against the facts of the official binder.

LEFT_OUT = {
    "geography": """
        geo_angle geo_azimuth geo_closest_point_on_line geo_closest_point_on_polygon geo_distance_2points
        geo_distance_point_to_line geo_distance_point_to_polygon geo_from_wkt geo_geohash_neighbors
        geo_geohash_to_central_point geo_geohash_to_polygon geo_h3cell_children geo_h3cell_level geo_h3cell_neighbors
        geo_h3cell_parent geo_h3cell_rings geo_h3cell_to_central_point geo_h3cell_to_polygon geo_intersection_2lines
        geo_intersection_2polygons geo_intersection_line_with_polygon geo_intersects_2lines geo_intersects_2polygons
        geo_intersects_line_with_polygon geo_line_buffer geo_line_centroid geo_line_densify geo_line_interpolate_point
        geo_line_length geo_line_locate_point geo_line_simplify geo_line_to_s2cells geo_point_buffer
        geo_point_in_circle geo_point_in_polygon geo_point_to_geohash geo_point_to_h3cell geo_point_to_s2cell
        geo_polygon_area geo_polygon_buffer geo_polygon_centroid geo_polygon_densify geo_polygon_perimeter
        geo_polygon_simplify geo_polygon_to_h3cells geo_polygon_to_s2cells geo_s2cell_neighbors
        geo_s2cell_to_central_point geo_s2cell_to_polygon geo_simplify_polygons_array geo_union_lines_array
        geo_union_polygons_array
        geo_line_lookup geo_polygon_lookup
    """,
    "graphs": "all any graph inner_nodes labels map node_degree_in node_degree_out node_id",
    "machine learning": "ai_chat_completion ai_chat_completion_prompt ai_embeddings",
    "code that runs elsewhere": "csharp python r",
    "data from elsewhere": """
        azure_digital_twins_query_request cosmosdb_sql_request execute_query execute_show_command http_request
        http_request_post infer_storage_schema infer_storage_schema_with_suggestions mysql_request sql_request
    """,
    "not documented": "external_datatable identity_v3",
}

KINDS = {
    "CommonOrderable": "common-orderable",
    "CommonScalar": "common",
    "CommonScalarOrDynamic": "common-dynamic",
    "DynamicArray": "array",
    "DynamicBag": "bag",
    "Integer": "integer",
    "IntegerOrArray": "integer/array",
    "NotDynamic": "nondynamic",
    "NotRealOrBool": "countable",
    "Number": "number",
    "Orderable": "orderable",
    "Scalar": "scalar",
    "StringOrArray": "string/array",
    "StringOrDynamic": "string/dynamic",
    "Summable": "summable",
    "Tabular": "tabular",
}
RESULT_RULES = {  # the rule, and which parameter it names
    "Common": (Rule.COMMON, None),
    "CommonNonDynamic": (Rule.COMMON_NONDYNAMIC, None),
    "Declared": (Rule.TYPE, None),
    "Parameter0": (Rule.ARGUMENT, 0),
    "Parameter0Array": (Rule.TYPE, None),
    "Parameter0Cluster": (Rule.SPECIAL, None),
    "Parameter0Database": (Rule.SPECIAL, None),
    "Parameter0EntityGroup": (Rule.SPECIAL, None),
    "Parameter0ExternalTable": (Rule.TABULAR, None),
    "Parameter0MaterializedView": (Rule.TABULAR, None),
    "Parameter0Promoted": (Rule.PROMOTED, 0),
    "Parameter0StoredQueryResult": (Rule.TABULAR, None),
    "Parameter0Table": (Rule.TABULAR, None),
    "Parameter1": (Rule.ARGUMENT, 1),
    "ParameterNLiteral": (Rule.TYPE_OF, -1),
    "Widest": (Rule.WIDEST, None),
}
# What the facts leave to code of the binder ("Custom", and the one table whose columns are declared).
BY_CODE = {Rule.COLUMNS, Rule.ESTIMATED, Rule.SPECIAL, Rule.TYPE}
COMPUTED = {  # names of columns that the facts leave to code of the binder; asked of it one by one
    "arg_max": "@1, @returned",
    "arg_min": "@1, @returned",
    "array_sort_asc": "@arrays_sorted",
    "array_sort_desc": "@arrays_sorted",
    "percentile": "percentile_@1_@percentile",
    "percentiles": "percentile_@1_@percentile",
    "percentiles_array": "percentiles_@1",
    "percentilesw": "percentile_@1_@percentile",
    "percentilesw_array": "percentiles_@1",
    "percentilew": "percentile_@1_@percentile",
    "take_any": "@expr",
}


@pytest.fixture(scope="module")
def facts(shared: Path) -> list[dict[str, Any]]:
    text = (shared / "kusto" / "functions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def kind_of(fact: dict[str, Any]) -> Kind:
    return {"function": Kind.SCALAR, "aggregate": Kind.AGGREGATE, "plugin": Kind.PLUGIN}[fact["kind"]]


def test_all_functions_are_there_but_those_that_are_left_out(facts: list[dict[str, Any]]) -> None:
    left_out = {name for names in LEFT_OUT.values() for name in names.split()}
    missing = {fact["name"] for fact in facts if not lookup(fact["name"], kind_of(fact))}
    assert missing == left_out


def test_what_the_catalogue_calls_is_there(shared: Path) -> None:
    """The construct counts name functions as `fn:name: 12` and aggregates as `agg:name: 12`."""
    text = (shared / "kusto" / "features.txt").read_text(encoding="utf-8").partition("== curve")[0]
    found = set(re.findall(r"^(fn|agg):(\w+): \d+", text, re.MULTILINE))
    assert len(found) > 140
    kinds = {"fn": (Kind.SCALAR, Kind.PLUGIN), "agg": (Kind.AGGREGATE,)}
    unknown = {name for kind, name in found if not any(lookup(name, one) for one in kinds[kind])}
    assert unknown == set()


# What the engine does, as its documentation shows, and the facts of the binder do not say: seconds that are no whole
# number, and the second name in that of a column.
THE_ENGINES_OWN = {"make_timespan", "covariance", "covarianceif", "covariancep", "covariancepif"}


def test_the_table_agrees_with_the_facts(facts: list[dict[str, Any]]) -> None:
    wrong = []
    for fact in facts:
        row = lookup(fact["name"], kind_of(fact))
        if row and row.name not in THE_ENGINES_OWN:
            stated, found = [*map(stated_parameters, fact["signatures"])], [*map(found_parameters, row.signatures)]
            wrong += [f"{row.name}: {found}, stated {stated}"] if stated != found else []
            results = [one.result for one in row.signatures]
            odd = [result for result, one in zip(results, fact["signatures"], strict=False) if not agrees(result, one)]
            wrong += [f"{row.name}: {odd}"] if odd else []
            wrong += [f"{row.name}: {row.column}"] if row.column != column_of(fact, row) else []
    assert wrong == []


def stated_parameters(fact: dict[str, Any]) -> list[tuple[str, int, int, tuple[str, ...]]]:
    """Kind, bounds and values of each parameter of a signature in the facts."""
    return [
        (
            "/".join(one["types"]) if one["kind"] == "Declared" else KINDS[one["kind"]],
            one.get("min", 1),
            one.get("max", 1),
            tuple(one.get("values", ())),
        )
        for one in fact["parameters"]
    ]


def found_parameters(signature: Signature) -> list[tuple[str, int, int, tuple[str, ...]]]:
    """The same of a signature in the table."""
    return [(one.kind, one.least, one.most, one.values) for one in signature.parameters]


def agrees(result: Result, fact: dict[str, Any]) -> bool:
    """Whether the result of a signature is the one in the facts, or one that they leave to code."""
    if fact["returns"] == "Custom" or (fact["returns"] == "Declared" and not fact.get("type")):
        return result.rule in BY_CODE and result.type in {None, Type.DYNAMIC}
    rule, place = RESULT_RULES[fact["returns"]]
    name = "" if place is None else fact["parameters"][place]["name"]
    type_ = fact.get("type", "dynamic") if rule is Rule.TYPE else None
    return (result.rule, result.parameter, result.type) == (rule, name, type_)


def column_of(fact: dict[str, Any], row: Function) -> str:
    """The rule of the column name, as the facts have it."""
    rule = fact["result_name"]
    prefix = rule.get("prefix", "")
    several = row.signatures[0].result.rule is Rule.COLUMNS and row.kind is Kind.SCALAR
    return {
        "Default": COMPUTED.get(fact["name"], f"{fact['name']}_@1_*" if several else ""),
        "FirstArgument": "@1",
        "FirstArgumentValueIfColumn": "column @1",
        "NameAndFirstArgument": f"{fact['name']}_@1",
        "OnlyArgument": "single @1",
        "PrefixAndFirstArgument": f"{prefix}_@1",
        "PrefixOnly": f"={prefix}",
    }[str(rule["kind"])]
