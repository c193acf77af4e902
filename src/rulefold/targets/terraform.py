"""Microsoft Sentinel's rules in HCL, for the azurerm provider of Terraform.

Source: the provider's documentation of azurerm_sentinel_alert_rule_scheduled, azurerm_sentinel_alert_rule_nrt and
azurerm_log_analytics_saved_search, and its checks of tags.
"""

from collections.abc import Iterator
from unicodedata import is_normalized

from rulefold.model import Catalogue
from rulefold.targets.arm import LAYOUT, parents, sub_techniques_lost
from rulefold.targets.frame import Emitted, Loss, Options
from rulefold.targets.literals import hcl, hcl_block
from rulefold.targets.sentinel import (
    OPERATORS,
    Rule,
    iso_duration,
    lost_before,
    read_rules,
    unique_ids,
    without_invented,
    without_place,
)

OPTIONS = (LAYOUT,)
MAX_TAG = 256  # bytes

_HEAD = """\
terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.0"
    }
  }
}

variable "log_analytics_workspace_id" {
  type        = string
  description = "The id of the Log Analytics workspace of Microsoft Sentinel."
}

variable "prefix" {
  type        = string
  description = "What the name of each rule begins with."
  default     = ""
}
"""


def emit(catalogue: Catalogue, options: Options) -> Emitted:
    """`main.tf` with all rules, or with the variables alone and `<key>.tf` for each rule."""
    ids, made = unique_ids(catalogue)
    rules, lost = read_rules(catalogue, ids)
    written = {rule.detection.key: _resource(rule) for rule in rules}
    if options["layout"] == "rule":
        files = {"main.tf": _HEAD, **{f"rule-{key}.tf": text for key, text in written.items()}}
    else:
        files = {"main.tf": "\n".join([_HEAD, *written.values()])}
    said = (
        *lost_before(catalogue),
        *without_place(catalogue, "platforms", "url", "ingested_date", "connectors"),
        *without_invented(catalogue),
    )
    return Emitted(files, (*said, *made, *lost, *(loss for rule in rules for loss in _losses(rule))))


def _losses(rule: Rule) -> Iterator[Loss]:
    d = rule.detection
    if rule.kind == "Hunting":
        for name, text in _tags(rule).items():
            if not _fits(text):
                yield Loss(d.key, name, f"longer than a tag may be, {MAX_TAG} bytes", text[:100])
    else:
        yield from sub_techniques_lost(rule, "the provider has no sub-techniques; the technique is kept")
    for name, text in (("title", d.title), ("description", d.description), ("query", d.query)):
        if not is_normalized("NFC", text):
            yield Loss(d.key, name, "Terraform reads it with composed characters (NFC)")


def _resource(rule: Rule) -> str:
    return "".join(f"{line}\n" for line in _lines(rule))


def _lines(rule: Rule) -> Iterator[str]:
    kinds = {
        "Scheduled": "azurerm_sentinel_alert_rule_scheduled",
        "NRT": "azurerm_sentinel_alert_rule_nrt",
        "Hunting": "azurerm_log_analytics_saved_search",
    }
    label = ("search_" if rule.kind == "Hunting" else "rule_") + rule.id.replace("-", "_")
    title = hcl(rule.detection.title)
    yield f'resource "{kinds[rule.kind]}" "{label}" {{'
    yield f"  name                       = {hcl(rule.id)}"
    yield "  log_analytics_workspace_id = var.log_analytics_workspace_id"
    yield f'  display_name               = "${{var.prefix}}{title[1:]}'
    yield from _hunting(rule) if rule.kind == "Hunting" else _alert_rule(rule)
    yield "}"


def _hunting(rule: Rule) -> Iterator[str]:
    yield '  category                   = "Hunting Queries"'
    yield f"  query                      = {hcl_block(rule.detection.query)}"
    tags = {name: text for name, text in _tags(rule).items() if _fits(text)}
    if tags:
        yield "  tags = {"
        yield from (f"    {name} = {hcl(text)}" for name, text in tags.items())
        yield "  }"


def _tags(rule: Rule) -> dict[str, str]:
    tags = {
        "description": rule.detection.description,
        "tactics": ",".join(rule.tactics),
        "techniques": ",".join(rule.techniques),
    }
    return {name: text for name, text in tags.items() if text}


def _fits(text: str) -> bool:
    return len(text.encode()) <= MAX_TAG


def _alert_rule(rule: Rule) -> Iterator[str]:
    d = rule.detection
    if d.description:
        yield f"  description                = {hcl_block(d.description)}"
    yield f"  severity                   = {hcl(rule.severity or '')}"
    yield f"  query                      = {hcl_block(d.query)}"
    if trigger := rule.trigger:
        yield f"  query_frequency            = {hcl(iso_duration(trigger.frequency))}"
        yield f"  query_period               = {hcl(iso_duration(trigger.period))}"
        yield f"  trigger_operator           = {hcl(OPERATORS[trigger.operator])}"
        yield f"  trigger_threshold          = {trigger.threshold}"
    if rule.tactics:
        yield f"  tactics                    = {_list(rule.tactics)}"
    if rule.techniques:
        yield f"  techniques                 = {_list(parents(rule.techniques))}"
    if rule.kind == "NRT":
        # The provider asks for it; this is what Sentinel does where a rule says nothing.
        yield "  event_grouping {"
        yield '    aggregation_method = "SingleAlert"'
        yield "  }"


def _list(values: tuple[str, ...] | list[str]) -> str:
    return f"[{', '.join(map(hcl, values))}]"
