WITH targets AS (
  SELECT unnest(CAST(TargetResources AS JSON[])) AS Resource
  FROM AuditLogs
  WHERE Category = 'RoleManagement'
),
properties AS (
  SELECT Resource ->> 'userPrincipalName' AS Target, unnest(CAST(Resource -> 'modifiedProperties' AS JSON[])) AS Property
  FROM targets
)
SELECT Target, Property ->> 'newValue' AS Role, count(*) AS Changes
FROM properties
WHERE Property ->> 'displayName' = 'Role.DisplayName'
GROUP BY ALL
