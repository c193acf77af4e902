"""ARM templates: Sentinel's alert rules of the kinds Scheduled and NRT, and saved searches that are hunting queries.

Read are templates, single resources, and lists of them as the REST API gives them; in templates also nested resources,
nested deployments and the templates within content packages.  Sources: Microsoft Learn, template references of
Microsoft.SecurityInsights/alertRules and Microsoft.OperationalInsights/workspaces/savedSearches.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rulefold import codes
from rulefold.diagnostics import Severity
from rulefold.sources.arm_expressions import Open, Part, Scope, parts_of, resolved
from rulefold.sources.found import Found
from rulefold.sources.json_nodes import read_json
from rulefold.sources.nodes import FaultError, Fields, Items, Node, Scalar, is_nothing, kind_of, text_of
from rulefold.sources.rule import (
    ANALYTICS,
    HELD,
    HUNTING,
    KIND,
    KINDS,
    Rule,
    RuleReader,
    Text,
    lose_kind,
    plain,
    short,
    take,
    with_sub_techniques,
)
from rulefold.text import Source, Span

ALERT_RULES = {
    "microsoft.securityinsights/alertrules",
    "microsoft.operationalinsights/workspaces/providers/alertrules",
}
SAVED_SEARCHES = {
    "microsoft.operationalinsights/workspaces/savedsearches",
    "microsoft.operationalinsights/savedsearches",
}
_HUNTING = "hunting queries"
# What says nothing of a rule: marks of the service, and settings at their usual value.  Empty means any value.
_NO_LOSS: dict[str, set[str]] = {
    "enabled": {"true"},
    "suppressionenabled": {"false"},
    "category": set(),
    "etag": set(),
    "lastmodifiedutc": set(),
}


@dataclass(frozen=True, slots=True)
class _Resource:
    """A resource with its whole type, in lower case, and the scope of its template."""

    fields: Fields
    type: str
    scope: Scope


def read(source: Source) -> Found:
    """The rules of a template."""
    found = Found(source)
    if found.refuse_damage():
        return found
    try:
        root = read_json(source.text)
    except FaultError as error:
        found.tell(*error.fault)
        found.reject(found.whole)
        return found
    resources = list(_resources(root))
    if not resources and not (isinstance(root, Fields) and (root.get("resources") or root.get("value"))):
        found.tell(codes.NO_RULE, root.start, f"found {kind_of(root)} without resources, expected an ARM template")
        found.reject(found.whole)
    found.is_list = True
    for resource in resources:
        _read_resource(resource, found)
    return found


def _resources(root: Node) -> Iterator[_Resource]:
    """All resources of a template, a resource, or a list of resources as the REST API gives it."""
    nothing = Scope({}, {})
    match root:
        case Items():
            yield from _listed(root, "", nothing)
        case Fields() if root.get("properties") is not None:
            yield from _with_nested(root, "", nothing)
        case Fields() if root.get("resources") is not None:
            yield from _listed(root.get("resources"), "", Scope.of(root))
        case Fields() if (value := root.get("value")) is not None:
            yield from _listed(value, "", nothing)


def _listed(node: Node | None, parent: str, scope: Scope) -> Iterator[_Resource]:
    """Resources in a list, or by their symbolic names."""
    match node:
        case Items():
            items = node.items
        case Fields():
            items = tuple(value for _, value in node.pairs)
        case _:
            return
    for item in items:
        if isinstance(item, Fields):
            yield from _with_nested(item, parent, scope)


def _with_nested(fields: Fields, parent: str, scope: Scope) -> Iterator[_Resource]:
    """A resource and those within it; the type of a child goes on from its parent's."""
    type_ = (text_of(fields.get("type")) or "").lower()
    if parent and not type_.startswith("microsoft."):
        type_ = f"{parent}/{type_}"
    yield _Resource(fields, type_, scope)
    yield from _listed(fields.get("resources"), type_, scope)
    properties = fields.get("properties")
    if isinstance(properties, Fields):
        for name in ("template", "mainTemplate"):
            if isinstance(template := properties.get(name), Fields):
                yield from _listed(template.get("resources"), "", scope.within(template))


def _read_resource(resource: _Resource, found: Found) -> None:
    if resource.type in ALERT_RULES:
        _read_alert_rule(resource, found)
    elif resource.type not in SAVED_SEARCHES:
        found.skip("another resource", resource.fields.start)
    elif _is_hunting(resource):
        _read_saved_search(resource, found)
    else:
        found.skip("a saved search of another category", resource.fields.start)


def _is_hunting(resource: _Resource) -> bool:
    properties = resource.fields.get("properties")
    category = properties.get("category") if isinstance(properties, Fields) else None
    value = resolved(category, resource.scope) if category is not None else None
    return isinstance(value, Scalar) and (value.text or "").strip().lower() == _HUNTING


class _Reader(RuleReader):
    """Reads the properties of a resource, where texts can be expressions."""

    def __init__(self, found: Found, fields: Fields, scope: Scope) -> None:
        """Resolve expressions in a scope."""
        super().__init__(found, fields, self._resolved)
        self.scope = scope

    def _resolved(self, node: Node) -> Node:
        value = resolved(node, self.scope)
        if isinstance(value, Open):
            message = f"found {short(value.expression)}, which only a deployment can resolve"
            self.fail(codes.OPEN_EXPRESSION, node.start, message)
            return Scalar(None, node.start, node.end)
        return value


def _read_alert_rule(resource: _Resource, found: Found) -> None:
    span = Span(resource.fields.start, resource.fields.end)
    kind = _Reader(found, resource.fields, resource.scope).text(KIND)
    if kind is None or kind.text.strip().lower() not in KINDS:
        shown = f"of the kind {short(kind.text)}" if kind else "without a kind"
        message = f"found an alert rule {shown}, expected Scheduled or NRT"
        found.tell(codes.UNSUPPORTED_KIND, kind.start if kind else span.start, message)
        found.reject(span)
        return
    reader = _properties(resource, found)
    if rule := _rule(reader, resource):
        rule.type = ANALYTICS
        lose_kind(rule, kind, found)
        suppressed = text_of(reader.node(("suppressionenabled",))) == "true"
        reader.lose_others(HELD if suppressed else {*HELD, "suppressionduration"}, _is_no_loss)
        take(rule, found, span)
    else:
        found.reject(span)


def _read_saved_search(resource: _Resource, found: Found) -> None:
    span = Span(resource.fields.start, resource.fields.end)
    reader = _properties(resource, found)
    if rule := _rule(reader, resource):
        rule.type = HUNTING
        reader.lose_others({*HELD, "tags", "version"}, _is_no_loss)  # the version is that of the query language
        take(rule, found, span)
    else:
        found.reject(span)


def _properties(resource: _Resource, found: Found) -> _Reader:
    """A reader of the properties; without any, of the resource itself, which is then found to have no query."""
    properties = resource.fields.get("properties")
    return _Reader(found, properties if isinstance(properties, Fields) else resource.fields, resource.scope)


def _rule(reader: _Reader, resource: _Resource) -> Rule | None:
    rule = reader.rule()
    _read_tags(reader, rule)
    rule.texts = {name: _with_plain_line_ends(text) for name, text in rule.texts.items()}
    if reader.failed:
        return None
    rule.texts.pop("id", None)
    if id_ := _id(resource, reader.found):
        rule.texts["id"] = id_
    return rule


def _with_plain_line_ends(text: Text) -> Text:
    """A text with single line feeds, as pages have them: what the portal saves has carriage returns too."""
    return text._replace(text=text.text.replace("\r\n", "\n"))


def _id(resource: _Resource, found: Found) -> Text | None:
    """The last part of a resource's name, or else of its id."""
    names = [node for key in ("name", "id") if isinstance(node := resource.fields.get(key), Scalar) and node.text]
    for node in names:
        tail = _last_segment(parts_of(node.text or "", resource.scope))
        if tail is not None:
            return Text(tail, node.start, node.end)
    if names:
        message = f"found the name {short(names[0].text)}, which only a deployment can resolve; the rule has no id"
        found.tell(codes.OPEN_EXPRESSION, names[0].start, message, severity=Severity.WARNING)
    return None


def _last_segment(parts: tuple[Part, ...]) -> str | None:
    """What follows the last slash; None where it is empty or open."""
    tail = ""
    for part in reversed(parts):
        if isinstance(part, Open):
            return None
        _, slash, rest = part.rpartition("/")
        tail = rest + tail
        if slash:
            break
    return tail.strip() or None


def _is_no_loss(name: str, value: Node) -> bool:
    usual = _NO_LOSS.get(name)
    return usual is not None and (not usual or (text_of(value) or "").lower() in usual)


def _read_tags(reader: _Reader, rule: Rule) -> None:
    """The tags of a saved search hold its description, and its tactics and techniques, each list as one text."""
    lists: dict[str, list[Text]] = {}
    for name, value in _tags(reader):
        match name.text.strip().lower():
            case "description":
                rule.texts["description"] = plain("description", value)
            case "tactics" | "techniques" | "subtechniques" as axis:
                items = (item.strip() for item in value.text.split(","))
                lists[axis] = [value._replace(text=item) for item in dict.fromkeys(items) if item]
            case _:
                reader.found.lose(f"tags.{name.text}", name.start)
    rule.tactics = lists.get("tactics", rule.tactics)
    if "techniques" in lists or "subtechniques" in lists:
        rule.techniques = with_sub_techniques(lists.get("techniques", []), lists.get("subtechniques", []))


def _tags(reader: _Reader) -> Iterator[tuple[Text, Text]]:
    tags = reader.node(("tags",))
    if tags is None or is_nothing(tags):
        return
    if not isinstance(tags, Items):
        reader.fail(codes.OTHER_SHAPE, tags.start, f"found {kind_of(tags)} as tags, expected a list")
        return
    for tag in tags.items:
        if not isinstance(tag, Fields):
            reader.fail(codes.OTHER_SHAPE, tag.start, f"found {kind_of(tag)} as a tag, expected name and value")
            continue
        own = _Reader(reader.found, tag, reader.scope)
        name, value = own.text(("name",)), own.text(("value",))
        reader.failed |= own.failed
        if name and value and value.text.strip():
            yield name, value
