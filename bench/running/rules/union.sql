WITH seen AS (
  SELECT TimeGenerated, UserPrincipalName AS User, IPAddress AS Address, 'SigninLogs' AS Type FROM SigninLogs
  UNION ALL
  SELECT TimeGenerated, UserId, ClientIP, 'OfficeActivity' FROM OfficeActivity
  UNION ALL
  SELECT TimeGenerated, Account, IpAddress, 'SecurityEvent' FROM SecurityEvent
)
SELECT lower(User) AS User, Address, Type, count(*) AS Events, min(TimeGenerated) AS Start, max(TimeGenerated) AS Finish
FROM seen
WHERE Address IN ('10.1.1.9', '10.2.2.9', '10.3.3.9', '203.0.113.7')
GROUP BY ALL
