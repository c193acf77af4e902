"""MITRE ATT&CK: the data of its versions, and what a catalogue's claims are worth in them.

`load` gives a snapshot.  `coverage` and `findings` hold a catalogue against one.
"""

from rulefold.attack.shipped import DEFAULT_VERSION, VERSIONS, load
from rulefold.attack.snapshot import (
    Pair,
    Resolution,
    Snapshot,
    SnapshotError,
    Standing,
    Tactic,
    Technique,
)

__all__ = [
    "DEFAULT_VERSION",
    "VERSIONS",
    "Pair",
    "Resolution",
    "Snapshot",
    "SnapshotError",
    "Standing",
    "Tactic",
    "Technique",
    "load",
]
