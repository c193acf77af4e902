-- What firewalls of several makers tell; one line in 400 is of something that was denied.
SELECT
  moment(i, $rows) AS TimeGenerated,
  ['Palo Alto Networks', 'Fortinet', 'Cisco', 'Check Point'][pick(i, 1, 4) + 1] AS DeviceVendor,
  ['PAN-OS', 'Fortigate', 'ASA', 'VPN-1'][pick(i, 1, 4) + 1] AS DeviceProduct,
  CASE WHEN i % 400 = 0 THEN 'deny' ELSE 'allow' END AS DeviceAction,
  CASE WHEN i % 400 = 0 THEN 'THREAT' ELSE 'TRAFFIC' END AS Activity,
  '10.' || pick(i, 2, 250) || '.' || pick(i, 3, 250) || '.7' AS SourceIP,
  '198.51.100.' || pick(i, 4, 250) AS DestinationIP,
  [443, 80, 53, 8080, 22][pick(i, 5, 5) + 1] AS DestinationPort,
  pick(i, 6, 1000000) AS SentBytes,
  pick(i, 7, 1000000) AS ReceivedBytes,
  'https://cdn' || pick(i, 8, 3000) || '.example.com/a/' || i AS RequestURL,
  'cat=' || pick(i, 9, 50) || ';rule=r' || pick(i, 10, 300) AS AdditionalExtensions,
  'fw' || pick(i, 11, 20) AS Computer
FROM range($rows) AS given (i)
