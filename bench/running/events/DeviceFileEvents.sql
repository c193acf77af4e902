-- Each run command of AzureActivity leaves its script on the machine, ten seconds after it starts.
WITH numbered AS (
  SELECT i, i // 50000 AS k, i % 50000 = 1 AS is_run, moment(i, $rows) AS usual, moment(i - i % 50000, $rows) AS run_at
  FROM range($rows) AS given (i)
)
SELECT
  CASE WHEN is_run THEN run_at + to_seconds(10) ELSE usual END AS TimeGenerated,
  'vm-' || CASE WHEN is_run THEN k ELSE pick(i, 1, 20000) END || '.corp.example.org' AS DeviceName,
  ['FileCreated', 'FileModified', 'FileRenamed', 'FileDeleted'][pick(i, 2, 4) + 1] AS ActionType,
  CASE WHEN is_run THEN 'script' || k || '.ps1' ELSE 'file' || pick(i, 3, 100000) || '.tmp' END AS FileName,
  CAST(pick(i, 4, 1000000) AS BIGINT) AS FileSize,
  'C:\Users\user' || pick(i, 5, 5000) || '\AppData\Local\Temp\' || pick(i, 6, 100000) || '\' || FileName AS FolderPath,
  CASE
    WHEN is_run OR pick(i, 7, 1000) = 0 THEN 'RunCommandExtension.exe'
    ELSE ['chrome.exe', 'svchost.exe', 'MsMpEng.exe', 'explorer.exe', 'python.exe'][pick(i, 8, 5) + 1]
  END AS InitiatingProcessFileName,
  ['system', 'local service', 'network service', 'admin'][pick(i, 9, 4) + 1] AS InitiatingProcessAccountName,
  ['nt authority', 'corp'][pick(i, 10, 2) + 1] AS InitiatingProcessAccountDomain,
  'c:\windows\system32\' || pick(i, 11, 400) AS InitiatingProcessFolderPath,
  CAST(pick(i, 12, 60000) AS BIGINT) AS InitiatingProcessId
FROM numbered
