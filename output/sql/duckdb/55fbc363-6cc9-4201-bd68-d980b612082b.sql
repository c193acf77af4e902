-- Azure VM Run Command linked with MDE
-- id: 55fbc363-6cc9-4201-bd68-d980b612082b
-- reads: AzureActivity, DeviceEvents, DeviceFileEvents
-- Timespans are BIGINT, in ticks of 100 ns; dynamic values are JSON; times are TIMESTAMP, in UTC.
-- A string that is NULL in a table is an empty one.
-- Compiled from KQL for duckdb by rulefold 0.1.0.

WITH "step_1" /* AzureActivity */ AS (
  SELECT
    "ActivityStatusValue",
    "Authorization",
    "Caller",
    "CallerIpAddress",
    "CorrelationId",
    "OperationNameValue",
    "TimeGenerated"
  FROM "AzureActivity"
), "step_2" /* where OperationNameValue == "Microsoft.Compute/virtualMachines/runCommand/action" */ AS (
  SELECT
    *
  FROM "step_1"
  WHERE
    "OperationNameValue" = 'Microsoft.Compute/virtualMachines/runCommand/action'
), "step_3" /* where Authorization has "virtualMachines" */ AS (
  SELECT
    *
  FROM "step_2"
  WHERE
    CONTAINS(LOWER("Authorization"), 'virtualmachines')
    AND REGEXP_MATCHES("Authorization", '(?i)(?:^|[^\p{L}\p{Nd}])virtualMachines(?:$|[^\p{L}\p{Nd}])')
), "step_4" /* summarize StartTime=min(TimeGenerated), EndTime=max(TimeGenerated), max(CallerIpAddress), make_li... */ AS (
  SELECT
    COALESCE("CorrelationId", '') AS "CorrelationId",
    COALESCE("Authorization", '') AS "Authorization",
    COALESCE("Caller", '') AS "Caller",
    MIN("TimeGenerated") AS "StartTime",
    MAX("TimeGenerated") AS "EndTime",
    MAX(NULLIF("CallerIpAddress", '')) AS "max_CallerIpAddress",
    COALESCE(TO_JSON(LIST(COALESCE("ActivityStatusValue", ''))), CAST('[]' AS JSON)) AS "list_ActivityStatusValue"
  FROM "step_3"
  GROUP BY
    1,
    2,
    3
), "step_5" AS (
  SELECT
    *,
    JSON_EXTRACT_STRING("list_ActivityStatusValue", '$') AS "$5"
  FROM "step_4"
), "step_6" /* where list_ActivityStatusValue has "Succeeded" */ AS (
  SELECT
    *
  FROM "step_5"
  WHERE
    CONTAINS(LOWER("$5"), 'succeeded')
    AND REGEXP_MATCHES("$5", '(?i)(?:^|[^\p{L}\p{Nd}])Succeeded(?:$|[^\p{L}\p{Nd}])')
), "step_7" /* extend Authorization_d = parse_json(Authorization) */ AS (
  SELECT
    *,
    CASE
      WHEN JSON_VALID("Authorization")
      THEN JSON("Authorization")
      ELSE TO_JSON(NULLIF("Authorization", ''))
    END AS "Authorization_d"
  FROM "step_6"
), "step_8" /* extend Scope = Authorization_d.scope */ AS (
  SELECT
    *,
    JSON_EXTRACT("Authorization_d", '$."scope"') AS "Scope"
  FROM "step_7"
), "step_9" /* extend Scope_s = split(Scope, "/") */ AS (
  SELECT
    *,
    TO_JSON(STRING_SPLIT(COALESCE(JSON_EXTRACT_STRING("Scope", '$'), ''), '/')) AS "Scope_s"
  FROM "step_8"
), "step_10" /* extend Subscription = tostring(Scope_s[2]) */ AS (
  SELECT
    *,
    JSON_EXTRACT_STRING("Scope_s", '$[2]') AS "Subscription"
  FROM "step_9"
), "step_11" /* extend VirtualMachineName = tostring(Scope_s[-1]) */ AS (
  SELECT
    *,
    JSON_EXTRACT_STRING("Scope_s", '$[#-1]') AS "VirtualMachineName"
  FROM "step_10"
), "step_12" /* project StartTime, EndTime, Subscription, VirtualMachineName, CorrelationId, Caller, CallerIpAddr... */ AS (
  SELECT
    "StartTime",
    "EndTime",
    "Subscription",
    "VirtualMachineName",
    "CorrelationId",
    "Caller",
    "max_CallerIpAddress" AS "CallerIpAddress"
  FROM "step_11"
), "step_13" /* DeviceFileEvents */ AS (
  SELECT
    "DeviceName",
    "FileName",
    "FileSize",
    "InitiatingProcessAccountDomain",
    "InitiatingProcessAccountName",
    "InitiatingProcessFileName",
    "InitiatingProcessFolderPath",
    "InitiatingProcessId",
    "TimeGenerated"
  FROM "DeviceFileEvents"
), "step_14" /* where InitiatingProcessFileName == "RunCommandExtension.exe" */ AS (
  SELECT
    *
  FROM "step_13"
  WHERE
    "InitiatingProcessFileName" = 'RunCommandExtension.exe'
), "step_15" /* extend VirtualMachineName = tostring(split(DeviceName, ".")[0]) */ AS (
  SELECT
    *,
    JSON_EXTRACT_STRING(TO_JSON(STRING_SPLIT(COALESCE("DeviceName", ''), '.')), '$[0]') AS "VirtualMachineName"
  FROM "step_14"
), "step_16" /* project VirtualMachineName, PowershellFileCreatedTimestamp=TimeGenerated, FileName, FileSize, Ini... */ AS (
  SELECT
    "VirtualMachineName",
    "TimeGenerated" AS "PowershellFileCreatedTimestamp",
    "FileName",
    "FileSize",
    "InitiatingProcessAccountName",
    "InitiatingProcessAccountDomain",
    "InitiatingProcessFolderPath",
    "InitiatingProcessId"
  FROM "step_15"
), "step_17" /* join kind=leftouter ( DeviceFileEvents | where InitiatingProcessFileName == "RunCommandExtension.... */ AS (
  SELECT
    "left".*,
    "right"."PowershellFileCreatedTimestamp",
    "right"."FileName",
    "right"."FileSize",
    "right"."InitiatingProcessAccountDomain",
    "right"."InitiatingProcessFolderPath",
    "right"."InitiatingProcessId"
  FROM "step_12" AS "left"
  LEFT JOIN "step_16" AS "right"
    ON COALESCE("left"."VirtualMachineName", '') = COALESCE("right"."VirtualMachineName", '')
), "step_18" /* where PowershellFileCreatedTimestamp between (StartTime .. EndTime) */ AS (
  SELECT
    *
  FROM "step_17"
  WHERE
    "PowershellFileCreatedTimestamp" >= "StartTime"
    AND "PowershellFileCreatedTimestamp" <= "EndTime"
), "step_19" /* project StartTime, EndTime, PowershellFileCreatedTimestamp, VirtualMachineName, Caller, CallerIpA... */ AS (
  SELECT
    "StartTime",
    "EndTime",
    "PowershellFileCreatedTimestamp",
    "VirtualMachineName",
    "Caller",
    "CallerIpAddress",
    "FileName",
    "FileSize",
    "InitiatingProcessId",
    "InitiatingProcessAccountDomain",
    "InitiatingProcessFolderPath"
  FROM "step_18"
), "step_20" /* DeviceEvents */ AS (
  SELECT
    "AdditionalFields",
    "DeviceName",
    "InitiatingProcessCommandLine",
    "TimeGenerated"
  FROM "DeviceEvents"
), "step_21" /* extend VirtualMachineName = tostring(split(DeviceName, ".")[0]) */ AS (
  SELECT
    *,
    JSON_EXTRACT_STRING(TO_JSON(STRING_SPLIT(COALESCE("DeviceName", ''), '.')), '$[0]') AS "VirtualMachineName"
  FROM "step_20"
), "step_22" /* where InitiatingProcessCommandLine has "-File" */ AS (
  SELECT
    *
  FROM "step_21"
  WHERE
    CONTAINS(LOWER("InitiatingProcessCommandLine"), '-file')
    AND REGEXP_MATCHES("InitiatingProcessCommandLine", '(?i)-File(?:$|[^\p{L}\p{Nd}])')
), "step_23" /* extend PowershellFileName = extract(@"\-File\s(script[0-9]{1,9}\.ps1)", 1, InitiatingProcessComma... */ AS (
  SELECT
    *,
    REGEXP_EXTRACT(
      "InitiatingProcessCommandLine",
      '\-File[\s\x0b\x{85}\p{Z}](script[0-9]{1,9}\.ps1)',
      1
    ) AS "PowershellFileName"
  FROM "step_22"
), "step_24" /* extend PSCommand = tostring(parse_json(AdditionalFields).Command) */ AS (
  SELECT
    *,
    JSON_EXTRACT_STRING("AdditionalFields", '$."Command"') AS "PSCommand"
  FROM "step_23"
), "step_25" /* where PSCommand != PowershellFileName */ AS (
  SELECT
    *
  FROM "step_24"
  WHERE
    COALESCE("PSCommand", '') <> COALESCE("PowershellFileName", '')
), "step_26" /* summarize PowershellExecStart=min(TimeGenerated), PowershellExecEnd=max(TimeGenerated), make_list... */ AS (
  SELECT
    COALESCE("PowershellFileName", '') AS "PowershellFileName",
    COALESCE("InitiatingProcessCommandLine", '') AS "InitiatingProcessCommandLine",
    MIN("TimeGenerated") AS "PowershellExecStart",
    MAX("TimeGenerated") AS "PowershellExecEnd",
    COALESCE(
      TO_JSON(LIST(COALESCE("PSCommand", '') ORDER BY "TimeGenerated" ASC NULLS FIRST)),
      CAST('[]' AS JSON)
    ) AS "list_PSCommand"
  FROM "step_25"
  GROUP BY
    1,
    2
), "step_27" /* join kind=inner( DeviceEvents | extend VirtualMachineName = tostring(split(DeviceName, ".")[0]) |... */ AS (
  SELECT
    "left".*,
    "right"."PowershellFileName",
    "right"."InitiatingProcessCommandLine",
    "right"."PowershellExecStart",
    "right"."PowershellExecEnd",
    "right"."list_PSCommand"
  FROM "step_19" AS "left"
  INNER JOIN "step_26" AS "right"
    ON COALESCE("left"."FileName", '') = "right"."PowershellFileName"
), "step_28" /* project StartTime, EndTime, PowershellFileCreatedTimestamp, PowershellExecStart, PowershellExecEn... */ AS (
  SELECT
    "StartTime",
    "EndTime",
    "PowershellFileCreatedTimestamp",
    "PowershellExecStart",
    "PowershellExecEnd",
    "PowershellFileName",
    "list_PSCommand" AS "PowershellScriptCommands",
    "Caller",
    "CallerIpAddress",
    "InitiatingProcessCommandLine",
    "FileSize" AS "PowershellFileSize",
    "VirtualMachineName"
  FROM "step_27"
), "step_29" /* extend ScriptFingerprintHash = hash_sha256(tostring(PowershellScriptCommands)) */ AS (
  SELECT
    *,
    SHA256(COALESCE(JSON_EXTRACT_STRING("PowershellScriptCommands", '$'), '')) AS "ScriptFingerprintHash"
  FROM "step_28"
)
SELECT
  "StartTime",
  "EndTime",
  "PowershellFileCreatedTimestamp",
  "PowershellExecStart",
  "PowershellExecEnd",
  "PowershellFileName",
  "PowershellScriptCommands",
  "Caller",
  COALESCE("CallerIpAddress", '') AS "CallerIpAddress",
  "InitiatingProcessCommandLine",
  "PowershellFileSize",
  COALESCE("VirtualMachineName", '') AS "VirtualMachineName",
  "ScriptFingerprintHash"
FROM "step_29"
ORDER BY
  "StartTime" ASC NULLS FIRST;
