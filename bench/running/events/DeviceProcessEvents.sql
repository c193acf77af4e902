-- Most processes are those of any desk; one in 2000 is a shell that something else has started, with a long command line.
SELECT
  moment(i, $rows) AS TimeGenerated,
  moment(i, $rows) AS Timestamp,
  'pc' || pick(i, 1, 8000) || '.example.org' AS DeviceName,
  md5('pc' || pick(i, 1, 8000)) AS DeviceId,
  CASE
    WHEN i % 2000 = 0 THEN ['powershell.exe', 'cmd.exe', 'certutil.exe', 'rundll32.exe', 'wmic.exe'][pick(i, 2, 5) + 1]
    ELSE ['chrome.exe', 'svchost.exe', 'outlook.exe', 'teams.exe', 'explorer.exe'][pick(i, 3, 5) + 1]
  END AS FileName,
  'C:\Program Files\App' || pick(i, 4, 300) || '\bin\' || FileName AS FolderPath,
  sha256(CAST(pick(i, 5, 50000) AS VARCHAR)) AS SHA256,
  CASE
    WHEN i % 2000 = 0 THEN 'powershell.exe -NoProfile -EncodedCommand ' || to_base64(encode(md5(CAST(i AS VARCHAR))))
    ELSE '"C:\Program Files\App' || pick(i, 4, 300) || '\bin\app.exe" --type=renderer --lang=en-US --id=' || i
  END AS ProcessCommandLine,
  ['explorer.exe', 'services.exe', 'winword.exe', 'w3wp.exe'][pick(i, 6, 4) + 1] AS InitiatingProcessFileName,
  '"C:\Windows\explorer.exe" /factory ' || pick(i, 7, 1000) AS InitiatingProcessCommandLine,
  'user' || pick(i, 8, 20000) AS AccountName,
  'EXAMPLE' AS AccountDomain,
  pick(i, 9, 60000) AS ProcessId,
  'ProcessCreated' AS ActionType
FROM range($rows) AS given (i)
