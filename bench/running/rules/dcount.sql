SELECT
  IPAddress, date_trunc('day', TimeGenerated) AS Day, count(DISTINCT UserPrincipalName) AS Users,
  to_json(list(DISTINCT AppDisplayName)) AS Apps, min(TimeGenerated) AS Start
FROM SigninLogs
WHERE ResultType IN ('50126', '50053')
GROUP BY 1, 2
HAVING Users > 30
