"""The catalogue as one JSON file."""

from rulefold.model import Catalogue


def emit(catalogue: Catalogue) -> dict[str, str]:
    """`catalogue.json`; absent values are left out."""
    return {"catalogue.json": catalogue.model_dump_json(indent=2, exclude_none=True) + "\n"}
