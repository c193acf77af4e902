"""The JSON Schema of the catalogue, made from the models."""

import json

from rulefold.model import Catalogue


def emit(_: Catalogue) -> dict[str, str]:
    """`catalogue.schema.json`, in the dialect of draft 2020-12."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Catalogue.model_json_schema()
    return {"catalogue.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"}
