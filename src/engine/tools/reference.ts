import { aggregates, scalarFunctions, windowFunctions } from '../query/function/index.ts';

/** Queries of the reference, which tests run. */
export const referenceExamples = [
  "status >= 500 AND path LIKE '/api/%'",
  "user.country IN ('DE', 'FR') AND NOT (name ~* '^test')",
  'status >= 500 |> AGGREGATE count(*) AS n, avg(latency_ms) AS mean GROUP BY path |> ORDER BY n DESC |> LIMIT 10',
  '|> SELECT id, upper(name) AS name, latency_ms / 1000 AS seconds |> LIMIT 20',
  "|> EXTEND date_trunc('hour', ts) AS hour |> AGGREGATE count(*) AS n GROUP BY hour |> ORDER BY hour",
  '|> UNNEST tags AS tag |> TOP 10 OF tag',
  "|> WHERE ts >= '2024-05-01' |> DESCRIBE latency_ms, status",
  '|> TABLESAMPLE 100 ROWS REPEATABLE (1)',
  '_error IS NOT NULL |> SELECT _record, _line, _error',
  'SELECT path, count(*) AS n FROM data WHERE status = 404 GROUP BY path HAVING count(*) > 5 ORDER BY n DESC LIMIT 10',
] as const;

const names = (functions: ReadonlyMap<string, unknown>): string => [...functions.keys()].join(' ');

/** The language in brief, for a model that knows SQL. */
export const reference = `THE QUERY LANGUAGE
A query is a condition as in SQL's WHERE, then operators, each after |>. Or only one of the two. Classic SELECT statements work as well; the name after FROM is ignored. No joins, no subqueries.

Operators: WHERE cond | SELECT expr [AS name], … (also *, * EXCEPT (a)) | EXTEND expr AS name, … | SET col = expr, … | DROP col, … | RENAME col AS name, … | DISTINCT | AGGREGATE agg [AS name], … [GROUP BY expr [AS name], …] | ORDER BY expr [DESC] [NULLS FIRST], … | LIMIT n [OFFSET n] | TABLESAMPLE n PERCENT|ROWS [REPEATABLE (seed)] | UNNEST list [AS name] | FILL col, … | DESCRIBE [col, …] | TOP n OF expr [AS name].

Names: status, user.country (a member of an object), tags[1] (lists count from 1), "odd name" in double quotes. Texts are in single quotes: 'it''s'. In JSON the case of names matters. _record, _line and _offset say where a record is; _error says why it is malformed, and only queries that name _error see malformed records. _value is a record that is no object.
Values: types come from the data, value by value. Numbers are exact decimals. In a CSV, a field beside a number is read as one. NULL is what is null or missing. A query never fails because of what a value is: what has no result is NULL.
Times: texts as ISO 8601. TIMESTAMP '2024-05-31 18:30:00', INTERVAL '2 hours', now().
Expressions: AND OR NOT, = <> < <= > >=, BETWEEN, IN, LIKE, ILIKE, ~ and ~* (regular expressions by RE2), IS NULL, IS DISTINCT FROM, + - * / // % ||, x::type, CASE WHEN … THEN … ELSE … END, EXTRACT(hour FROM ts), x[2], x[1:3], f(x) OVER (PARTITION BY a ORDER BY b).
Types of casts: boolean integer number double text timestamp date interval json.
Aggregates: ${names(aggregates)}
Window functions: ${names(windowFunctions)}
Functions: ${names(scalarFunctions)}

Examples:
${referenceExamples.join('\n')}`;
