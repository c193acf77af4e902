-- Every 50,000th row begins a run command on a virtual machine: started, accepted, succeeded.
WITH numbered AS (
  SELECT i, i // 50000 AS k, i % 50000 < 3 AS is_run, moment(i, $rows) AS usual, moment(i - i % 50000, $rows) AS run_at
  FROM range($rows) AS given (i)
)
SELECT
  CASE WHEN is_run THEN run_at + to_seconds([0, 5, 60][i % 50000 + 1]) ELSE usual END AS TimeGenerated,
  CASE
    WHEN is_run THEN 'Microsoft.Compute/virtualMachines/runCommand/action'
    ELSE [
      'Microsoft.Compute/virtualMachines/write', 'Microsoft.Compute/virtualMachines/start/action',
      'Microsoft.Storage/storageAccounts/listKeys/action', 'Microsoft.Network/networkSecurityGroups/write',
      'Microsoft.Resources/deployments/write', 'Microsoft.KeyVault/vaults/read',
      'Microsoft.Authorization/roleAssignments/write', 'Microsoft.Web/sites/config/list/action'
    ][pick(i, 1, 8) + 1]
  END AS OperationNameValue,
  CASE
    WHEN is_run THEN ['Started', 'Accepted', 'Succeeded'][i % 50000 + 1]
    ELSE ['Start', 'Accept', 'Success', 'Failure'][pick(i, 2, 4) + 1]
  END AS ActivityStatusValue,
  '{"scope":"/subscriptions/sub-' || pick(i // 50000, 3, 20)
    || '/resourceGroups/group-' || pick(i // 50000, 4, 300)
    || '/providers/Microsoft.Compute/virtualMachines/vm-' || CASE WHEN is_run THEN k ELSE pick(i, 5, 20000) END
    || '","action":"do","evidence":{"role":"Owner"}}' AS Authorization,
  'user' || CASE WHEN is_run THEN k % 50 ELSE pick(i, 6, 5000) END || '@example.org' AS Caller,
  '10.' || pick(CASE WHEN is_run THEN k ELSE i END, 7, 200)
    || '.' || pick(CASE WHEN is_run THEN k ELSE i END, 8, 200) || '.7' AS CallerIpAddress,
  CASE WHEN is_run THEN 'run-' || k ELSE md5(CAST(i // 3 AS VARCHAR)) END AS CorrelationId,
  'group-' || pick(i, 9, 300) AS ResourceGroup,
  '{"statusCode":"OK","entity":"' || md5(CAST(i AS VARCHAR)) || '"}' AS Properties
FROM numbered
