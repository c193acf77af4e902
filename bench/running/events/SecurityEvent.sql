-- A quarter of the rows are new processes; few of these are what rules look for.
WITH numbered AS (
  SELECT i, pick(i, 1, 100) AS kind, pick(i, 2, 20000) AS rare FROM range($rows) AS given (i)
)
SELECT
  moment(i, $rows) AS TimeGenerated,
  'host-' || pick(i, 3, 20000) || '.corp.example.org' AS Computer,
  CASE WHEN kind < 25 THEN 4688 WHEN kind < 35 THEN 4625 WHEN kind < 36 THEN 4720 ELSE 4624 END AS EventID,
  'CORP\user' || pick(i, 4, 20000) AS Account,
  'user' || pick(i, 5, 20000) AS TargetUserName,
  CASE WHEN kind >= 25 THEN '10.' || pick(i, 6, 250) || '.' || pick(i, 7, 250) || '.9' END AS IpAddress,
  CASE WHEN kind >= 25 THEN 3 END AS LogonType,
  CASE
    WHEN kind >= 25 THEN NULL
    WHEN rare = 0 THEN 'C:\tools\mimikatz.exe privilege::debug sekurlsa::logonpasswords'
    WHEN rare = 1 THEN 'rundll32.exe C:\Windows\System32\comsvcs.dll, MiniDump ' || pick(i, 8, 9000) || ' C:\a.dmp full'
    WHEN rare < 40 THEN 'powershell.exe -nop -w hidden -EncodedCommand ' || to_base64(CAST(md5(CAST(i AS VARCHAR)) AS BLOB))
    ELSE 'C:\Windows\System32\svchost.exe -k netsvcs -p -s Service' || pick(i, 9, 300)
  END AS CommandLine,
  CASE WHEN kind < 25 THEN 'C:\Windows\System32\' || ['svchost', 'cmd', 'conhost'][pick(i, 10, 3) + 1] || '.exe' END
    AS NewProcessName,
  CASE WHEN kind < 25 THEN 'C:\Windows\' || ['services', 'explorer'][pick(i, 11, 2) + 1] || '.exe' END
    AS ParentProcessName
FROM numbered
