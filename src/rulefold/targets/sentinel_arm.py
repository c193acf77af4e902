"""Microsoft Sentinel's rules as ARM templates: alert rules, and hunting queries as saved searches."""

import json

from rulefold.model import Catalogue
from rulefold.targets.arm import (
    API_VERSION,
    LAYOUT,
    PREFIX_HELP,
    WORKSPACE_HELP,
    WORKSPACE_TYPE,
    Resource,
    Value,
    groups,
    numbered,
    resources,
)
from rulefold.targets.frame import Emitted, Options

OPTIONS = (API_VERSION, LAYOUT)

_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_PARAMETERS = {
    "workspace": {"type": "string", "metadata": {"description": WORKSPACE_HELP}},
    "prefix": {"type": "string", "defaultValue": "", "metadata": {"description": PREFIX_HELP}},
}
_SCOPE = f"[resourceId('{WORKSPACE_TYPE}', parameters('workspace'))]"


def emit(catalogue: Catalogue, options: Options) -> Emitted:
    """`template.json`, numbered where Azure's limits want several; or `analytics/` and `hunting/<key>.json`."""
    found, losses = resources(catalogue, options["api-version"])
    if options["layout"] == "rule":
        files = {f"{resource.path}.json": _template([_resource(resource)]) for resource in found}
    else:
        texts = [_template(group) for group in groups(map(_resource, found))]
        files = numbered("template", ".json", texts) if texts else {}
    return Emitted(files, tuple(losses))


def _template(group: list[str]) -> str:
    """A template of resources that are written already, indented by two levels."""
    head = {"$schema": _SCHEMA, "contentVersion": "1.0.0.0", "parameters": _PARAMETERS}
    start = json.dumps(head, indent=2).removesuffix("\n}")
    body = ",\n".join(group)
    return f'{start},\n  "resources": [\n{body}\n  ]\n}}\n'


def _resource(resource: Resource) -> str:
    data: dict[str, Value] = {"type": resource.type, "apiVersion": resource.api_version}
    if resource.kind:
        data |= {"scope": _SCOPE, "name": resource.rule.id, "kind": resource.kind}
    else:
        data |= {"name": f"[concat(parameters('workspace'), '/{resource.rule.id}')]", "etag": "*"}
    title = resource.rule.detection.title.replace("'", "''")
    data["properties"] = {
        "displayName": f"[concat(parameters('prefix'), '{title}')]",
        **{name: literal(value) for name, value in resource.properties.items()},
    }
    return "    " + json.dumps(data, indent=2, ensure_ascii=False).replace("\n", "\n    ")


def literal(value: Value) -> Value:
    """A value that no text in it is an expression of.

    A text is one that begins with a bracket and ends with one; a second bracket at its beginning takes that away.
    Source: Azure Resource Manager, "Syntax and expressions in ARM templates".
    """
    match value:
        case str() if value.startswith("[") and value.endswith("]"):
            return f"[{value}"
        case list():
            return [literal(item) for item in value]
        case dict():
            return {name: literal(item) for name, item in value.items()}
        case _:
            return value
