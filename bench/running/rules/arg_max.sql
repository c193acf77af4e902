WITH latest AS (
  SELECT
    UserPrincipalName, max(TimeGenerated) AS TimeGenerated, arg_max(IPAddress, TimeGenerated) AS IPAddress,
    arg_max(Location, TimeGenerated) AS Location, arg_max(ResultType, TimeGenerated) AS ResultType,
    arg_max(UserAgent, TimeGenerated) AS UserAgent
  FROM SigninLogs
  WHERE AppDisplayName = 'Azure Portal'
  GROUP BY UserPrincipalName
)
SELECT * FROM latest WHERE Location = 'BR' AND ResultType <> '0'
