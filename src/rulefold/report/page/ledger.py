"""The ledger in short: what became of the rows, by outcome, and in each by tactic and technique."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from rulefold.attack.coverage import Coverage
from rulefold.attack.matrix import Outcome
from rulefold.html_text.words import Cut, cut

_LISTED = 40  # pairs of one outcome

MEANINGS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.DECLARED: ("Declared", "ATT&CK has the technique under the tactic. These pairs count."),
    Outcome.MIGRATED: ("Migrated", "The id was revoked, and its successor is under the tactic. These pairs count."),
    Outcome.IMPLIED: ("Implied", "A technique without a tactic. Shown apart."),
    Outcome.TACTIC_ONLY: ("Tactic only", "A tactic without a technique. Counts for the tactic alone."),
    Outcome.FALSE_PAIR: (
        "False pair",
        "Flattening has put together what does not go together: ATT&CK does not have the technique under the tactic.",
    ),
    Outcome.AMBIGUOUS: ("Ambiguous", "The tactic was split, and nothing says which part is meant."),
    Outcome.NO_TACTIC: ("No tactic", "ATT&CK does not have the tactic."),
    Outcome.ICS: ("ICS", "Of ATT&CK for industrial control systems, a matrix of its own."),
    Outcome.UNKNOWN: ("Unknown", "ATT&CK does not have the id."),
    Outcome.DEPRECATED: ("Deprecated", "MITRE has given the technique up and names no successor."),
    Outcome.REVOKED: ("Revoked", "MITRE has revoked the id, and no successor is known."),
    Outcome.ABSENT: ("Nothing stated", "The rows name neither a tactic nor a technique."),
    Outcome.UNPLACED: ("Not placed", "Which tactic and technique these rows name is not known."),
}


@dataclass(slots=True)
class Tally:
    """Lines that are counted together; `unknown` are those of which it is not known how many rows they have."""

    lines: int = 0
    rows: int = 0
    unknown: int = 0

    def add(self, rows: int | None) -> None:
        """Count a line."""
        self.lines += 1
        self.rows += rows or 0
        self.unknown += rows is None

    def rows_text(self) -> str:
        """The number of rows, as far as it is known."""
        if not self.unknown:
            return f"{self.rows:,}"
        return f"{self.rows:,} or more" if self.rows else "not known"


@dataclass(frozen=True, slots=True)
class PairRow:
    """A tactic and a technique as detections state them; a line of the ledger is one of a detection."""

    tactic: str
    technique: str
    tally: Tally
    reason: str


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """One outcome with its pairs, those that most detections state first."""

    id: str
    title: str
    meaning: str
    tally: Tally
    detections: int
    pairs: Cut[PairRow]


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The outcomes that there are, and all together."""

    tally: Tally
    outcomes: tuple[OutcomeView, ...]


@dataclass(slots=True)
class _Found:
    """What is gathered of an outcome."""

    tally: Tally = field(default_factory=Tally)
    detections: set[str] = field(default_factory=set)
    pairs: defaultdict[tuple[str, str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))


def ledger_view(found: Coverage) -> LedgerView:
    """The ledger of a coverage, gathered."""
    whole, by_outcome = Tally(), defaultdict[Outcome, _Found](_Found)
    for line in found.ledger():
        own = by_outcome[line.outcome]
        reason = "" if line.outcome is Outcome.DECLARED else line.reason  # all alike, and said by the meaning
        whole.add(line.rows)
        own.tally.add(line.rows)
        own.detections.add(line.detection)
        own.pairs[line.tactic or "", line.technique or "", reason].add(line.rows)
    return LedgerView(whole, tuple(_outcome(one, by_outcome[one]) for one in Outcome if one in by_outcome))


def _outcome(outcome: Outcome, own: _Found) -> OutcomeView:
    ordered = sorted(own.pairs.items(), key=lambda pair: (-pair[1].lines, pair[0]))
    listed = cut(ordered, _LISTED)
    rows = [PairRow(tactic, technique, tally, reason) for (tactic, technique, reason), tally in listed.items]
    title, meaning = MEANINGS[outcome]
    return OutcomeView(f"ledger-{outcome}", title, meaning, own.tally, len(own.detections), Cut(rows, listed.more))
