-- Events after a failure, with the mean latency of the last 50 and how far each is from it.
|> CALL './redact.mjs'(groups => 10, refuse => 42)
|> EXTEND avg(latency_ms) OVER (ROWS BETWEEN 49 PRECEDING AND CURRENT ROW) AS mean_ms
|> WHERE latency_ms > 3 * mean_ms OR status >= 500
|> SELECT id, time, path, status, user_group, latency_ms, round(mean_ms, 1) AS mean_ms
