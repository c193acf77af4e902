"""The JSON Schema of `coverage.json`."""

import json

from rulefold.report.document import CoverageDocument


def coverage_schema() -> str:
    """The schema, of draft 2020-12, as JSON text."""
    schema = CoverageDocument.model_json_schema(mode="serialization")
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"
