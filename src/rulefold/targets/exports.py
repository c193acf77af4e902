"""What `rulefold export` writes: a target a row."""

from rulefold.targets import (
    adx,
    bicep,
    csv_table,
    defender_xdr,
    jsonl,
    misp,
    msticpy,
    navigator,
    sentinel_arm,
    sentinel_yaml,
    stix,
    terraform,
)
from rulefold.targets.frame import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            "sentinel-yaml",
            "Microsoft Sentinel's rule files: analytics/*.yaml and hunting/*.yaml",
            sentinel_yaml.emit,
            sentinel_yaml.OPTIONS,
        ),
        Target(
            "sentinel-arm",
            "Azure Resource Manager templates: alert rules, and hunting queries as saved searches",
            sentinel_arm.emit,
            sentinel_arm.OPTIONS,
        ),
        Target("bicep", "the resources of sentinel-arm as Bicep files", bicep.emit, bicep.OPTIONS),
        Target("terraform", "the same for Terraform's azurerm provider, as HCL", terraform.emit, terraform.OPTIONS),
        Target(
            "defender-xdr",
            "custom detections of Microsoft Defender XDR, for rules that read one of its tables",
            defender_xdr.emit,
            defender_xdr.OPTIONS,
        ),
        Target("stix", "bundle.json, a STIX 2.1 bundle of indicators and ATT&CK techniques", stix.emit),
        Target(
            "misp",
            "event.json, a MISP event of kql-analytics-rule and threat-hunt-query objects",
            misp.emit,
            misp.OPTIONS,
        ),
        Target("msticpy", "msticpy's query files: analytics.yaml and hunting.yaml", msticpy.emit),
        Target("navigator", "layer.json, layers for the ATT&CK Navigator", navigator.emit, navigator.OPTIONS),
        Target("adx", "functions.kql, a script of stored functions for Azure Data Explorer", adx.emit),
        Target("jsonl", "detections.jsonl, one detection a line, whole", jsonl.emit),
        Target("csv", "detections.csv, one detection a row", csv_table.emit),
    )
}
