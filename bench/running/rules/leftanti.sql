WITH known AS (
  SELECT DISTINCT UserId
  FROM OfficeActivity
  WHERE TimeGenerated BETWEEN TIMESTAMP '2026-01-01' AND TIMESTAMP '2026-01-14'
)
SELECT UserId, ClientIP, count(DISTINCT OfficeObjectId) AS Files, min(TimeGenerated) AS StartTime
FROM OfficeActivity
ANTI JOIN known USING (UserId)
WHERE TimeGenerated > TIMESTAMP '2026-01-14' AND Operation IN ('FileDownloaded', 'FileAccessed')
GROUP BY ALL
