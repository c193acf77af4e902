WITH failed AS (
  SELECT UserPrincipalName, IPAddress, count(*) AS Failures
  FROM SigninLogs
  WHERE ResultType IN ('50126', '50053')
  GROUP BY ALL
  HAVING Failures >= 3
)
SELECT TimeGenerated AS SuccessTime, UserPrincipalName, IPAddress, AppDisplayName, Failures
FROM SigninLogs
JOIN failed USING (UserPrincipalName, IPAddress)
WHERE ResultType = '0'
