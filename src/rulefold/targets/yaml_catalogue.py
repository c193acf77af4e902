"""The catalogue as YAML: one file of all detections, and one file a detection."""

from rulefold.model import Catalogue
from rulefold.targets.yaml_text import as_item, as_yaml


def emit(catalogue: Catalogue) -> dict[str, str]:
    """`catalogue.yaml` and `detections/<key>.yaml`; absent values are left out."""
    data = catalogue.model_dump(exclude_none=True)
    detections = data.pop("detections")
    documents = [as_yaml(detection) for detection in detections]
    files = {
        f"detections/{detection['key']}.yaml": document
        for detection, document in zip(detections, documents, strict=True)
    }
    items = "\n".join(map(as_item, documents))
    whole = as_yaml(data) + ("detections:\n" + items if detections else "detections: []\n")
    return {"catalogue.yaml": whole, **files}
