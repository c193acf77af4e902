-- One row in 200 gives somebody a role.
WITH numbered AS (
  SELECT i, pick(i, 1, 200) = 0 AS is_role FROM range($rows) AS given (i)
)
SELECT
  moment(i, $rows) AS TimeGenerated,
  CASE
    WHEN is_role THEN 'Add member to role'
    ELSE ['Update user', 'Add member to group', 'Update device', 'Reset user password'][pick(i, 2, 4) + 1]
  END AS OperationName,
  CASE WHEN is_role THEN 'RoleManagement' ELSE 'UserManagement' END AS Category,
  CASE WHEN pick(i, 3, 20) = 0 THEN 'failure' ELSE 'success' END AS Result,
  '{"user":{"userPrincipalName":"admin' || pick(i, 4, 200) || '@example.org","ipAddress":"10.0.'
    || pick(i, 5, 250) || '.3"}}' AS InitiatedBy,
  '[{"userPrincipalName":"user' || pick(i, 6, 20000) || '@example.org","type":"User","modifiedProperties":['
    || '{"displayName":"Role.DisplayName","oldValue":"","newValue":"'
    || ['Global Administrator', 'Reader', 'Helpdesk', 'Billing'][pick(i, 7, 4) + 1]
    || '"},{"displayName":"Role.ObjectID","oldValue":"","newValue":"' || pick(i, 8, 50) || '"}]}]' AS TargetResources,
  md5(CAST(i AS VARCHAR)) AS CorrelationId
FROM numbered
