"""Stored functions for Azure Data Explorer, one a rule: a script of `.create-or-alter function`.

The script is run as it is, or behind `.execute database script <|`.  Source: Kusto documentation,
".create-or-alter function command" and "Entity names".
"""

from collections.abc import Iterator

from rulefold.model import Catalogue, Detection
from rulefold.targets.exceeding import is_function_body, no_kql, of_a_workspace
from rulefold.targets.frame import Emitted, Loss, Options, made_name
from rulefold.targets.kql_text import is_closed
from rulefold.targets.literals import kql
from rulefold.targets.sentinel import without_place


def emit(catalogue: Catalogue, _: Options) -> Emitted:
    """`functions.kql`: each rule as a function without parameters, in a folder of its type."""
    commands, losses = [], []
    for d in catalogue.detections:
        if reason := _fault(d.query):
            losses.append(Loss(d.key, "query", reason, refused=True))
        else:
            commands.append(_command(d))
            losses += _losses(d)
    places = ("tactics", "techniques", "platforms", "connectors", "severity", "schedule", "url", "ingested_date")
    said = without_place(catalogue, *places)
    files = {"functions.kql": "\n".join(commands)} if commands else {}
    return Emitted(files, (*said, *losses))


def _fault(query: str) -> str | None:
    """Why a query cannot be the body of a function: it must not end before the function does."""
    if not query.strip():
        return "empty"
    if "\0" in query:
        return "has a NUL, which a script cannot hold"
    if not is_closed(query):
        return "its quotes or brackets do not close, and the function would not end where it does"
    if any(line.lstrip().startswith(".") for line in query.splitlines()):
        return "a line of it begins with a dot, and a script would take that for the next command"
    if not is_function_body(query):
        return "has statements that the body of a function cannot have"
    return None


def _losses(d: Detection) -> Iterator[Loss]:
    """What will not run as it is written: the function can be made all the same."""
    yield from no_kql(d)
    if names := of_a_workspace(d):
        yield Loss(d.key, "query", "calls functions that only a workspace of Sentinel has", ", ".join(names))


def _command(d: Detection) -> str:
    """The command that makes the function; tables that are not there do not hinder it."""
    docstring = kql(f"{d.title}\n\n{d.description}" if d.description else d.title)
    properties = f'docstring = {docstring}, folder = {kql(d.type or "Other")}, skipvalidation = "true"'
    body = d.query.removesuffix("\n")
    return f".create-or-alter function with ({properties}) {made_name(d.title, d.key)}() {{\n{body}\n}}\n"
