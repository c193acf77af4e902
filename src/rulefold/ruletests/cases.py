"""A file of YAML → the cases for one detection.

detection: 55fbc363-6cc9-4201-bd68-d980b612082b   # id or title
now: 2024-05-05T00:00:00Z                         # when it runs: of all cases, or of each
tables: {Signins: {User: string}}                 # types of columns that the workspace does not state
events:                                           # of all cases, a list of rows or a file for each table
  Signins: [{TimeGenerated: 2024-05-04T10:00:00Z, User: ada}]
watchlists: {Vips: [{User: ada}]}                 # by alias, also the path of a CSV
external: {"https://example.org/feed": feed.csv}  # files that stand for what externaldata asks for
cases:
  - name: fires for ada
    events: {Signins: signins.jsonl}              # in the place of the table's events above
    rows: [{User: ada}]                           # all rows, and of each the columns that are named
    fires: true                                   # whether there is an alert; rows, fires or both
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rulefold import codes
from rulefold.diagnostics import Code, Diagnostic
from rulefold.kql.types import NAMES
from rulefold.ruletests.values import moment_of
from rulefold.sources.nodes import Fields, Items, Node, Scalar, kind_of, text_of
from rulefold.sources.yaml_nodes import read_yaml
from rulefold.text import Source

_DATA_KEYS = ("events", "watchlists", "external")
_FILE_KEYS = ("detection", "now", "tables", *_DATA_KEYS, "cases")
_CASE_KEYS = ("name", "now", *_DATA_KEYS, "rows", "fires", "ordered", "sets")
_BOOLS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Events:
    """The rows of a table or of a watchlist: a list of them, or the path of a file or folder."""

    name: Scalar
    rows: tuple[Fields, ...] = ()
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case: when the detection runs and over which events, and what it is to find.

    `watchlists` are by their aliases; `external` has the path of a file for each URI of external data.

    Of `rows` only the columns are compared that they name, those of `sets` as lists in any order; rows are in any order
    unless they are `ordered`.  `fires` is whether there is an alert, or of a hunting query a row.
    """

    name: str
    start: int
    now: datetime
    events: Mapping[str, Events]
    watchlists: Mapping[str, Events]
    external: Mapping[str, Path]
    rows: tuple[Fields, ...] | None
    fires: bool | None
    ordered: bool
    sets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases of one file, all for one detection; types of columns by table are those that it states itself."""

    source: Source
    detection: Scalar
    tables: Mapping[str, Mapping[str, str]]
    cases: tuple[Case, ...]

    def told(self, code: Code, node: Node | int, message: str) -> Diagnostic:
        """Something to be said of a place in the file."""
        return _told(self.source, code, node, message)


def read_cases(source: Source) -> tuple[CaseFile | None, list[Diagnostic]]:
    """The cases of a file, with what is wrong with it; a case with a fault is left out."""
    documents, fault = read_yaml(source.text)
    if fault:
        return None, [_told(source, fault.code, fault.offset, fault.message)]
    reader = _Reader(source)
    if len(documents) != 1 or not isinstance(documents[0], Fields):
        found = kind_of(documents[0]) if len(documents) == 1 else f"{len(documents)} documents"
        reader.tell(0, f"found {found}, expected a mapping with a detection and its cases")
        return None, reader.faults
    return reader.file(documents[0]), reader.faults


def _told(source: Source, code: Code, node: Node | int, message: str) -> Diagnostic:
    offset = node if isinstance(node, int) else node.start
    return code.at(source.place(offset), message, excerpt=source.line_at(offset))


class _Data(NamedTuple):
    """What cases run over, see `Case`."""

    events: Mapping[str, Events]
    watchlists: Mapping[str, Events]
    external: Mapping[str, Path]


@dataclass(slots=True)
class _Reader:
    """Reads one file, and collects what is wrong with it."""

    source: Source
    faults: list[Diagnostic] = field(default_factory=list)

    def tell(self, node: Node | int, message: str, code: Code = codes.OTHER_CASE) -> None:
        self.faults.append(_told(self.source, code, node, message))

    def file(self, fields: Fields) -> CaseFile | None:
        self._keys(fields, _FILE_KEYS)
        detection, listed = fields.get("detection"), self._list(fields.get("cases"), "cases")
        if not isinstance(detection, Scalar) or not detection.text:
            self.tell(fields, "found no detection, expected its id or its title")
            return None
        tables = self._tables(fields.get("tables"))
        data = self._data(fields, _Data({}, {}, {}))
        if self.faults:
            return None
        if not listed:
            self.tell(fields, "found no cases, expected a list of them")
        cases = [self._case(one, fields.get("now"), data) for one in listed]
        return CaseFile(self.source, detection, tables, tuple(case for case in cases if case))

    def _case(self, node: Node, now: Node | None, shared: "_Data") -> Case | None:
        before = len(self.faults)
        if not isinstance(node, Fields):
            self.tell(node, f"found {kind_of(node)}, expected a case")
            return None
        self._keys(node, _CASE_KEYS)
        name = text_of(node.get("name"))
        if not name:
            self.tell(node, "found a case without a name")
        moment = self._now(node, node.get("now") or now)
        data = self._data(node, shared)
        rows, fires = self._rows(node.get("rows")), self._truth(node, "fires")
        if node.get("rows") is None and node.get("fires") is None:
            self.tell(node, "found neither rows nor fires, expected what the detection is to find")
        ordered = bool(self._truth(node, "ordered"))
        sets = tuple(text_of(one) or "" for one in self._list(node.get("sets"), "sets"))
        if len(self.faults) > before or name is None or moment is None:
            return None
        return Case(name, node.start, moment, *data, rows, fires, ordered, sets)

    def _data(self, fields: Fields, shared: "_Data") -> "_Data":
        """What a case runs over; what it states itself stands in the place of what all cases share."""
        events, watchlists, external = (fields.get(key) for key in _DATA_KEYS)
        return _Data(
            {**shared.events, **self._events(events, "tables with their events")},
            {**shared.watchlists, **self._events(watchlists, "watchlists with their rows")},
            {**shared.external, **self._external(external)},
        )

    def _keys(self, fields: Fields, known: tuple[str, ...]) -> None:
        for key, _ in fields.pairs:
            if key.text not in known:
                self.tell(key, f"found the key {key.text}, expected one of {', '.join(known)}")
        self._repeated(fields)

    def _repeated(self, fields: Fields) -> None:
        seen: set[str | None] = set()
        for key, _ in fields.pairs:
            if key.text in seen:
                self.tell(key, f"found {key.text} a second time", codes.REPEATED_KEY)
            seen.add(key.text)

    def _now(self, case: Fields, node: Node | None) -> datetime | None:
        moment = moment_of(node)
        if moment is None:
            found = "no time" if node is None else repr(text_of(node))
            self.tell(node or case, f"found {found}, expected now: a time such as 2024-05-04T10:00:00Z")
        return moment

    def _truth(self, case: Fields, name: str) -> bool | None:
        node = case.get(name)
        if node is None:
            return None
        if (text := text_of(node)) not in _BOOLS:
            self.tell(node, f"found {text or kind_of(node)}, expected {name}: true or false")
            return None
        return _BOOLS[text]

    def _list(self, node: Node | None, name: str) -> tuple[Node, ...]:
        if node is None or isinstance(node, Items):
            return node.items if node else ()
        self.tell(node, f"found {kind_of(node)}, expected a list of {name}")
        return ()

    def _rows(self, node: Node | None) -> tuple[Fields, ...] | None:
        """Rows that all name the same columns, so that each can be compared with each."""
        if node is None:
            return None
        rows = self._mappings(self._list(node, "rows"))
        for row in rows[1:]:
            if {key.text for key, _ in row.pairs} != {key.text for key, _ in rows[0].pairs}:
                self.tell(row, "found a row with other columns than the first, expected the same of each")
        return rows

    def _mappings(self, nodes: tuple[Node, ...]) -> tuple[Fields, ...]:
        for node in nodes:
            if isinstance(node, Fields):
                self._repeated(node)
            else:
                self.tell(node, f"found {kind_of(node)}, expected a row: columns with their values")
        return tuple(node for node in nodes if isinstance(node, Fields))

    def _pairs(self, node: Node | None, what: str) -> tuple[tuple[Scalar, Node], ...]:
        if node is None or (isinstance(node, Scalar) and node.text is None):
            return ()
        if not isinstance(node, Fields):
            self.tell(node, f"found {kind_of(node)}, expected {what}")
            return ()
        self._repeated(node)
        return node.pairs

    def _tables(self, node: Node | None) -> dict[str, dict[str, str]]:
        tables: dict[str, dict[str, str]] = {}
        for name, columns in self._pairs(node, "tables with their columns"):
            types = tables.setdefault(name.text or "", {})
            for column, type_ in self._pairs(columns, "columns with their types"):
                types[column.text or ""] = text_of(type_) or ""
                if text_of(type_) not in NAMES:
                    self.tell(type_, f"found the type {text_of(type_)}, expected one of {', '.join(NAMES)}")
        return tables

    def _events(self, node: Node | None, what: str) -> dict[str, Events]:
        found = {}
        for name, stated in self._pairs(node, what):
            if isinstance(stated, Scalar) and stated.text:
                found[name.text or ""] = Events(name, path=self._path(stated))
            else:
                found[name.text or ""] = Events(name, self._mappings(self._list(stated, "rows")))
        return found

    def _external(self, node: Node | None) -> dict[str, Path]:
        found = {}
        for uri, path in self._pairs(node, "URIs with the paths of files"):
            if isinstance(path, Scalar):
                found[uri.text or ""] = self._path(path)
            else:
                self.tell(path, f"found {kind_of(path)}, expected the path of a file")
        return found

    def _path(self, stated: Scalar) -> Path:
        path = Path(self.source.name).parent / (stated.text or "")
        if not stated.text or not path.exists():
            self.tell(stated, f"found {stated.text}, and no file or folder of this name beside the cases")
        return path
