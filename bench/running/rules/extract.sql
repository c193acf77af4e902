SELECT
  TimeGenerated, Computer, Account,
  decode(from_base64(regexp_extract(CommandLine, '(?i)-enc[a-z]*\s+([A-Za-z0-9+/=]{20,})', 1))) AS Decoded,
  string_split(NewProcessName, '\')[-1] AS Process
FROM SecurityEvent
WHERE
  EventID = 4688
  AND regexp_matches(CommandLine, '(?i)\bEncodedCommand\b')
  AND regexp_extract(CommandLine, '(?i)-enc[a-z]*\s+([A-Za-z0-9+/=]{20,})', 1) <> ''
