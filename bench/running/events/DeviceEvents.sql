-- Each run command of AzureActivity runs its script, which runs nine commands; other scripts run as well.
WITH numbered AS (
  SELECT
    i, i // 50000 AS k, i % 50000 AS n, i % 50000 < 10 AS is_run, pick(i, 1, 100) AS kind, moment(i, $rows) AS usual,
    moment(i - i % 50000, $rows) AS run_at
  FROM range($rows) AS given (i)
)
SELECT
  CASE WHEN is_run THEN run_at + to_seconds(11 + n) ELSE usual END AS TimeGenerated,
  'vm-' || CASE WHEN is_run THEN k ELSE pick(i, 2, 20000) END || '.corp.example.org' AS DeviceName,
  CASE
    WHEN is_run OR kind < 30 THEN 'PowerShellCommand'
    ELSE ['DpapiAccessed', 'NamedPipeEvent', 'ScheduledTaskCreated', 'UsbDriveMounted'][pick(i, 3, 4) + 1]
  END AS ActionType,
  CASE
    WHEN is_run THEN '{"Command":"' || CASE WHEN n = 0 THEN 'script' || k || '.ps1' ELSE 'Get-Thing' || n END || '"}'
    WHEN kind < 30 THEN '{"Command":"Get-Item' || pick(i, 4, 500) || '"}'
    ELSE '{"PipeName":"\\Device\\Pipe' || pick(i, 5, 5000) || '","FileOperation":"open","Access":3,"Kind":null}'
  END AS AdditionalFields,
  CASE
    WHEN is_run THEN 'powershell -ExecutionPolicy Unrestricted -File script' || k || '.ps1'
    WHEN kind < 2 THEN 'powershell.exe -NoProfile -File C:\tools\backup' || pick(i, 6, 50) || '.ps1'
    WHEN kind < 30 THEN 'powershell.exe -NoProfile -Command "Get-Item ' || pick(i, 7, 5000) || '"'
    ELSE 'C:\Windows\System32\svchost.exe -k netsvcs -p -s Service' || pick(i, 8, 300)
  END AS InitiatingProcessCommandLine,
  CASE WHEN is_run OR kind < 30 THEN 'powershell.exe' ELSE 'svchost.exe' END AS InitiatingProcessFileName,
  CAST(pick(i, 9, 60000) AS BIGINT) AS InitiatingProcessId
FROM numbered
