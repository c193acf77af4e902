-- A tenth of the rows is of few users.  In the last days there are users who do what they had not done before.
WITH numbered AS (
  SELECT i, i > $rows * 9 // 10 AND pick(i, 1, 10000) = 0 AS is_new FROM range($rows) AS given (i)
)
SELECT
  moment(i, $rows) AS TimeGenerated,
  CASE WHEN is_new THEN 'guest' || pick(i, 2, 200) ELSE 'user' || pick(i, 3, CASE WHEN pick(i, 12, 10) = 0 THEN 50 ELSE 20000 END) END || '@example.org' AS UserId,
  '10.' || pick(i, 4, 250) || '.' || pick(i, 5, 250) || '.9' AS ClientIP,
  CASE
    WHEN pick(i, 6, 500) = 0 THEN 'New-InboxRule'
    ELSE ['FileDownloaded', 'FileAccessed', 'MailItemsAccessed', 'FileUploaded', 'PageViewed'][pick(i, 7, 5) + 1]
  END AS Operation,
  ['SharePoint', 'OneDrive', 'Exchange'][pick(i, 8, 3) + 1] AS OfficeWorkload,
  'https://example.sharepoint.com/sites/site' || pick(i, 9, 3000) || '/file' || pick(i, 10, 100000)
    AS OfficeObjectId,
  'Mozilla/5.0 Chrome/' || pick(i, 11, 120) AS UserAgent
FROM numbered
