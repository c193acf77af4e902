"""Which log sources of MITRE's analytics a table of Sentinel holds.

MITRE names log sources like `azure:activity` and `WinEventLog:Security`; a detection reads tables.  The map is
rulefold's own, made from what the tables hold by Microsoft's reference; the names are those of ATT&CK 18.1.  A table
that holds none of them is not listed.
"""

from collections.abc import Mapping

_SIGN_IN = ("azure:signinlogs", "m365:signinlogs")
_OFFICE = ("m365:audit", "m365:exchange", "m365:mailboxaudit", "m365:sharepoint", "m365:unified")
_AUDITD = (
    *("auditd:AUTH", "auditd:CONFIG_CHANGE", "auditd:EXECVE", "auditd:FILE", "auditd:FS", "auditd:PATH"),
    *("auditd:PROCTITLE", "auditd:SYSCALL", "auditd:USER_LOGIN"),
)
_KUBERNETES = ("kubernetes:apiserver", "kubernetes:audit")

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
    "AuditLogs": ("ApplicationLog:EntraIDPortal", "Microsoft Entra ID Audit Logs", "azure:ad", "azure:audit"),
    "AzureActivity": ("azure:activity",),
    "CloudAppEvents": ("m365:unified",),
    "DeviceEvents": ("EDR:AMSI", "EDR:Telemetry"),
    "DeviceNetworkEvents": ("M365Defender:DeviceNetworkEvents",),
    "EmailEvents": ("m365:messagetrace",),
    "Event": (
        *("WinEventLog:Application", "WinEventLog:PowerShell", "WinEventLog:Sysmon", "WinEventLog:System"),
        "WinEventLog:TaskScheduler",
    ),
    "GCPAuditLogs": ("gcp:audit",),
    "GCP_IAM_CL": ("gcp:audit", "gcp:iam"),
    "GitHubAuditData": ("saas:github",),
    "GitHubAuditLogPolling_CL": ("saas:github",),
    "GitHub_CL": ("saas:github",),
    "MicrosoftGraphActivityLogs": ("Microsoft Graph API Logs",),
    "OfficeActivity": _OFFICE,
    "OktaV2_CL": ("Okta:SystemLog", "saas:okta"),
    "Okta_CL": ("Okta:SystemLog", "saas:okta"),
    "SecurityEvent": ("WinEventLog:Security",),
    "SigninLogs": _SIGN_IN,
    "Syslog": ("linux:auth", "linux:cron", "linux:syslog", *_AUDITD),
    "W3CIISLog": ("ApplicationLog:IIS", "WinEventLog:iis"),
    "WindowsEvent": ("WinEventLog:PowerShell", "WinEventLog:Security", "WinEventLog:Sysmon", "WinEventLog:System"),
    "WindowsFirewall": ("Windows Firewall Log",),
    "ZoomLogs_CL": ("saas:zoom",),
}
