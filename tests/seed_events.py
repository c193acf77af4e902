"""Events for the seed's detection, a run command on a machine, and what it finds in them, worked out by hand."""

import json
from pathlib import Path
from typing import Any

Events = dict[str, list[dict[str, Any]]]

_DAY = "2024-05-04T"
_RUN = "Microsoft.Compute/virtualMachines/runCommand/action"
_SCOPE = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/web/providers/Microsoft.Compute"
_COMMAND = "powershell  -ExecutionPolicy Unrestricted -File script0.ps1"


def _activity(time: str, status: str, **changes: str) -> dict[str, Any]:
    event = {
        "TimeGenerated": f"{_DAY}{time}Z",
        "OperationNameValue": _RUN,
        "ActivityStatusValue": status,
        "CorrelationId": "c-1",
        "Caller": "ada@contoso.com",
        "CallerIpAddress": "203.0.113.7",
        "Authorization": json.dumps({"action": _RUN, "scope": f"{_SCOPE}/virtualMachines/WEB01"}),
    }
    return event | changes


def _file(time: str, **changes: Any) -> dict[str, Any]:
    event = {
        "TimeGenerated": f"{_DAY}{time}Z",
        "DeviceName": "WEB01.contoso.com",
        "FileName": "script0.ps1",
        "FileSize": 1234,
        "InitiatingProcessFileName": "RunCommandExtension.exe",
        "InitiatingProcessId": 4711,
    }
    return event | changes


def _event(time: str, command: str, **changes: Any) -> dict[str, Any]:
    event = {
        "TimeGenerated": f"{_DAY}{time}Z",
        "DeviceName": "WEB01.contoso.com",
        "InitiatingProcessCommandLine": _COMMAND,
        "AdditionalFields": json.dumps({"Command": command}),
    }
    return event | changes


def firing() -> Events:
    """Events that make the detection fire once; commands are out of order, and the name of the script is none."""
    return {
        "AzureActivity": [
            _activity("10:05:00", "Succeeded"),
            _activity("10:00:00", "Started"),
            _activity("10:00:02.5", "Accepted", CallerIpAddress="203.0.113.9"),
            _activity("10:00:00", "Succeeded", CorrelationId="c-2", OperationNameValue="Microsoft.Compute/other"),
        ],
        "DeviceFileEvents": [
            _file("10:01:00"),
            _file("10:06:00"),  # after the command has ended
            _file("10:01:30", InitiatingProcessFileName="notepad.exe"),
            _file("10:01:30", DeviceName="WEB02.contoso.com"),
        ],
        "DeviceEvents": [
            _event("10:02:05", "Get-LocalUser"),
            _event("10:02:00", "whoami"),
            _event("10:02:01", "script0.ps1"),
            _event("10:02:03", "ipconfig", InitiatingProcessCommandLine="powershell -Command ipconfig"),
        ],
    }


# printf '["whoami","Get-LocalUser"]' | sha256sum
ROW = {
    "StartTime": "2024-05-04T10:00:00Z",
    "EndTime": "2024-05-04T10:05:00Z",
    "PowershellFileCreatedTimestamp": "2024-05-04T10:01:00Z",
    "PowershellExecStart": "2024-05-04T10:02:00Z",
    "PowershellExecEnd": "2024-05-04T10:02:05Z",
    "PowershellFileName": "script0.ps1",
    "PowershellScriptCommands": ["whoami", "Get-LocalUser"],
    "Caller": "ada@contoso.com",
    "CallerIpAddress": "203.0.113.9",
    "InitiatingProcessCommandLine": _COMMAND,
    "PowershellFileSize": 1234,
    "VirtualMachineName": "WEB01",
    "ScriptFingerprintHash": "73a5e8c30ab8dddf18faed85570e9f8f24e73c6379435f38168f461a1f819f1f",
}

# What, put in the place of a value, keeps it from firing.
SILENCED: dict[str, tuple[str, dict[str, Any]]] = {
    "never succeeded": ("AzureActivity", {"ActivityStatusValue": "Failed"}),
    "no machine": ("AzureActivity", {"Authorization": json.dumps({"scope": f"{_SCOPE}/disks/WEB01"})}),
    "another operation": ("AzureActivity", {"OperationNameValue": "Microsoft.Compute/virtualMachines/start/action"}),
    "another machine": ("AzureActivity", {"Authorization": json.dumps({"scope": f"{_SCOPE}/virtualMachines/DB01"})}),
    "a file of another process": ("DeviceFileEvents", {"InitiatingProcessFileName": "runcommandextension.exe"}),
    "a file before it began": ("DeviceFileEvents", {"TimeGenerated": f"{_DAY}09:59:59Z"}),
    "another script": ("DeviceFileEvents", {"FileName": "script1.ps1"}),
    "no file is run": ("DeviceEvents", {"InitiatingProcessCommandLine": "powershell -Command script0.ps1"}),
    "no command but the script": ("DeviceEvents", {"AdditionalFields": '{"Command": "script0.ps1"}'}),
}


def silenced(how: str) -> Events:
    """The same events with a change that is of all events of a table."""
    table, changes = SILENCED[how]
    events = firing()
    events[table] = [event | changes for event in events[table]]
    return events


def write(events: Events, folder: Path) -> Path:
    """A file of JSON lines for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in events.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder
