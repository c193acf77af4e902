"""The catalogue as YAML: one file of all detections, and one file a detection."""

from rulefold.model import Catalogue
from rulefold.targets.yaml_text import as_item, as_yaml


def emit(catalogue: Catalogue) -> dict[str, str]:
    """`catalogue.yaml` and `detections/<key>.yaml`; absent values are left out."""
    head = as_yaml(catalogue.model_dump(exclude={"detections"}, exclude_none=True))
    files = {f"detections/{d.key}.yaml": as_yaml(d.model_dump(exclude_none=True)) for d in catalogue.detections}
    items = "\n".join(map(as_item, files.values()))
    return {"catalogue.yaml": head + (f"detections:\n{items}" if files else "detections: []\n"), **files}
