"""`rulefold kql`: look at one query."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulefold.cli.options import (
    catalogue_of,
    exit_code,
    functions_option,
    pages_argument,
    tables_option,
    watchlists_option,
    workspace_of,
)
from rulefold.cli.terminal import counted, plain, print_diagnostic, print_table

if TYPE_CHECKING:
    from rulefold.diagnostics import Diagnostic
    from rulefold.kql import Analysis
    from rulefold.text import Source

_QUERY = "FILE|ID|-"


@click.group()
def kql() -> None:
    """Check, show or format one query.

    It is a file, - for standard input, or the id or title of a detection of PAGES, which are catalog/ when not given.
    """


@kql.command()
@click.argument("query", metavar=_QUERY)
@pages_argument
@tables_option
@functions_option
@watchlists_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(
    query: str,
    pages: tuple[str, ...],
    tables: tuple[Path, ...],
    functions: tuple[Path, ...],
    watchlists: Path | None,
    form: str,
) -> int:
    """Say what is wrong with a query, and what it reads and returns."""
    from rulefold.kql import analyse
    from rulefold.queries import placed

    source = _source(query, pages)
    workspace = workspace_of(tables, functions, watchlists=watchlists)
    analysis = analyse(source.text, workspace.tables, workspace.functions, workspace.watchlist_columns)
    told = placed(analysis.diagnostics, source)
    if form == "json":
        _print_json(analysis, told)
    else:
        for diagnostic in told:
            print_diagnostic(diagnostic)
        _print_analysis(analysis)
    return exit_code([str(one.severity) for one in told], strict=False)


def _print_analysis(analysis: "Analysis") -> None:
    for table in analysis.tables:
        names = ", ".join(map(plain, analysis.fields.get(table, ())))
        click.echo(f"reads {plain(table)}{': ' if names else ''}{names}")
    if analysis.columns is not None and not analysis.errors:
        click.echo(f"returns {counted(len(analysis.columns), 'column')}:")
        print_table(("COLUMN", "TYPE"), [(plain(one.name), str(one.type)) for one in analysis.columns])


def _print_json(analysis: "Analysis", told: "list[Diagnostic]") -> None:
    import json

    from rulefold.diagnostics import as_data

    columns = None if analysis.columns is None else [{"name": c.name, "type": str(c.type)} for c in analysis.columns]
    data = {
        "diagnostics": [as_data(one) for one in told],
        "tables": list(analysis.tables),
        "functions": list(analysis.functions),
        "fields": {table: list(names) for table, names in analysis.fields.items()},
        "columns": columns,
    }
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


@kql.command()
@click.argument("query", metavar=_QUERY)
@pages_argument
def tree(query: str, pages: tuple[str, ...]) -> int:
    """Show the syntax of a query as an outline."""
    from rulefold.kql.outline import outline
    from rulefold.kql.parse import parse
    from rulefold.queries import placed

    source = _source(query, pages)
    found, faults = parse(source.text)
    click.echo(plain(outline(found)), nl=False)
    for diagnostic in placed(faults, source):
        print_diagnostic(diagnostic)
    return 1 if faults else 0


@kql.command()
@click.argument("query", metavar=_QUERY)
@pages_argument
@click.option("--write", is_flag=True, help="Write the file, in place of printing.")
@click.option("--check", "only_check", is_flag=True, help="Print nothing; exit with 1 where it is formatted otherwise.")
def fmt(query: str, pages: tuple[str, ...], write: bool, only_check: bool) -> int:
    """Format a query: one operator a line, comments kept."""
    from rulefold.kql.layout import fmt as formatted
    from rulefold.queries import placed

    source = _source(query, pages)
    text, faults = formatted(source.text)
    for diagnostic in placed(faults, source):
        print_diagnostic(diagnostic)
    if faults:
        return 1
    if only_check:
        return 0 if text == source.text else 1
    if write and Path(query).is_file():
        Path(query).write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    return 0


def _source(query: str, pages: tuple[str, ...]) -> "Source":
    """The text of a query: of a file, of standard input, or of a detection."""
    from rulefold.cli.browse import find
    from rulefold.text import Source

    if query == "-":
        return Source.decode("<stdin>", sys.stdin.buffer.read())
    path = Path(query)
    if path.is_file():
        return Source.decode(query, path.read_bytes())
    if path.suffix in (".kql", ".csl", ".txt"):
        raise click.UsageError(f"{query}: no such file")
    detection = find(catalogue_of(pages), query)
    return Source.decode(f"{detection.key}.kql", detection.query.encode("utf-8", "surrogateescape"))
