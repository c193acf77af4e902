"""The text that a pattern of `parse` reads columns out of."""

from typing import TYPE_CHECKING

from rulefold.kql.plan import ParseText, Value
from rulefold.synthesis.regexes import sample
from rulefold.synthesis.symbols import Cell, Spot
from rulefold.synthesis.wishes import Wish, text_of

if TYPE_CHECKING:
    from rulefold.synthesis.asking import Asking


def parse_text(solver: "Asking", relation: ParseText, text: Value, columns: dict[str, Value]) -> None:
    """Ask for the text when values for its columns have been chosen; not where none of them is asked for."""
    spots = {
        name: spot
        for name, cell in columns.items()
        if isinstance(cell, Cell) and (spot := solver.place(cell)) is not None
    }

    def back(_chosen: object) -> None:
        if not relation.only_matching and not any(map(solver.is_wished, spots.values())):
            return
        ask(solver, relation, text, spots)

    marker = solver.made(
        ("parse", id(relation), *spots.values()), relation.row.columns[next(iter(columns))].type, 0, back
    )
    solver.wish(marker, Wish("==", ""), relation.span)


def ask(solver: "Asking", relation: ParseText, text: Value, spots: dict[str, Spot]) -> None:
    """Ask for the pieces of a text."""
    pieces: list[str] = []
    for part in relation.pattern:
        match part:
            case str():
                pieces.append(sample(part) or "" if relation.kind == "regex" else part)
            case (name, _):
                spot = spots[name]
                if not solver.is_wished(spot):
                    solver.wish(spot, Wish("there"), relation.span)
                pieces.append(text_of(solver.pick(spot)))
            case None:
                pieces.append("")
    starts, ends = relation.pattern[0] is None, relation.pattern[-1] is None
    whole = "".join(pieces)
    test = {(True, True): "contains_cs", (True, False): "endswith_cs", (False, True): "startswith_cs"}
    solver.want(text, Wish(test.get((starts, ends), "=="), whole), relation.span)
