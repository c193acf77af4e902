"""Each rule's query in a file of its own."""

from rulefold.model import Catalogue


def emit(catalogue: Catalogue) -> dict[str, str]:
    """`kql/<key>.kql`: the queries, verbatim."""
    return {f"kql/{detection.key}.kql": detection.query for detection in catalogue.detections}
