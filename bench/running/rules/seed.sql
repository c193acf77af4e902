WITH runs AS (
  SELECT
    CorrelationId, "Authorization", Caller, min(TimeGenerated) AS StartTime, max(TimeGenerated) AS EndTime,
    max(CallerIpAddress) AS CallerIpAddress
  FROM AzureActivity
  WHERE
    OperationNameValue = 'Microsoft.Compute/virtualMachines/runCommand/action'
    AND regexp_matches("Authorization", '(?i)\bvirtualMachines\b')
  GROUP BY ALL
  HAVING bool_or(regexp_matches(ActivityStatusValue, '(?i)\bSucceeded\b'))
),
machines AS (
  SELECT *, string_split("Authorization" ->> '$.scope', '/')[-1] AS VirtualMachineName FROM runs
),
files AS (
  SELECT split_part(DeviceName, '.', 1) AS VirtualMachineName, TimeGenerated, FileName, FileSize
  FROM DeviceFileEvents
  WHERE InitiatingProcessFileName = 'RunCommandExtension.exe'
),
commands AS (
  SELECT
    TimeGenerated, InitiatingProcessCommandLine, AdditionalFields ->> '$.Command' AS PSCommand,
    regexp_extract(InitiatingProcessCommandLine, '-File\s(script[0-9]{1,9}\.ps1)', 1) AS PowershellFileName
  FROM DeviceEvents
  WHERE InitiatingProcessCommandLine ILIKE '%-File %'
),
scripts AS (
  SELECT
    PowershellFileName, InitiatingProcessCommandLine, min(TimeGenerated) AS PowershellExecStart,
    max(TimeGenerated) AS PowershellExecEnd, to_json(list(PSCommand ORDER BY TimeGenerated)) AS PowershellScriptCommands
  FROM commands
  WHERE PSCommand <> PowershellFileName
  GROUP BY ALL
)
SELECT
  StartTime, EndTime, files.TimeGenerated AS PowershellFileCreatedTimestamp, PowershellExecStart, PowershellExecEnd,
  PowershellFileName, PowershellScriptCommands, Caller, CallerIpAddress, InitiatingProcessCommandLine,
  FileSize AS PowershellFileSize, VirtualMachineName, sha256(PowershellScriptCommands) AS ScriptFingerprintHash
FROM machines
JOIN files USING (VirtualMachineName)
JOIN scripts ON FileName = PowershellFileName
WHERE files.TimeGenerated BETWEEN StartTime AND EndTime
ORDER BY StartTime
