"""Microsoft Sentinel's rules as Bicep files: the resources of the ARM templates in Bicep's own syntax."""

from collections.abc import Iterator

from rulefold.model import Catalogue
from rulefold.targets.arm import (
    API_VERSION,
    LAYOUT,
    PREFIX_HELP,
    WORKSPACE_API,
    WORKSPACE_HELP,
    WORKSPACE_TYPE,
    Resource,
    Value,
    groups,
    numbered,
    resources,
)
from rulefold.targets.frame import Emitted, Options
from rulefold.targets.literals import bicep, bicep_block

OPTIONS = (API_VERSION, LAYOUT)

_HEAD = f"""\
@description({bicep(WORKSPACE_HELP)})
param workspace string

@description({bicep(PREFIX_HELP)})
param prefix string = ''

resource sentinel '{WORKSPACE_TYPE}@{WORKSPACE_API}' existing = {{
  name: workspace
}}
"""


def emit(catalogue: Catalogue, options: Options) -> Emitted:
    """`rules.bicep`, numbered where Azure's limits want several; or `analytics/` and `hunting/<key>.bicep`."""
    found, losses = resources(catalogue, options["api-version"])
    if options["layout"] == "rule":
        files = {f"{resource.path}.bicep": f"{_HEAD}\n{_resource(resource)}" for resource in found}
    else:
        texts = ["\n".join([_HEAD, *group]) for group in groups(map(_resource, found))]
        files = numbered("rules", ".bicep", texts) if texts else {}
    return Emitted(files, tuple(losses))


def _resource(resource: Resource) -> str:
    return "".join(f"{line}\n" for line in _lines(resource))


def _lines(resource: Resource) -> Iterator[str]:
    name = ("rule_" if resource.kind else "search_") + resource.rule.id.replace("-", "_")
    yield f"resource {name} '{resource.type}@{resource.api_version}' = {{"
    yield "  scope: sentinel" if resource.kind else "  parent: sentinel"
    yield f"  name: {bicep(resource.rule.id)}"
    yield f"  kind: '{resource.kind}'" if resource.kind else "  etag: '*'"
    title = bicep(resource.rule.detection.title)
    yield "  properties: {"
    yield f"    displayName: '${{prefix}}{title[1:]}"
    for key, value in resource.properties.items():
        yield f"    {key}: {_value(value, '    ')}"
    yield "  }"
    yield "}"


def _value(value: Value, pad: str) -> str:
    """A value as an expression; what follows its first line is indented by `pad`, but for a text's own lines."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return bicep_block(value)
        case list():
            items = "".join(f"{pad}  {_value(item, pad + '  ')}\n" for item in value)
            return f"[\n{items}{pad}]" if items else "[]"
        case dict():
            fields = "".join(f"{pad}  {key}: {_value(item, pad + '  ')}\n" for key, item in value.items())
            return f"{{\n{fields}{pad}}}"
