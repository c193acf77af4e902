"""`coverage.md`: the report in short, for a pull request."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rulefold.attack.gaps import Need
from rulefold.attack.outage import Outage
from rulefold.attack.snapshot import Pair
from rulefold.attack.threats import State
from rulefold.markdown_text import table, text
from rulefold.report.contents import Report
from rulefold.report.words import APART, NEEDS, PARTS, STATES

_LISTED = 20
_LISTED_TABLES = 6


def emit(report: Report) -> Mapping[str, str]:
    """`coverage.md`."""
    return {"coverage.md": "\n".join(_page(report)) + "\n"}


def _page(report: Report) -> Iterator[str]:
    yield "# ATT&amp;CK coverage"
    yield ""
    yield _subject(report)
    yield ""
    yield from table(("", *map(text, _types(report))), _headline(report))
    yield "A technique counts where a detection states it with a tactic that ATT&amp;CK has it under. Analytics rules"
    yield "alert, hunting queries do not. Sub-techniques count for themselves."
    yield ""
    yield "## Tactics"
    yield ""
    yield from table(("Tactic", "Techniques", *map(text, _types(report))), _tactics(report))
    yield from _gaps(report)
    yield from _connectors(report)
    yield from _threats(report)
    yield "A declared technique says that a rule is there, and not how good it is."
    yield ""
    yield " ".join(map(text, report.snapshot.notice.split("\n\n")[0].splitlines()))


def _subject(report: Report) -> str:
    choice = report.choice
    parts = [text(report.snapshot.title)]
    if choice.platforms:
        parts.append(f"platforms {', '.join(map(text, choice.platforms))}")
    if choice.types:
        parts.append(f"types {', '.join(map(text, choice.types))}")
    if choice.min_severity:
        parts.append(f"severity {text(choice.min_severity)} or higher")
    if choice.now:
        parts.append(choice.now.isoformat())
    count = len(report.coverage.detections)
    of = f" of {len(report.catalogue.detections):,}" if report.left_out else ""
    return f"{count:,}{of} detection{'' if count == 1 and not of else 's'}; {'; '.join(parts)}."


def _types(report: Report) -> list[str]:
    return [type_ or "no type" for type_ in report.coverage.by_type]


def _headline(report: Report) -> Iterator[tuple[str, ...]]:
    own = list(report.coverage.by_type.values())
    yield "Detections", *(f"{len(one.detections):,}" for one in own)
    yield "… with a declared technique", *(f"{len(one.mapped):,}" for one in own)
    if tested := report.tested:
        yield "… with tests", *(f"{tested[type_]:,}" for type_ in report.coverage.by_type)
    for part in report.coverage.denominators:
        of = len(part.techniques)
        shown = (_share(len(part.covered(one)), of) for one in own)
        yield f"Techniques, {PARTS[part.name]}", *shown
    yield "Detections that imply a technique", *(f"{len(one.implying):,}" for one in own)
    yield "Detections with a tactic only", *(f"{len(one.naming_only):,}" for one in own)
    for outcome, label in APART.items():
        if outcome in report.coverage.all.apart:
            yield f"Detections with {text(label)}", *(f"{len(one.apart.get(outcome, ())):,}" for one in own)


def _share(number: int, of: int) -> str:
    return f"{number:,} of {of:,} ({100 * number / of:.1f} %)" if of else "0 of 0"


def _tactics(report: Report) -> Iterator[tuple[str, ...]]:
    for shortname, tactic in report.snapshot.tactics.items():
        counts = (str(one.tactics[shortname].covered) for one in report.coverage.by_type.values())
        yield text(tactic.name), f"{report.coverage.all.tactics[shortname].techniques}", *counts


def _gaps(report: Report) -> Iterator[str]:
    counts = Counter(gap.need for gap in report.gaps)
    yield "## Gaps"
    yield ""
    yield from table(("What it takes", "Techniques"), ((NEEDS[need], f"{counts[need]:,}") for need in Need))
    first = [gap for gap in report.gaps if gap.need is Need.CONNECTED][:_LISTED]
    if first:
        yield f"The first {len(first)}, by what they take; all are in gaps.csv:" if len(first) > 1 else "The first:"
        yield ""
        yield from table(
            ("Technique", "Tables"),
            (
                (f"{gap.technique.id} {text(gap.technique.name)}", text(_cut(gap.tables, _LISTED_TABLES)))
                for gap in first
            ),
        )


def _connectors(report: Report) -> Iterator[str]:
    if report.outage:
        yield f"## Without {', '.join(map(text, report.outage.connectors))}"
        yield ""
        yield from table(("Type", "", "At best", "At worst"), _outage(report.outage))
        lost = {pair: type_ for type_, fall in report.outage.best.items() for pair in fall.lost}
        yield from _listed("Lost for certain", sorted(lost))
    heavy = [one for one in report.single_points if one.weight[0]][:_LISTED]
    if heavy:
        yield "## Single points of failure"
        yield ""
        header = ("Connector", "Detections", "Cells lost at best", "at worst")
        yield from table(
            header, ((text(one.connectors[0]), f"{len(one.detections):,}", *_weights(one)) for one in heavy)
        )


def _weights(outage: Outage) -> tuple[str, str]:
    return f"{outage.weight[0]:,}", f"{outage.weight[1]:,}"


def _outage(outage: Outage) -> Iterator[tuple[str, ...]]:
    for type_, best in outage.best.items():
        worst = outage.worst[type_]
        yield text(type_), "detections that die", f"{len(best.dead):,}", f"{len(worst.dead):,}"
        yield text(type_), "cells lost", f"{len(best.lost):,}", f"{len(worst.lost):,}"
        yield text(type_), "cells weakened", f"{len(best.weakened):,}", f"{len(worst.weakened):,}"


def _listed(heading: str, pairs: Iterable[Pair]) -> Iterator[str]:
    shown = [f"{tactic}/{technique}" for tactic, technique in pairs]
    if shown:
        yield f"{heading}: {_cut(shown, _LISTED)}."
        yield ""


def _cut(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _threats(report: Report) -> Iterator[str]:
    for threat, sights in report.threats:
        counts = Counter(sight.state for sight in sights)
        yield f"## Threat: {text(threat.name)}"
        yield ""
        yield from table(
            ("Techniques that are", "Number"), ((text(STATES[state]), f"{counts[state]:,}") for state in State)
        )
