"""The models of `coverage.json`; their JSON Schema is its documentation, see `rulefold schema coverage`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rulefold.attack.snapshot import Pair

VERSION: Literal[1] = 1
Keys = tuple[str, ...]


class Part(BaseModel):
    """The settings all models share: frozen, and closed against unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Attack(Part):
    """The version of ATT&CK; `platforms_from` is the one that platforms and log sources are of, if another."""

    version: str | None = None
    domain: str
    source: str
    release: str | None = None
    platforms_from: str | None = None
    notice: str


class Selection(Part):
    """What was chosen, and how many detections of the catalogue that leaves out."""

    types: tuple[str, ...] = ()
    min_severity: str | None = None
    platforms: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    left_out: int


class Share(Part):
    """How many techniques of a part of the matrix are declared, and of how many; sub-techniques count themselves."""

    part: Literal["all", "platforms", "post-compromise"]
    covered: int
    of: int
    unknown: int = Field(description="techniques of which it is not known whether they belong to this part")


class TypeFigures(Part):
    """The figures of one type of detection; a detection is counted once in each."""

    detections: int
    mapped: int = Field(description="detections with a declared pair")
    cells: int
    techniques: tuple[Share, ...]
    implied: int
    tactic_only: int
    migrated: int
    apart: dict[str, int] = Field(description="detections that claim what counts nowhere, by the reason")


class TacticFigures(Part):
    """A column of the matrix: techniques and, by type, how many are declared and by how many detections."""

    id: str
    name: str
    shortname: str
    techniques: int
    covered: dict[str, int]
    detections: dict[str, int]
    tactic_only: dict[str, int]


class Cell(Part):
    """A technique under a tactic that a detection declares or implies, or of which a sub-technique is declared."""

    tactic: str
    technique: str
    name: str
    declared: dict[str, Keys] = Field(description="keys of detections by type")
    implied: Keys
    inherited: Keys = Field(description="detections that declare only sub-techniques of it")
    subtechniques_covered: int
    subtechniques: int


class Claimed(Part):
    """A detection with what it states and what that is worth; pairs are (tactic, technique) after migration."""

    key: str
    id: str
    title: str
    type: str | None = None
    severity: str | None = None
    tests: int | None = None
    tactics: tuple[str, ...]
    techniques: tuple[str, ...]
    declared: tuple[Pair, ...]
    implied: tuple[Pair, ...]
    tactic_only: tuple[str, ...]
    migrated: tuple[Pair, ...] = Field(description="(stated, active) ids")
    apart: dict[str, tuple[str, ...]]


class LogSource(Part):
    """A log source, the tables that hold it, and those of them that the catalogue reads."""

    name: str
    tables: tuple[str, ...]
    connected: tuple[str, ...]


class Missing(Part):
    """A technique that no detection declares, and what it takes."""

    technique: str
    name: str
    tactics: tuple[str, ...]
    need: str
    platforms: tuple[str, ...] | None = Field(default=None, description="absent where they are not known")
    created: str | None = None
    logs: tuple[LogSource, ...]
    logs_of: tuple[str, ...]
    implied: Keys


class Lost(Part):
    """What detections of one type lose in one case; weakened cells are (tactic, technique, before, after)."""

    dead: Keys
    lost: tuple[Pair, ...]
    weakened: tuple[tuple[str, str, int, int], ...]


class Silence(Part):
    """The loss of connectors, by type: at best any data type of a detection suffices, at worst all are needed."""

    connectors: tuple[str, ...]
    detections: Keys
    best: dict[str, Lost]
    worst: dict[str, Lost]


class Seen(Part):
    """What is seen of a technique of a threat."""

    stated: str
    technique: str | None = None
    state: str
    detections: Keys


class ThreatSeen(Part):
    """A threat with all of its techniques."""

    name: str
    techniques: tuple[Seen, ...]


class CoverageDocument(Part):
    """A coverage report.  `version` changes when a reader of an older one would go wrong."""

    version: Literal[1] = VERSION
    rulefold: str
    now: str | None = None
    attack: Attack
    selection: Selection
    types: dict[str, TypeFigures]
    tactics: tuple[TacticFigures, ...]
    cells: tuple[Cell, ...]
    detections: tuple[Claimed, ...]
    gaps: tuple[Missing, ...]
    connectors: tuple[Silence, ...] = Field(description="each connector by itself, the heaviest loss first")
    without: Silence | None = None
    threats: tuple[ThreatSeen, ...] = ()
