SELECT Caller, time_bucket(INTERVAL 1 hour, TimeGenerated) AS TimeGenerated, count(*) AS Keys, min(AzureActivity.TimeGenerated) AS First, max(AzureActivity.TimeGenerated) AS Last
FROM AzureActivity
WHERE
  AzureActivity.TimeGenerated > TIMESTAMP '2026-01-08'
  AND OperationNameValue ILIKE '%listKeys/action'
  AND ActivityStatusValue = 'Success'
GROUP BY 1, 2
HAVING Keys >= 3
