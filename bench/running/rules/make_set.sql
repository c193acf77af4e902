SELECT UserId, time_bucket(INTERVAL 1 hour, TimeGenerated) AS TimeGenerated,
  to_json(list(DISTINCT ClientIP)) AS Sites, count(*) AS Count
FROM OfficeActivity
WHERE lower(OfficeWorkload) IN ('sharepoint', 'onedrive') AND Operation = 'FileDownloaded'
GROUP BY 1, 2
HAVING count(*) >= 5
