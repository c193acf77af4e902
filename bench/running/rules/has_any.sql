SELECT TimeGenerated, Computer, Account, CommandLine, ParentProcessName
FROM SecurityEvent
WHERE EventID = 4688 AND regexp_matches(CommandLine, '(?i)\b(mimikatz|sekurlsa|MiniDump|lsass)\b')
