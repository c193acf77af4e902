"""How many cases there are for each detection of a catalogue."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rulefold.filters import named
from rulefold.model import Catalogue
from rulefold.ruletests.cases import read_cases
from rulefold.text import Source


def with_tests(catalogue: Catalogue, files: Mapping[Path, bytes]) -> Catalogue:
    """A catalogue whose detections say how many cases there are for them; what cannot be read is no case."""
    counts: Counter[str] = Counter()
    for path, data in files.items():
        file, _ = read_cases(Source.decode(str(path), data))
        found = named(catalogue.detections, file.detection.text or "") if file else []
        if file and len(found) == 1:
            counts[found[0].key] += len(file.cases)
    if not counts:
        return catalogue
    detections = (
        one.model_copy(update={"tests": counts[one.key]}) if counts[one.key] else one for one in catalogue.detections
    )
    return catalogue.model_copy(update={"detections": tuple(detections)})
