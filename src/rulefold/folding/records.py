"""The gathered rows of one page as data for JSON, and back."""

from array import array
from typing import Any

from rulefold.diagnostics import from_record as diagnostic_of
from rulefold.diagnostics import to_record as record_of
from rulefold.folding.rules import Axes, Gathered, Rule, Seen, Stated
from rulefold.text import Place

Record = list[Any]


def to_record(gathered: Gathered) -> Record:
    """The rows of one page as lists, texts and numbers; the page's name is left out."""
    rules = [_record(rule) for variants in gathered.groups.values() for rule in variants.values()]
    return [gathered.rows, rules]


def from_record(record: Record, page: str) -> Gathered:
    """The rows of the page with this name, from what `to_record` made of them."""
    rows, rules = record
    gathered = Gathered(rows=rows)
    for one in rules:
        gathered.put(_rule(one, page))
    return gathered


def _record(rule: Rule) -> Record:
    return [
        rule.order,
        [[stated.values, stated.at.tolist(), stated.order, stated.rows] for stated in rule.stated.values()],
        [[*axes, *_seen_record(seen)] for axes, seen in rule.rows.items()],
        rule.repeated,
        rule.again and _seen_record(rule.again),
        next(iter(rule.lines.values())),
        [[*about, record_of(remark)] for about, remark in rule.remarks.items()],
    ]


def _rule(record: Record, page: str) -> Rule:
    order, stated, rows, repeated, again, lines, remarks = record
    return Rule(
        order,
        {
            values: Stated(values, page, array("I", at), number, count)
            for given, at, number, count in stated
            for values in [tuple(given)]
        },
        {Axes(*row[:5]): _seen(row[5:], page) for row in rows},
        repeated,
        again and _seen(again, page),
        {page: [(first, last) for first, last in lines]},
        {(kind, about): diagnostic_of(remark) for kind, about, remark in remarks},
    )


def _seen_record(seen: Seen) -> Record:
    return [seen.order, seen.place.line, seen.place.column]


def _seen(record: Record, page: str) -> Seen:
    order, line, column = record
    return Seen(order, Place(page, line, column))
