-- Connections of desks to the outside; a few addresses and names are asked for by a single device again and again.
SELECT
  moment(i, $rows) AS TimeGenerated,
  moment(i, $rows) AS Timestamp,
  'pc' || pick(i, 1, 8000) || '.example.org' AS DeviceName,
  '10.' || pick(i, 2, 250) || '.' || pick(i, 3, 250) || '.7' AS LocalIP,
  CASE WHEN i % 3000 = 0 THEN '203.0.113.9' ELSE '198.51.100.' || pick(i, 4, 250) END AS RemoteIP,
  CASE WHEN i % 3000 = 0 THEN 'beacon.example.net' ELSE 'cdn' || pick(i, 5, 3000) || '.example.com' END AS RemoteUrl,
  [443, 80, 53, 8080, 22][pick(i, 6, 5) + 1] AS RemotePort,
  40000 + pick(i, 7, 20000) AS LocalPort,
  ['chrome.exe', 'svchost.exe', 'teams.exe', 'powershell.exe'][pick(i, 8, 4) + 1] AS InitiatingProcessFileName,
  '"C:\Windows\app.exe" --id=' || pick(i, 9, 5000) AS InitiatingProcessCommandLine,
  'user' || pick(i, 10, 20000) AS InitiatingProcessAccountName,
  'ConnectionSuccess' AS ActionType
FROM range($rows) AS given (i)
