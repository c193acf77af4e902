-- One row in 500 is of an address that tries one account after another, and once in twenty times it comes in.
WITH numbered AS (
  SELECT i, i % 500 = 0 AS is_spray, pick(i, 1, 100) AS kind, pick(i, 2, CASE WHEN i % 500 = 0 THEN 40 ELSE 20000 END) AS who
  FROM range($rows) AS given (i)
)
SELECT
  moment(i, $rows) AS TimeGenerated,
  'user' || who || '@example.org' AS UserPrincipalName,
  CASE
    WHEN is_spray THEN '203.0.113.' || pick(i // 100000, 3, 250)
    ELSE '10.' || who % 250 || '.' || pick(i, 5, 40) || '.9'
  END AS IPAddress,
  CASE
    WHEN i % 10000 = 0 THEN '0'
    WHEN is_spray OR kind < 3 THEN '50126'
    WHEN kind < 5 THEN '50053'
    WHEN kind < 9 THEN '50140'
    ELSE '0'
  END AS ResultType,
  ['Office 365', 'Azure Portal', 'Azure Active Directory PowerShell', 'Teams', 'SharePoint'][pick(i, 6, 5) + 1]
    AS AppDisplayName,
  ['US', 'DE', 'FR', 'NL', 'BR', 'IN', 'JP'][pick(i, 7, 7) + 1] AS Location,
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/' || pick(i, 8, 120) || '.0.0' AS UserAgent,
  '{"deviceId":"' || pick(i, 9, 30000) || '","operatingSystem":"' || ['Windows', 'Ios', 'Linux'][pick(i, 10, 3) + 1]
    || '","trustType":"Azure AD joined","isManaged":true}' AS DeviceDetail,
  md5(CAST(i AS VARCHAR)) AS CorrelationId
FROM numbered
