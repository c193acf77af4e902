SELECT
  InitiatedBy ->> '$.user.userPrincipalName' AS Initiator,
  count(DISTINCT TargetResources ->> '$[0].userPrincipalName') AS Targets,
  max(TimeGenerated) AS Last
FROM AuditLogs
WHERE
  regexp_matches(OperationName, '(?i)\brole\b')
  AND lower(Result) = 'success'
  AND TargetResources ->> '$[0].userPrincipalName' <> ''
  AND TargetResources ->> '$[0].modifiedProperties[0].newValue' = 'Global Administrator'
GROUP BY 1
