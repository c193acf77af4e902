"""The catalogue's detections as JSON Lines: one detection a line, whole."""

from rulefold.model import Catalogue
from rulefold.targets.frame import Emitted, Options

# Some readers take these for the end of a line, and in JSON they stand within texts only.
_LINE_ENDS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"})


def emit(catalogue: Catalogue, _: Options) -> Emitted:
    """`detections.jsonl`; absent values are left out, and nothing is lost."""
    lines = (detection.model_dump_json(exclude_none=True) for detection in catalogue.detections)
    return Emitted({"detections.jsonl": "".join(f"{line.translate(_LINE_ENDS)}\n" for line in lines)})
