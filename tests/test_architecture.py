"""Imports point one way, and heavy or special packages have one importer."""

import ast
from collections.abc import Iterator
from pathlib import Path

import rulefold

PACKAGE = Path(rulefold.__file__).parent

# Each room may import the rooms named for it, and itself.  Rooms are modules or packages right below rulefold.
BELOW: dict[str, set[str]] = {
    "version": set(),
    "text": set(),
    "markdown_text": set(),
    "csv_text": set(),
    "visible": set(),
    "diagnostics": {"text"},
}
BELOW["codes"] = {"diagnostics", *BELOW["diagnostics"]}
BELOW["model"] = BELOW["pages"] = BELOW["inputs"] = {"codes", *BELOW["codes"]}
BELOW["entries"] = {"model", "pages", *BELOW["model"]}
BELOW["kql"] = {"codes", "visible", *BELOW["codes"]}
BELOW["workspace"] = {"kql", *BELOW["kql"]}
BELOW["queries"] = {"kql", "model", "workspace", *BELOW["model"]}
BELOW["folding"] = {"model", "queries", "version", "workspace", *BELOW["model"]}
BELOW["reading"] = {"entries", "folding", *BELOW["entries"], *BELOW["folding"]}
BELOW["sources"] = {"csv_text", "entries", *BELOW["entries"]}
BELOW["attack"] = {"model", *BELOW["model"]}
BELOW["html_text"] = {"visible"}
BELOW["report"] = {"attack", "csv_text", "html_text", "markdown_text", "version", "visible", *BELOW["attack"]}
BELOW["targets"] = {"kql", "report", *BELOW["report"]}
BELOW["chain"] = {"folding", "reading", "targets", "inputs", "queries", "workspace", *BELOW["reading"]}
BELOW["changes"] = {"markdown_text", *BELOW["model"], "model"}
BELOW["unfolding"] = {"entries", *BELOW["entries"]}
BELOW["revisions"] = {"inputs", *BELOW["inputs"]}
BELOW["settings"] = {"codes", *BELOW["codes"]}
BELOW["importing"] = {"chain", "sources", *BELOW["chain"]}
BELOW["store"] = {"report", *BELOW["report"]}
BELOW["cache"] = {"inputs", "store", *BELOW["inputs"], *BELOW["store"]}
BELOW["filters"] = {"model", *BELOW["model"]}
BELOW["plugins"] = {"store", "targets", *BELOW["store"], *BELOW["targets"]}
BELOW["api"] = {"attack", "chain", "importing", "sources", "store", *BELOW["chain"]}
BELOW["result_text"] = {"csv_text", "kql", "visible", *BELOW["kql"]}
BELOW["correlate"] = {"kql", "model", "queries", "workspace", *BELOW["queries"]}
BELOW["findings"] = {"correlate", "html_text", "result_text", "version", *BELOW["correlate"], *BELOW["result_text"]}
BELOW["ruletests"] = {"correlate", "filters", "result_text", "sources"}
BELOW["ruletests"] |= BELOW["correlate"] | BELOW["result_text"] | BELOW["sources"]
BELOW["synthesis"] = {"correlate", *BELOW["correlate"]}
BELOW["cli"] = {
    "synthesis",
    "findings",
    "cache",
    "api",
    "changes",
    "csv_text",
    "filters",
    "revisions",
    "settings",
    "unfolding",
    "plugins",
    "kql",
    "queries",
    "correlate",
    "report",
    "result_text",
    "ruletests",
    *BELOW["api"],
}
BELOW["__init__"] = {"api", "diagnostics", "model", "version"}
BELOW["__main__"] = {"cli"}

ONLY_IMPORTERS = {
    "markdown_it": {"pages"},
    "click": {"cli"},
    "pydantic": {"model.py", "report", "settings.py", "sources", "store.py"},
    "xlsxwriter": {"report/workbook.py"},
    "jinja2": {"html_text"},
    "markupsafe": {"html_text"},
    "ruamel": {"sources", "workspace.py"},
    "pandas": {"kql/exchange.py", "kql/results.py"},
    "polars": {"kql/exchange.py", "kql/results.py"},
    "pyarrow": {"kql/exchange.py", "kql/results.py"},
}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    """The dotted names that a module imports, at its top or further in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_room_imports_only_what_is_below_it() -> None:
    for path, tree in modules():
        room = path.parts[0].removesuffix(".py")
        for name in imported(tree):
            top, _, rest = name.partition(".")
            other = rest.partition(".")[0]
            if top == "rulefold" and (PACKAGE / other).exists() | (PACKAGE / f"{other}.py").exists():
                assert other == room or other in BELOW[room], f"{path} imports {name}"


def test_nobody_imports_from_the_package_itself_but_its_rooms() -> None:
    """The package loads everything when it is asked for a name, so a room that asks it reaches back up."""
    for path, tree in modules():
        for name in imported(tree):
            top, _, rest = name.partition(".")
            other = rest.partition(".")[0]
            is_room = other in BELOW and not other.startswith("__")
            assert top != "rulefold" or is_room, f"{path} imports {name}"


def test_special_packages_have_one_importer() -> None:
    for path, tree in modules():
        for name in imported(tree):
            homes = ONLY_IMPORTERS.get(name.partition(".")[0])
            allowed = homes is None or bool(homes & {path.as_posix(), path.parts[0]})
            assert allowed, f"{path} imports {name}"


def test_the_command_line_imports_nothing_heavy_at_the_top() -> None:
    for path, tree in modules():
        if path.parts[0] == "cli":
            for node in ast.iter_child_nodes(tree):
                names = set(imported(node)) if isinstance(node, ast.Import | ast.ImportFrom) else set()
                heavy = {name for name in names if name.startswith("rulefold.") and not name.startswith("rulefold.cli")}
                assert heavy <= {"rulefold.version.__version__"}, f"{path} imports {heavy} at the top"
