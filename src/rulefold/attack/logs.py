"""Which log sources of MITRE's analytics a table of Sentinel holds.

MITRE names log sources like `azure:activity` and `WinEventLog:Security`; a detection reads tables.  The map is
rulefold's own, made from what the tables hold by Microsoft's reference; the names are those of ATT&CK 18.1.  A table
that holds none of them is not listed.
"""

from collections import defaultdict
from collections.abc import Mapping

_SIGN_IN = ("azure:signinlogs", "m365:signinlogs")
_OFFICE = ("m365:audit", "m365:exchange", "m365:mailboxaudit", "m365:sharepoint", "m365:unified")
_AUDITD = (
    *("auditd:AUTH", "auditd:CONFIG_CHANGE", "auditd:EXECVE", "auditd:FILE", "auditd:FS", "auditd:PATH"),
    *("auditd:PROCTITLE", "auditd:SYSCALL", "auditd:USER_LOGIN"),
)
_KUBERNETES = ("kubernetes:apiserver", "kubernetes:audit")
_DNS = ("dns:query",)
_FLOW = ("NSM:Connections", "NSM:Flow", "Network Traffic")
_FIREWALL = ("NSM:Firewall", "NSM:firewall", "networkdevice:Firewall")

SOURCES: Mapping[str, tuple[str, ...]] = {
    "AADManagedIdentitySignInLogs": _SIGN_IN,
    "AADNonInteractiveUserSignInLogs": _SIGN_IN,
    "AADServicePrincipalSignInLogs": _SIGN_IN,
    "AADSignInEventsBeta": _SIGN_IN,
    "AKSAudit": _KUBERNETES,
    "AKSAuditAdmin": _KUBERNETES,
    "AWSCloudTrail": (
        *("AWS:CloudTrail", "CloudTrail:GetCallerIdentity", "CloudTrail:GetObject", "CloudTrail:PutObject"),
        "CloudTrail:Signin",
    ),
    "AWSCloudWatch": ("AWS:CloudWatch",),
    "AWSVPCFlow": ("AWS:VPCFlowLogs", "VPCFlowLogs:All"),
    "AlertEvidence": ("EDR:detection", "m365:defender"),
    "AlertInfo": ("EDR:detection", "m365:defender"),
    "AuditLogs": ("ApplicationLog:EntraIDPortal", "Microsoft Entra ID Audit Logs", "azure:ad", "azure:audit"),
    "AzureActivity": ("azure:activity", "azure:policy"),
    "AzureNetworkAnalytics_CL": ("azure:vpcflow",),
    "Cisco_Umbrella_dns_CL": _DNS,
    "CloudAppEvents": ("m365:unified",),
    "CommonSecurityLog": (*_FIREWALL, *_FLOW),
    "Corelight_CL": (*_DNS, *_FLOW, "NSM:Content"),
    "DeviceEvents": ("EDR:AMSI", "EDR:Telemetry"),
    "DeviceFileEvents": ("EDR:file",),
    "DeviceNetworkEvents": ("M365Defender:DeviceNetworkEvents",),
    "DeviceProcessEvents": ("EDR:cli",),
    "DnsEvents": _DNS,
    "EmailEvents": ("m365:messagetrace",),
    "Event": (
        *("WinEventLog:Application", "WinEventLog:PowerShell", "WinEventLog:Sysmon", "WinEventLog:System"),
        "WinEventLog:TaskScheduler",
    ),
    "GCPAuditLogs": ("gcp:audit",),
    "GCP_DNS_CL": _DNS,
    "GCP_IAM_CL": ("gcp:audit", "gcp:iam"),
    "GitHubAuditData": ("saas:github",),
    "GitHubAuditLogPolling_CL": ("saas:github",),
    "GitHub_CL": ("saas:github",),
    "MicrosoftGraphActivityLogs": ("Microsoft Graph API Logs",),
    "NXLog_DNS_Server_CL": _DNS,
    "OfficeActivity": _OFFICE,
    "OktaV2_CL": ("Okta:SystemLog", "saas:okta"),
    "Okta_CL": ("Okta:SystemLog", "saas:okta"),
    "SecurityEvent": ("WinEventLog:AppLocker", "WinEventLog:Security"),
    "SigninLogs": _SIGN_IN,
    "Syslog": (
        *("journald:systemd", "linux:auth", "linux:cron", "linux:syslog", "networkdevice:syslog", *_AUDITD),
        "linux:Sysmon",  # Sysmon for Linux writes to syslog
    ),
    "VMConnection": _FLOW,
    "W3CIISLog": ("ApplicationLog:IIS", "WinEventLog:iis"),
    "WindowsEvent": ("WinEventLog:PowerShell", "WinEventLog:Security", "WinEventLog:Sysmon", "WinEventLog:System"),
    "WindowsFirewall": ("Windows Firewall Log",),
    "WireData": _FLOW,
    "ZoomLogs_CL": ("saas:zoom",),
}


def tables_of_sources() -> dict[str, tuple[str, ...]]:
    """The map the other way round: for each log source the tables that hold it, sorted."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for table, names in SOURCES.items():
        for name in names:
            found[name].append(table)
    return {name: tuple(sorted(tables)) for name, tables in sorted(found.items())}
