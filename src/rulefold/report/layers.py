"""Layers of the ATT&CK Navigator: one file that holds a list of them, each cell with a colour of its own.

Format 4.5, of https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md.  A tactic
is always given: without one the Navigator paints a technique under every tactic it belongs to.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import NotRequired, TypedDict

from rulefold.attack.coverage import Figures, Keys, roll_up
from rulefold.attack.gaps import Gap, Need
from rulefold.attack.outage import connectors_of, spellings
from rulefold.attack.snapshot import Pair
from rulefold.model import Detection
from rulefold.report.contents import Report
from rulefold.report.facts import COUNTS, facts
from rulefold.report.shades import ALERTING, GAPS, HUNTED, HUNTING, IMPLIED, Shade, shade, step
from rulefold.visible import cut, visible, web_url

DOMAINS = ("enterprise-attack", "mobile-attack", "ics-attack")
NAVIGATOR, FORMAT = "5.3.2", "4.5"
MAX_CONNECTORS = 64
MAX_PLATFORMS = 24
MAX_TITLE = 120
MAX_LOGS = 8


class Named(TypedDict):
    """A name and a value that the Navigator shows beside a technique or a layer."""

    name: str
    value: str


class Link(TypedDict):
    """A link in the menu of a technique; the url is an absolute one."""

    label: str
    url: str


class Entry(TypedDict):
    """A technique under a tactic.  One without a score and a colour only opens its sub-techniques to view."""

    techniqueID: str
    tactic: str
    score: NotRequired[int]
    color: NotRequired[str]
    comment: NotRequired[str]
    metadata: NotRequired[list[Named]]
    links: NotRequired[list[Link]]
    showSubtechniques: NotRequired[bool]


@dataclass(frozen=True, slots=True)
class Detail:
    """How many titles and how many links an entry has at most."""

    titles: int
    links: int


FULL, SHORT = Detail(10, 5), Detail(3, 1)

WHAT_IT_TAKES: Mapping[Need, str] = {
    Need.CONNECTED: "a detection of the catalogue reads a table that holds a log source of it",
    Need.SOURCE: "its log sources are known, and the catalogue reads none of them",
    Need.NEWER: "MITRE wrote it down after the catalogue's newest detection, or it is not known when",
    Need.OUTSIDE: "it happens before there is anything to see, or MITRE names no log source for it",
}


def emit(report: Report) -> dict[str, str]:
    """`layer.json`; nothing for a domain that the Navigator does not have."""
    if report.snapshot.domain not in DOMAINS:
        return {}
    layers = ",\n".join(_text(report, layer) for layer in _layers(report))
    return {"layer.json": f"[\n{layers}\n]\n"}


@dataclass(frozen=True, slots=True)
class Layer:
    """What differs from layer to layer: `open` opens the parents of painted sub-techniques to view."""

    name: str
    about: str
    entries: Sequence[Entry]
    legend: Sequence[tuple[str, Shade]]
    open: bool = True
    platforms: tuple[str, ...] = ()


def _layers(report: Report) -> Iterator[Layer]:
    writer = _Writer.of(report)
    found = report.coverage
    ramp = [(f"{one.label} alerting", one) for one in ALERTING]
    legend = [*ramp, (HUNTED.label, HUNTED)]
    yield Layer("All: declared pairs", _ABOUT_ALL, writer.mixed(found.all.declared, FULL), legend)
    yield Layer("Analytics: rules that alert", _ABOUT_ANALYTICS, writer.of_type("Analytics", ALERTING), ramp)
    hunting = [(f"{one.label} hunting", one) for one in HUNTING]
    yield Layer("Hunting: queries that do not alert", _ABOUT_HUNTING, writer.of_type("Hunting", HUNTING), hunting)
    yield Layer("Implied: technique without tactic", _ABOUT_IMPLIED, writer.implied(), [("implied", IMPLIED)])
    connectors, more = _by_connector(report)
    for name, cells in connectors.items():
        about = f"{_ABOUT_CONNECTOR} {more}".rstrip()
        yield Layer(f"Connector: {cut(visible(name), MAX_TITLE)}", about, writer.mixed(cells, SHORT), legend)
    for name in _platforms(report):
        entries = writer.mixed(_on_platform(report, name), SHORT)
        yield Layer(f"Platform: {cut(visible(name), MAX_TITLE)}", _ABOUT_PLATFORM, entries, legend, platforms=(name,))
    needs = [(one.label, one) for one in GAPS.values()]
    yield Layer("Gaps: no declared pair", _ABOUT_GAPS, writer.gaps(), needs, open=False)


_COLOURED = "Colours tell how many of them alert. Score: distinct detections."
_ABOUT_ALL = f"All declared pairs. {_COLOURED}"
_ABOUT_ANALYTICS = "Declared pairs of Analytics rules, which alert. Score: distinct detections."
_ABOUT_HUNTING = "Declared pairs of Hunting queries, which do not alert. Score: distinct detections."
_ABOUT_IMPLIED = (
    "Techniques that detections name without any of their tactics, under each tactic that ATT&CK has for them. None of"
    " these counts as covered. Score: distinct detections."
)
_ABOUT_CONNECTOR = f"Declared pairs of the detections that name this connector; some need others as well. {_COLOURED}"
_ABOUT_PLATFORM = (
    f"Declared pairs of the techniques that ATT&CK has on this platform; those of unknown platforms are left out."
    f" {_COLOURED}"
)
_ABOUT_GAPS = (
    "Techniques that no detection declares under any tactic, coloured by what they take. Score: 4 where a log source"
    " is connected, 3 where one is needed, 2 where it is newer than the catalogue, 1 where it is outside of reach."
)


def _by_connector(report: Report) -> tuple[dict[str, dict[Pair, list[str]]], str]:
    """The declared cells of each connector, those with most detections in cells first, and what is said of the rest."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for connector, own in connectors_of(report.coverage.detections).items():
        for detection in own:
            named[detection.key].append(connector)
    cells: defaultdict[str, dict[Pair, list[str]]] = defaultdict(dict)
    keys_of: defaultdict[str, set[str]] = defaultdict(set)
    for pair, keys in report.coverage.all.declared.items():
        for key in keys:
            for connector in named.get(key, ()):
                cells[connector].setdefault(pair, []).append(key)
                keys_of[connector].add(key)
    order = sorted(cells, key=lambda name: (-len(keys_of[name]), name))
    spelled = spellings(report.coverage.detections)
    more = len(order) - MAX_CONNECTORS
    noun = "connector with fewer detections has" if more == 1 else "connectors with fewer detections have"
    said = f"{more:,} {noun} no layer." if more > 0 else ""
    return {spelled[name]: cells[name] for name in order[:MAX_CONNECTORS]}, said


def _platforms(report: Report) -> Sequence[str]:
    """The platforms to show: the team's, or those that covered techniques are on, the most covered first."""
    if report.choice.platforms:
        return tuple(dict.fromkeys(report.choice.platforms))[:MAX_PLATFORMS]
    counts: defaultdict[str, int] = defaultdict(int)
    for id_ in report.coverage.all.techniques:
        for name in report.snapshot.techniques[id_].platforms or ():
            counts[name] += 1
    return sorted(counts, key=lambda name: (-counts[name], name))[:MAX_PLATFORMS]


def _on_platform(report: Report, name: str) -> dict[Pair, Keys]:
    techniques = report.snapshot.techniques
    return {
        pair: keys
        for pair, keys in report.coverage.all.declared.items()
        if name in (techniques[pair[1]].platforms or ())
    }


@dataclass(frozen=True, slots=True)
class _Writer:
    """What entries are written from."""

    report: Report
    detections: Mapping[str, Detection]
    alerting: frozenset[str]

    @classmethod
    def of(cls, report: Report) -> "_Writer":
        return cls(report, report.by_key(), frozenset(report.coverage.by_type["Analytics"].detections))

    def mixed(self, cells: Mapping[Pair, Sequence[str]], detail: Detail) -> list[Entry]:
        """Cells of detections of all types, coloured by how many of them alert."""
        entries = []
        figures = self.report.coverage.all if detail is FULL else None
        for pair, keys in cells.items():
            alerting = sum(key in self.alerting for key in keys)
            counts: list[Named] = [
                {"name": "alerting", "value": str(alerting)},
                {"name": "not alerting", "value": str(len(keys) - alerting)},
            ]
            counts += self._subtechniques(figures, pair)
            entries.append(self._entry(pair, keys, shade(alerting), detail, counts))
        return entries

    def of_type(self, type_: str, ramp: Sequence[Shade]) -> list[Entry]:
        """The declared cells of one type of detections."""
        figures = self.report.coverage.by_type[type_]
        return [
            self._entry(pair, keys, ramp[step(len(keys))], FULL, self._subtechniques(figures, pair))
            for pair, keys in figures.declared.items()
        ]

    def implied(self) -> list[Entry]:
        """Cells of techniques that detections name without any of their tactics."""
        return [
            self._entry(pair, keys, IMPLIED, SHORT, self._declared(pair))
            for pair, keys in self.report.coverage.all.implied.items()
        ]

    def _declared(self, pair: Pair) -> list[Named]:
        others = len(self.report.coverage.all.declared.get(pair, ()))
        return [{"name": "declared by others", "value": str(others)}] if others else []

    def _entry(self, pair: Pair, keys: Sequence[str], painted: Shade, detail: Detail, metadata: list[Named]) -> Entry:
        listed = nsmallest(detail.titles, keys, key=self._weight)
        entry: Entry = {
            "techniqueID": pair[1],
            "tactic": pair[0],
            "score": len(keys),
            "color": painted.fill,
            "comment": "\n".join(self._comment(listed, len(keys))),
        }
        if metadata:
            entry["metadata"] = metadata
        if links := list(self._links(listed[: detail.links])):
            entry["links"] = links
        return entry

    def _weight(self, key: str) -> tuple[bool, str, str]:
        """Those that alert first, and then by title."""
        return key not in self.alerting, self.detections[key].title, key

    def _title(self, key: str) -> str:
        return cut(visible(self.detections[key].title), MAX_TITLE) or key

    def _comment(self, listed: Sequence[str], count: int) -> Iterator[str]:
        for key in listed:
            yield f"{self._title(key)} ({cut(visible(self.detections[key].type or 'no type'), 40)})"
        if count > len(listed):
            yield f"and {count - len(listed):,} more"

    def _links(self, keys: Iterable[str]) -> Iterator[Link]:
        for key in keys:
            if url := web_url(self.detections[key].url):
                yield {"label": self._title(key), "url": url}

    def _subtechniques(self, figures: Figures | None, pair: Pair) -> list[Named]:
        found = roll_up(figures, self.report.snapshot, *pair) if figures else None
        if found is None or not found.total:
            return []
        return [{"name": "sub-techniques with a declared pair", "value": f"{found.covered} of {found.total}"}]

    def gaps(self) -> list[Entry]:
        """The gaps under each of their tactics, in the order of the matrix."""
        ranks = {need: len(Need) - n for n, need in enumerate(Need)}
        place = {shortname: n for n, shortname in enumerate(self.report.snapshot.tactics)}
        entries: list[Entry] = [
            {
                "techniqueID": gap.technique.id,
                "tactic": tactic,
                "score": ranks[gap.need],
                "color": GAPS[gap.need].fill,
                "comment": "\n".join(_gap_comment(gap)),
            }
            for gap in self.report.gaps
            for tactic in dict.fromkeys(gap.technique.tactics)
        ]
        return sorted(entries, key=lambda entry: (place[entry["tactic"]], entry["techniqueID"]))


def _gap_comment(gap: Gap) -> Iterator[str]:
    yield f"Gap: {GAPS[gap.need].label}; {WHAT_IT_TAKES[gap.need]}."
    for label, values in (("Tables", gap.tables), ("Log sources", [log.name for log in gap.logs])):
        if values:
            shown = ", ".join(cut(visible(value), MAX_TITLE) for value in values[:MAX_LOGS])
            yield f"{label}: {shown}{' …' if len(values) > MAX_LOGS else ''}"
    if gap.logs_of:
        yield f"The log sources are known of {', '.join(gap.logs_of)}, which it replaced."
    if gap.implied:
        yield f"Detections that name it and none of its tactics: {len(gap.implied):,}."


def _opened(report: Report, entries: Sequence[Entry]) -> list[Entry]:
    """The entries, with the parents of sub-techniques among them opened to view; those without an entry get one."""
    by_pair = {(entry["tactic"], entry["techniqueID"]): entry for entry in entries}
    opened: list[Entry] = []
    for tactic, id_ in list(by_pair):
        parent = report.snapshot.parent(id_)
        if parent is None or tactic not in report.snapshot.techniques[parent].tactics:
            continue
        if (tactic, parent) in by_pair:
            by_pair[tactic, parent]["showSubtechniques"] = True
        else:
            opened.append({"techniqueID": parent, "tactic": tactic, "showSubtechniques": True})
            by_pair[tactic, parent] = opened[-1]
    return [*entries, *opened]


def _text(report: Report, layer: Layer) -> str:
    """A layer as JSON in ASCII, which every reader takes for what it is; one technique a line, to compare files."""
    entries = ",\n".join(map(_json, _opened(report, layer.entries) if layer.open else layer.entries))
    return f'{_json(_head(report, layer))[:-1]},"techniques":[\n{entries}\n]}}'


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _head(report: Report, layer: Layer) -> dict[str, object]:
    major = (report.snapshot.version or "").partition(".")[0]
    legend = [{"label": label, "color": one.fill} for label, one in layer.legend]
    return {
        "name": layer.name,
        "versions": {
            **({"attack": major} if major.isascii() and major.isdigit() else {}),
            "navigator": NAVIGATOR,
            "layer": FORMAT,
        },
        "domain": report.snapshot.domain,
        "description": f"{layer.about} {COUNTS}",
        **({"filters": {"platforms": list(layer.platforms)}} if layer.platforms else {}),
        "layout": {
            "layout": "side",
            "showID": False,
            "showName": True,
            "showAggregateScores": False,
            "countUnscored": False,
            "aggregateFunction": "average",
            "expandedSubtechniques": "none",
        },
        "hideDisabled": False,
        "gradient": {"colors": [one.fill for one in ALERTING], "minValue": 1, "maxValue": 11},
        "legendItems": legend,
        "selectTechniquesAcrossTactics": False,
        "selectSubtechniquesWithParent": False,
        "selectVisibleTechniques": False,
        "metadata": [
            *({"name": name, "value": value} for name, value in facts(report)),
            {"name": "MITRE's notice", "value": report.snapshot.notice},
        ],
    }
