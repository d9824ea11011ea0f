import assert from 'node:assert/strict';
import { checkQuery, parseQuery, type KnownColumn } from '../../../src/engine/query/index.ts';
import type { Layout } from '../../../src/engine/format/layout.ts';

/** What is said of a query, with the part of it that is marked. */
function errorOf(query: string): [string, string] {
  const parsed = parseQuery(query);
  if (parsed.ok) assert.fail(`no error in: ${query}`);
  const [{ from, to, message, severity }] = parsed.diagnostics;
  assert.equal(severity, 'error');
  return [query.slice(from, to), message];
}

const cases: readonly [query: string, marked: string, message: string][] = [
  // Tokens
  ["a = 'x", "'x", "this text is not closed: end it with '"],
  ['"a = 1', '"a = 1', 'this name is not closed: end it with "'],
  ['a = 1 /* x', '/* x', 'this comment is not closed: end it with */'],
  ['a = 12abc', '12abc', `12abc is not a number; write '12abc' for a text or "12abc" for a name`],
  ['a = “x”', '“', '“ is a typographic quote; write "'],
  ['a = #', '#', 'unexpected character #'],
  ['"" = 1', '""', "a name in double quotes cannot be empty; write '' for an empty text, and `` for a member without a name"],
  // Expressions
  ['a =', '=', 'the query ends here; expected an expression, such as status >= 500'],
  ['a = = 1', '=', 'expected an expression, such as status >= 500, found ='],
  ['(a = 1', '1', 'the query ends here; expected a ) that closes the parenthesis'],
  ['a = 1)', ')', 'expected AND, OR or an operator before )'],
  [
    'a > 1.000,50 AND b = 1',
    '1.000,50',
    'a number in a query has a decimal point, and no comma; write 1000.50',
  ],
  ['a > 1,5', '1,5', 'a number in a query has a decimal point, and no comma; write 1.5'],
  [
    'a > 1,000 |> LIMIT 5',
    '1,000',
    'a number in a query has a decimal point, and no comma; write 1000 or 1.000',
  ],
  [
    'a > 1,000,000.5',
    '1,000,000.5',
    'a number in a query has a decimal point, and no comma; write 1000000.5',
  ],
  ['a > 1,2,3', '1,2,3', 'a number in a query has a decimal point, and no comma'],
  ['a > 1, b', ',', 'expected AND, OR or an operator before ,'],
  ['a = 1 b = 2', 'b', 'expected AND, OR or an operator before b'],
  ['a = 1 adn b = 2', 'adn', 'expected AND, OR or an operator before adn; did you mean AND?'],
  ["a LIEK 'x'", 'LIEK', 'expected AND, OR or an operator before LIEK; did you mean LIKE?'],
  ['a = 1 ORDR BY b', 'ORDR', 'expected AND, OR or an operator before ORDR; did you mean ORDER BY?'],
  ['a = 1 |> ODER BY b', 'ODER', 'ODER is not an operator; did you mean ORDER BY?'],
  ['|> LIMIT 5, 2', 'LIMIT 5, 2', 'LIMIT takes one number; write LIMIT 2 OFFSET 5'],
  ['SELECT a LIMIT 5,2', 'LIMIT 5,2', 'LIMIT takes one number; write LIMIT 2 OFFSET 5'],
  ['SELECT TOP 5 * FROM data', 'TOP', 'TOP is not supported here; write LIMIT 5 at the end'],
  [
    'SELECT DISTINCT ON (a) * FROM data',
    'ON',
    'DISTINCT ON is not supported; write |> EXTEND row_number() OVER (PARTITION BY a ORDER BY b) AS n |> WHERE n = 1',
  ],
  ["a SIMILAR TO 'x.*'", 'SIMILAR', "SIMILAR TO is not supported; write ~ '^(…)$'"],
  ["a NOT GLOB 'x*'", 'GLOB', "GLOB is not supported; write LIKE 'a%'"],
  ["a regexp 'x.*'", 'regexp', "REGEXP is not supported; write ~ 'a.*b'"],
  ['a && b', '&&', '&& is not supported; write AND'],
  ['a | b', '|', '| is not supported; write OR'],
  ['a & 4 = 4', '&', '& is not supported; write a // 4 % 2 = 1 for whether the bit of 4 is set'],
  ['a = 1 & b = 2', '&', '& is not supported; write AND'],
  ['a > 1 | 2 = b', '|', '| is not supported; write OR'],
  ['5 | a', '|', '| is not supported; write a // 4 % 2 = 1 for whether the bit of 4 is set'],
  [
    "|> FULL OUTER JOIN 'b' ON a = b.a",
    'FULL',
    'FULL JOIN is not supported; the joins are JOIN, LEFT JOIN, SEMI JOIN and ANTI JOIN',
  ],
  [
    "FULL JOIN 'b' ON a = b.a",
    'FULL',
    'FULL JOIN is not supported; the joins are JOIN, LEFT JOIN, SEMI JOIN and ANTI JOIN',
  ],
  [
    "|> RIGHT JOIN 'b' ON a = b.a",
    'RIGHT',
    'RIGHT JOIN is not supported; ask the other file, and join this one with |> LEFT JOIN, which is the same',
  ],
  [
    "SELECT a FROM t CROSS JOIN 'b'",
    'CROSS',
    'CROSS JOIN is not supported; the joins are JOIN, LEFT JOIN, SEMI JOIN and ANTI JOIN',
  ],
  [
    "a = 1 |> NATURAL JOIN 'b'",
    'NATURAL',
    "NATURAL JOIN is not supported; write |> JOIN 'file' USING (id)",
  ],
  [
    '|> CROSS JOIN UNNEST(a) AS b',
    'CROSS',
    'write |> UNNEST list AS item for a row per item of a list',
  ],
  ['SELECT a FROM t, UNNEST(b) AS c', ',', 'write |> UNNEST list AS item for a row per item of a list'],
  ['SELECT unnest(a) AS b', 'unnest', 'unknown function unnest; write |> UNNEST list AS item'],
  [
    'SELECT * EXCLUDE (c) RENAME (a AS b, "d e" AS f) FROM t',
    'RENAME',
    'RENAME is an operator of its own; write |> RENAME a AS b, "d e" AS f at the end',
  ],
  [
    '|> AGGREGATE sum(a) |> ORDER BY sum( a )',
    'sum( a )',
    'AGGREGATE has computed this already; write "sum(a)", the name of its column, or give it one with AS',
  ],
  [
    '|> AGGREGATE count(*) AS n GROUP BY b |> WHERE b = 1 AND count(*) > 5',
    'count(*)',
    'AGGREGATE has computed this already; write n, the name of its column',
  ],
  [
    '|> AGGREGATE count(*) AS n |> WHERE sum(a) > 5',
    'sum(a)',
    'sum is an aggregate and cannot be used in WHERE; write |> AGGREGATE sum(…)',
  ],
  [
    'AGGREGATE count(*) GROUP BY a HAVING count(*) > 5',
    'HAVING',
    'write HAVING as |> WHERE behind AGGREGATE, as in |> AGGREGATE count(*) AS n GROUP BY a |> WHERE n > 100',
  ],
  [
    'AGGREGATE list(DISTINCT a ORDER BY a, b) AS n',
    'b',
    'with DISTINCT, list can be ordered by its value only: list(DISTINCT a ORDER BY a)',
  ],
  [
    'AGGREGATE count(DISTINCT a, b || c) AS n',
    'count(DISTINCT a, b || c)',
    'count(DISTINCT …) takes one value; write count(DISTINCT [a, b || c])',
  ],
  ['!a', '!', '! is not supported; write NOT'],
  ['a === 1', '===', '=== is not supported; write ='],
  ['1 < a < 3', '<', 'comparisons cannot be chained; write a < b AND b < c'],
  ['a = 1 || b = 2', '||', '|| joins texts; write OR between conditions'],
  ["a =~ 'x'", '=~', '=~ is not supported; write ~'],
  ["a ~= 'x'", '~=', '~= is not supported; write ~'],
  ['a =< 2', '=<', '=< is not supported; write <='],
  ['.a.b = 1', '.', 'a column has no dot before its name; write a.b'],
  ["a contains 'x'", 'contains', "CONTAINS is not supported; write contains(a, 'x')"],
  ["a NOT startswith 'x'", 'startswith', "STARTSWITH is not supported; write starts_with(a, 'x')"],
  ['a ge 5', 'ge', 'ge is not supported; write >='],
  ['head 5', 'head', 'HEAD is not supported; write LIMIT 5'],
  ['tail 5', 'tail', 'TAIL is not supported; write ORDER BY _record DESC LIMIT 5'],
  ['sample 5', 'sample', 'SAMPLE is not supported; write |> TABLESAMPLE 5 ROWS'],
  ['isnull(a)', 'isnull', 'unknown function isnull; write a IS NULL'],
  ['a IN ()', ')', 'the list of IN is empty'],
  ['a IN 1', '1', 'IN takes values in parentheses; write a IN (1, 2)'],
  ['a IN [1, 2]', '[', 'IN takes values in parentheses; write a IN (1, 2)'],
  ["'x' NOT IN b.c", 'b', "IN takes values in parentheses; write NOT list_contains(b, 'x') for a column of lists"],
  ['a IN (SELECT b)', 'SELECT', 'IN takes a list of values, not a query; write |> SEMI JOIN \'file\' AS f ON a = f.a'],
  ['a BETWEEN 1', '1', 'the query ends here; expected AND and the upper bound of BETWEEN'],
  ['a IS 5', '5', 'IS takes NULL, TRUE, FALSE or DISTINCT FROM; write a = 5'],
  ["a.b IS NOT 'x'", "'x'", "IS takes NULL, TRUE, FALSE or DISTINCT FROM; write a.b <> 'x'"],
  ['a IS b', 'b', 'expected NULL, TRUE, FALSE or DISTINCT FROM after IS, found b'],
  ['a = select', 'select', 'select is a keyword; to use it as a name, write "select"'],
  ['CASE WHEN a THEN 1', '1', 'the query ends here; expected WHEN, ELSE or END'],
  ['a::decimal(39, 2)', '(39, 2)', 'a decimal has 1 to 38 digits'],
  ['a::numeric(0)', '(0)', 'a decimal has 1 to 38 digits'],
  [
    'CAST(a AS decimal(2, 3))',
    '(2, 3)',
    'of 2 digits, 3 cannot stand behind the point; write the number of all digits first, as in decimal(10, 2)',
  ],
  ['CAST(a AS nubmer)', 'nubmer', 'nubmer is not a type; did you mean number?'],
  ["TIMESTAMP '2024-13-01'", "'2024-13-01'", "'2024-13-01' is not a timestamp; write TIMESTAMP '2024-05-31 18:30:00'"],
  ["INTERVAL '3 dais'", "'3 dais'", "'3 dais' is not an interval; write INTERVAL '2 hours 30 minutes'"],
  ['INTERVAL 3 dya', 'dya', 'dya is not a unit of time; did you mean day?'],
  [
    "list_filter(a, m -> m.role = 'x')",
    '->',
    'lambdas are not supported; write |> UNNEST list AS item |> WHERE item...',
  ],
  ['a->b', '->', "-> is not supported; write a member as a.b or a['b']"],
  ['* = 1', '*', '* is allowed only in SELECT and in count(*)'],
  // Functions
  ["strftime(a, '%Y-%q') = 'x'", "'%Y-%q'", '%q has no meaning in a format of strftime; write %Y, %m, %d, %H, %M and %S for the parts of a time, and %% for a percent sign'],
  ["strptime(a, '%G %V') = b", "'%G %V'", '%G has no meaning in a format of strptime; write %Y, %m, %d, %H, %M and %S for the parts of a time, and %% for a percent sign'],
  ["year(a, 'x') = 1", "year(a, 'x')", 'this function is written year(time)'],
  ['date_add(a) = b', 'date_add(a)', 'this function is written date_add(time, interval)'],
  ['lowr(a) = 1', 'lowr', 'unknown function lowr; did you mean lower?'],
  ['lower() = 1', 'lower()', 'lower takes 1 argument, not 0: lower(text)'],
  ["substr('a') = 1", "substr('a')", 'substr takes 2 to 3 arguments, not 1: substr(text, start, length?)'],
  ['concat() = 1', 'concat()', 'concat takes at least 1, not 0: concat(value, ...)'],
  ["date_trunc('wek', a)", "'wek'", 'wek is not a unit of a time; did you mean week?'],
  ["date_trunc(a, 'month')", "'month'", 'the unit stands first: date_trunc(unit, time)'],
  [
    "a AT TIME ZONE 'Europe/Berln' > b",
    "'Europe/Berln'",
    'Europe/Berln is not a time zone; did you mean Europe/Berlin?',
  ],
  ["a AT TIME ZONE '+02:00' > b", "'+02:00'", "+02:00 is not a time zone; write a name such as 'Europe/Berlin' or 'UTC'"],
  ["timezone(a, 'UTC') > b", "'UTC'", 'the zone stands first: timezone(zone, time)'],
  ['a AT TIME 5', '5', 'expected ZONE after AT TIME, found 5'],
  ["regexp_matches(a, 'b', 'ix')", "'ix'", "x is not an option of regexp_matches; 'i' ignores letter case"],
  [
    "regexp_replace(a, 'b', 'c', 's') > ''",
    "'s'",
    "s is not an option of regexp_replace; 'g' replaces every match, and 'i' ignores letter case",
  ],
  ['list_slice(a, 1) = b', 'list_slice(a, 1)', 'this function is written list_slice(list, from, to)'],
  [
    "regexp_extract(a, 'b', 'i') = c",
    "'i'",
    "the number of a group stands third, and options fourth: regexp_extract(text, pattern, 0, 'i')",
  ],
  [
    'a::timestamptz(3) > b',
    '(3)',
    "a timestamp keeps all its digits; write date_trunc('millisecond', time) for fewer of them",
  ],
  [
    'a::timestamp(3) > b',
    '(3)',
    "a timestamp keeps all its digits; write date_trunc('millisecond', time) for fewer of them",
  ],
  ...['AGGREGATE count(*) GROUP BY a, ROLLUP (b)', 'AGGREGATE count(*) GROUP BY a WITH ROLLUP', 'SELECT count(*) GROUP BY ROLLUP(a)'].map(
    (query): [string, string, string] => [
      query,
      'ROLLUP',
      'ROLLUP is not supported; ask one query for each grouping, as in |> AGGREGATE sum(a) GROUP BY b, c, then GROUP BY b, and then without GROUP BY',
    ],
  ),
  ["date_part(a, 'year') = 1", "'year'", 'the part stands first: date_part(part, time)'],
  ["strptime('%Y', a) > b", "'%Y'", 'the format stands second: strptime(text, format)'],
  ['a ~ \'(\'', "'('", 'invalid regular expression: a group is not closed'],
  ["regexp_matches(a, '[')", "'['", 'invalid regular expression: a [ is not closed'],
  ['count(*) > 1', 'count(*)', 'count is an aggregate and cannot be used in WHERE; write |> AGGREGATE count(…)'],
  ['AGGREGATE last(DISTINCT a)', 'last(DISTINCT a)', 'last gives the value of one row; remove DISTINCT'],
  [
    'AGGREGATE max_by(a, b ORDER BY c)',
    'c',
    'arg_max is ordered by what stands behind the comma; remove ORDER BY',
  ],
  [
    'AGGREGATE quantile_disc(a, 95)',
    '95',
    'quantile_disc takes a fraction from 0 to 1, such as quantile_disc(latency_ms, 0.95)',
  ],
  ['lag(a) > 1', 'lag(a)', 'lag is a window function; write lag(…) OVER ()'],
  ['lower(DISTINCT a)', 'lower(DISTINCT a)', 'DISTINCT needs an aggregate function, and lower is not one'],
  // Operators
  ['a = 1 |> SELCT b', 'SELCT', 'SELCT is not an operator; did you mean SELECT?'],
  ['a = 1 |> FILL 3', '3', 'expected a column, found 3'],
  ['a = 1 |> foo', 'foo', 'foo is not an operator; the operators are WHERE, SELECT, EXTEND, SET, DROP, RENAME, DISTINCT, AGGREGATE, ORDER BY, LIMIT, OFFSET, TABLESAMPLE, UNNEST, JOIN, LEFT JOIN, SEMI JOIN, ANTI JOIN, FILL, DESCRIBE, TOP, CALL, AS, POST, INTO'],
  // Where rows go
  ["a = 1 |> POST 'ftp://x'", "'ftp://x'", "POST needs the address of a service, as in POST 'https://example.org/events'"],
  ['|> POST http://x', 'http', "expected the address of a service, as in POST 'https://example.org/events', in single quotes, found http"],
  ["|> POST 'http://x' BATCH 0", '0', 'BATCH takes 1 to 1,000,000 rows'],
  ["|> POST 'http://x' AS md", 'md', 'expected jsonl, json, csv or bulk after AS, found md'],
  ["|> POST 'http://x' |> LIMIT 5", 'LIMIT 5', 'POST ends a query; nothing can follow it'],
  ["|> POST 'http://x' LIMIT 5", 'LIMIT 5', 'POST ends a query; nothing can follow it'],
  ["|> INTO 'postgres://h/d' TABLE t |> POST 'http://x'", "POST 'http://x'", 'INTO ends a query; nothing can follow it'],
  ["|> INTO 'http://x' TABLE t", "'http://x'", "INTO needs the address of a database, as in INTO 'postgres://localhost/shop' TABLE sales"],
  ["|> INTO 'postgres://h/d'", "'postgres://h/d'", 'the query ends here; expected TABLE and its name after the address'],
  ['a = 1 LIMIT 5 ORDER BY b', 'ORDER', 'ORDER starts a new operator; write |> before it'],
  ['|> LIMIT 5 ORDER BY b', 'ORDER', 'ORDER starts a new operator; write |> before it'],
  ['|> ORDER BY a ORDER BY b', 'ORDER', 'ORDER starts a new operator; write |> before it'],
  ['|> EXTEND a AS b WHERE b = 2', 'WHERE', 'WHERE starts a new operator; write |> before it'],
  ['a = 1 WHERE b = 2', 'WHERE', 'WHERE starts a new operator; write |> before it'],
  ['a = 1 GROUP BY b, c  LIMIT 5', 'GROUP BY b, c', 'GROUP BY needs an aggregate; write |> AGGREGATE count(*) GROUP BY b, c'],
  ['WHERE a = 1 HAVING b = 2', 'HAVING', 'HAVING needs GROUP BY; use WHERE for conditions on rows'],
  ['GROUP BY b', 'GROUP BY b', 'GROUP BY needs an aggregate; write |> AGGREGATE count(*) GROUP BY b'],
  ['LIMIT x', 'x', 'expected a number of rows after LIMIT, found x'],
  ['|> GROUP BY a', 'GROUP', 'GROUP BY is part of AGGREGATE: |> AGGREGATE count(*) GROUP BY column'],
  ['|> HAVING a', 'HAVING', 'write HAVING as |> WHERE after AGGREGATE'],
  ['AGGREGATE sum(a) GROUP BY sum(b)', 'sum(b)', 'sum is an aggregate and cannot be used in GROUP BY; write |> AGGREGATE sum(…)'],
  ['AGGREGATE sum(a) + b', 'b', 'b must be in an aggregate or in GROUP BY; write any_value(b), or add b to GROUP BY'],
  ['AGGREGATE sum(sum(a))', 'sum(a)', 'sum is an aggregate and cannot be used in the arguments of sum; write |> AGGREGATE sum(…)'],
  ['AGGREGATE quantile_cont(a, 95)', '95', 'quantile_cont takes a fraction from 0 to 1, such as quantile_cont(latency_ms, 0.95)'],
  ['SELECT a, b |> WHERE c = 1', 'c', 'unknown column c here; use one of a, b'],
  ['SELECT status |> WHERE stauts = 1', 'stauts', 'unknown column stauts here; did you mean status?'],
  ['SELECT status |> SET stauts = 1', 'stauts', 'unknown column stauts here; did you mean status?'],
  ['SELECT a |> SELECT * REPLACE (1 AS bcd)', 'bcd', 'unknown column bcd here; use one of a'],
  ['AGGREGATE count(*) AS n GROUP BY a |> SELECT b', 'b', 'b must be in an aggregate or in GROUP BY; write any_value(b), or add b to GROUP BY'],
  ['SELECT max(a), b', 'b', 'b must be in an aggregate or in GROUP BY; write any_value(b), or add b to GROUP BY'],
  ['SELECT a, count(*) GROUP BY a HAVING b > 1', 'b', 'b must be in an aggregate or in GROUP BY; write any_value(b), or add b to GROUP BY'],
  ['AGGREGATE count(*) AS total GROUP BY a |> ORDER BY totl', 'totl', 'unknown column totl here; did you mean total?'],
  ['a > 0 |> ORDER BY b, 2 DESC', '2', "ORDER BY 2 would order nothing: write a column's name"],
  ['a > 0 ORDER BY 2', '2', "ORDER BY 2 would order nothing: write a column's name"],
  [
    "|> ORDER BY 'b c'",
    "'b c'",
    "ORDER BY 'b c' would order nothing: write \"b c\" for the column of that name",
  ],
  ['SELECT a.*, b.*', 'b.*', 'SELECT can have only one *: columns of two objects could have the same name'],
  [
    'EXTEND avg(a) OVER (ROWS BETWEEN 2000000 PRECEDING AND UNBOUNDED FOLLOWING) AS m',
    'OVER (ROWS BETWEEN 2000000 PRECEDING AND UNBOUNDED FOLLOWING)',
    'a window can have at most 1,000,000 rows',
  ],
  [
    'EXTEND avg(a) OVER (ORDER BY b) AS m',
    'OVER (ORDER BY b)',
    'a window with ORDER BY needs its rows: write ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW behind it for those up to the current one, or leave ORDER BY out for all',
  ],
  [
    'EXTEND avg(a) OVER (ORDER BY b RANGE UNBOUNDED PRECEDING) AS m',
    'RANGE',
    'RANGE is not supported in a window; write ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW',
  ],
  [
    'EXTEND rank() OVER (PARTITION BY b) AS m',
    'OVER (PARTITION BY b)',
    'rank needs an order: rank() OVER (ORDER BY latency_ms DESC)',
  ],
  ['EXTEND rank() OVER (ORDER BY 1) AS m', '1', "ORDER BY 1 would order nothing: write a column's name"],
  [
    'EXTEND median(a) OVER (ROWS 5 PRECEDING) AS m',
    'OVER (ROWS 5 PRECEDING)',
    'median cannot move with the rows, it needs whole partitions, as in median(…) OVER (PARTITION BY country)',
  ],
  ['WHERE lag(a) OVER () > 1', 'lag(a) OVER ()', 'window functions are allowed only in SELECT and EXTEND, not in WHERE'],
  // Clauses and statements of other databases
  ['SELECT a FROM t UNION ALL SELECT b FROM u', 'UNION', "UNION is not supported; open the files as one table, as in FROM 'logs/*.csv'"],
  ['a > 1 UNION SELECT b', 'UNION', "UNION is not supported; open the files as one table, as in FROM 'logs/*.csv'"],
  ['|> UNION ALL (FROM x)', 'UNION', "UNION is not supported; open the files as one table, as in FROM 'logs/*.csv'"],
  ['SELECT a INTERSECT SELECT b', 'INTERSECT', "INTERSECT is not supported; write |> SEMI JOIN 'file' AS f ON id = f.id"],
  ['SELECT a FROM t EXCEPT SELECT b', 'EXCEPT', "EXCEPT is supported only behind *; write |> ANTI JOIN 'file' AS f ON id = f.id"],
  ['SELECT a WHERE a > 1 MINUS SELECT b', 'MINUS', "MINUS is not supported; write |> ANTI JOIN 'file' AS f ON id = f.id"],
  ['WITH x AS (SELECT a FROM t) SELECT * FROM x', 'WITH', 'WITH is not supported; write the steps one after the other, with |> between them, as in WHERE a > 1 |> AGGREGATE count(*) GROUP BY b'],
  ['EXPLAIN SELECT a', 'EXPLAIN', 'EXPLAIN is not supported; the rowriver command says with --stages what a query reads'],
  ['INSERT INTO t VALUES (1)', 'INSERT', 'INSERT is not supported: queries change no file; export the rows to a new one'],
  ["COPY (SELECT a) TO 'x.csv'", 'COPY', 'COPY is not supported: queries change no file; export the rows to a new one'],
  ['create table x as select a', 'create', 'CREATE is not supported: queries change no file; export the rows to a new one'],
  ['SELECT a INTO x FROM t', 'INTO', 'SELECT INTO is not supported: queries change no file; export the rows to a new one'],
  ['UPDATE t SET a = 1 WHERE b = 2', 'UPDATE', "UPDATE is not supported; write |> SET a = CASE WHEN b > 1 THEN 'x' ELSE a END, and export the rows"],
  ['DELETE FROM t WHERE a = 1', 'DELETE', 'DELETE is not supported; write WHERE (a > 1) IS NOT TRUE, and export the rows'],
  ['VALUES (1, 2)', 'VALUES', 'VALUES is not supported; a query reads the rows of a file'],
  ['DESC t', 'DESC', 'DESC sorts downwards, as in ORDER BY a DESC; write |> DESCRIBE to describe the columns'],
  ['SUMMARIZE t', 'SUMMARIZE', 'SUMMARIZE is not supported; write |> DESCRIBE'],
  ['|> SUMMARIZE', 'SUMMARIZE', 'SUMMARIZE is not supported; write |> DESCRIBE'],
  ['SHOW COLUMNS', 'SHOW', 'SHOW is not supported; write |> DESCRIBE to describe the columns'],
  ['PIVOT t ON b USING sum(a)', 'PIVOT', "PIVOT is not supported; write |> AGGREGATE sum(a) FILTER (WHERE b = 'x') AS x, sum(a) FILTER (WHERE b = 'y') AS y GROUP BY c"],
  ['|> UNPIVOT (a FOR b IN (c))', 'UNPIVOT', 'UNPIVOT is not supported; write |> UNNEST [a, b] AS value'],
  ['SELECT a WINDOW w AS (ORDER BY a)', 'WINDOW', 'WINDOW is not supported; write the window itself in OVER (PARTITION BY a ORDER BY b)'],
  ['SELECT a FROM t USING SAMPLE 10%', 'USING', 'USING SAMPLE is not supported; write |> TABLESAMPLE 10 PERCENT'],
  ['SELECT a FROM t QUALIFY a > 1', 'QUALIFY a > 1', 'QUALIFY needs a window function; use WHERE for conditions on rows'],
  ['|> QUALIFY n = 1', 'QUALIFY', 'QUALIFY is a clause of SELECT; write |> EXTEND row_number() OVER (PARTITION BY a ORDER BY b) AS n |> WHERE n = 1'],
  ['SELECT * ORDER BY ALL', 'ALL', 'ORDER BY ALL needs the columns of SELECT by name; write ORDER BY a, b'],
  ['LIMIT 10%', 'LIMIT 10%', 'LIMIT takes a number of rows; write TABLESAMPLE 10 PERCENT for a random sample'],
  ['SELECT a FETCH FIRST 5 PERCENT ROWS ONLY', '5 PERCENT', 'LIMIT takes a number of rows; write TABLESAMPLE 5 PERCENT for a random sample'],
  ['SELECT a FETCH FIRST 5 ROWS WITH TIES', 'WITH', 'WITH TIES is not supported; write |> EXTEND rank() OVER (ORDER BY a) AS n |> WHERE n <= 5'],
  ["b LIKE ANY ('x%', 'y%')", 'ANY', "LIKE takes one pattern; write a LIKE 'x%' OR a LIKE 'y%'"],
  ["b ILIKE ALL ('x%', 'y%')", 'ALL', "ILIKE takes one pattern; write a ILIKE 'x%' AND a ILIKE 'y%'"],
  ["b = ANY ('x', 'y')", 'ANY', "ANY is not supported; write a IN ('x', 'y'), or list_contains(list, a) for a column of lists"],
  ['a = (SELECT max(a) FROM t)', 'SELECT', 'a query inside a query is not supported; write |> EXTEND max(a) OVER () AS x |> WHERE … x'],
  ['a > (SELECT sum(b * 2) FROM t)', 'SELECT', 'a query inside a query is not supported; write |> EXTEND max(a) OVER () AS x |> WHERE … x'],
  ['a = (SELECT b FROM t)', 'SELECT', "a query inside a query is not supported; write |> JOIN 'file' AS f ON id = f.id for the values of another file"],
  ['SELECT a FROM (SELECT a FROM t)', '(', 'a query inside a query is not supported; write it first, and behind |> what is done with its rows'],
  ['b.c NOT IN (SELECT c FROM t)', 'SELECT', "IN takes a list of values, not a query; write |> ANTI JOIN 'file' AS f ON b.c = f.id"],
  ['a IN (SELECT b FROM t)', 'SELECT', "IN takes a list of values, not a query; write |> SEMI JOIN 'file' AS f ON a = f.a"],
  ['EXISTS (SELECT 1 FROM t)', 'EXISTS', "EXISTS is not supported; write |> SEMI JOIN 'file' AS f ON id = f.id"],
  ['NOT EXISTS (SELECT 1 FROM t)', 'EXISTS', "EXISTS is not supported; write |> ANTI JOIN 'file' AS f ON id = f.id"],
  ['(a, b) IN ((1, 2))', ',', 'several values in parentheses are not supported; write a = 1 AND b = 2, or [a, b] for a list'],
  ["a COLLATE nocase = 'x'", 'COLLATE', 'COLLATE is not supported; write lower(a) to leave letter case aside'],
  ['SELECT position(a, b)', ',', "expected IN, as in position('a' IN text), found ,"],
  ['SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a DESC)', 'a DESC', 'WITHIN GROUP takes one value, upwards; write quantile_cont(a, 0.95)'],
  ['SELECT sum(a) WITHIN GROUP (ORDER BY b)', 'WITHIN', "WITHIN GROUP is not supported here; write string_agg(a, ',' ORDER BY b)"],
  // Functions of other databases
  ['SELECT nvl(a, 0)', 'nvl', 'unknown function nvl; write coalesce(a, 0)'],
  ["WHERE to_char(a, 'YYYY') = '2024'", 'to_char', "unknown function to_char; write strftime(time, '%Y-%m-%d')"],
  ['SELECT percentile_cont(a, 0.5)', 'percentile_cont', 'unknown function percentile_cont; write percentile_cont(0.5) WITHIN GROUP (ORDER BY a)'],
  ['SELECT ntile(4) OVER (ORDER BY a)', 'ntile', 'unknown function ntile; write floor((row_number() OVER (ORDER BY a) - 1) * 4 / count(*) OVER ()) + 1'],
  ['SELECT if(a > 1, 2)', 'if(a > 1, 2)', 'this function is written if(condition, value, otherwise)'],
  ['SELEC a', 'SELEC', 'SELEC is not an operator; did you mean SELECT?'],
  ['ORDR BY a', 'ORDR', 'ORDR is not an operator; did you mean ORDER BY?'],
  ['a 5', '5', 'expected AND, OR or an operator before 5'],
  ['AGGREGATE count(*) GROUP a', 'a', 'expected BY after GROUP, found a'],
  ['LIMIT 5 ORDER a', 'a', 'expected BY after ORDER, found a'],
  ['DISTINCT kind', 'kind', 'DISTINCT takes no columns; write |> SELECT kind |> DISTINCT'],
  ['AGGREGATE count(*) AS n BY kind', 'BY', 'write GROUP BY to group rows, or |> ORDER BY to sort them'],
  ['ORDER BY a DESCENDING', 'DESCENDING', 'DESCENDING is not supported; write DESC'],
  ['SELECT count(*) FILTER a > 5', 'FILTER', 'FILTER follows an aggregate, as in count(*) FILTER (WHERE status >= 500)'],
  ["|> JOIN 'u.csv' AS _record ON id = _record.id", '_record', "_record is a column of every record; use another name, as in JOIN 'u.csv' AS other"],
  ["|> JOIN 'u.csv' AS \"_file\" ON id = _file.id", '"_file"', "_file is a column of every record; use another name, as in JOIN 'u.csv' AS other"],
  ['|> AGGREGATE count(*) AS c |> WHERE _line > 3', '_line', '_line is known only where a row is one record; these rows are not'],
  ["|> LEFT JOIN 'd/_line.csv' ON id = _line.id", "'d/_line.csv'", "_line is a column of every record; use another name, as in JOIN 'd/_line.csv' AS other"],
  ['|> AS _value |> WHERE _value.a = 1', '_value', '_value is a column of every record; use another name, as in AS events'],
  ['SELECT a FROM b JOIN c ON d = e', 'JOIN', "write |> JOIN 'file' AS name ON condition after it"],
  ['SELECT a FROM b AS x LEFT JOIN c', 'LEFT', "write |> JOIN 'file' AS name ON condition after it"],
  ["FROM 'a' |> SELECT b FROM 'c'", "'c'", 'a query reads from one file; write |> JOIN for another one'],
  ['SELECT a FROM b, c', ',', "write |> JOIN 'file' AS name ON condition after it"],
  [
    "a LIKE '%!' ESCAPE '!'",
    "'%!'",
    'the pattern ends with its escape character; write !! for the character itself',
  ],
  ["a LIKE '%' ESCAPE 'xy'", "'xy'", "ESCAPE takes one character, such as ESCAPE '!'"],
  ['TABLESAMPLE 200 PERCENT', '200', 'a sample can have at most 100 percent'],
]; // prettier-ignore

describe('an error', () => {
  for (const [query, marked, message] of cases) {
    it(`of ${query}`, () => assert.deepEqual(errorOf(query), [marked, message]));
  }
});

describe('a word of other databases', () => {
  for (const word of [
    ...[
      'with',
      'explain',
      'insert',
      'create',
      'copy',
      'merge',
      'alter',
      'update',
      'delete',
      'values',
      'desc',
    ],
    ...[
      'summarize',
      'show',
      'pivot',
      'unpivot',
      'union',
      'minus',
      'exists',
      'any',
      'into',
      'using',
      'position',
    ],
  ]) {
    it(`is the name of a column where one stands: ${word}`, () => {
      for (const query of [
        `${word} = 1`,
        `${word} IS NULL`,
        `${word}.a IN (1)`,
        `NOT ${word}`,
        `SELECT a AS ${word}, ${word} FROM t`,
        `|> ORDER BY ${word} DESC`,
        `(${word})`,
        `a IN (${word})`,
      ])
        assert.ok(parseQuery(query).ok, query);
    });
  }
});

describe('a query out of all proportion is refused:', () => {
  for (const [what, query, message] of [
    [
      '10,000 parentheses',
      `${'('.repeat(10_000)}a${')'.repeat(10_000)}`,
      'the query is nested more than 400 deep',
    ],
    ['10,000 brackets', `a${'['.repeat(10_000)}`, 'the query is nested more than 400 deep'],
    ['10,000 signs', `${'- '.repeat(10_000)}a = 1`, 'the query is nested more than 400 deep'],
    ['10,000 NOTs', `${'NOT '.repeat(10_000)}a`, 'the query is nested more than 400 deep'],
    [
      '10,000 operators',
      `a${' + a'.repeat(10_000)}`,
      'the expression is too deep: more than 1,000 operators in a row, or nested',
    ],
    [
      '10,000 casts',
      `a${'::text'.repeat(10_000)}`,
      'the expression is too deep: more than 1,000 operators in a row, or nested',
    ],
    [
      'more than a million characters',
      `a = '${'x'.repeat(1_000_000)}'`,
      'the query is longer than 1,000,000 characters',
    ],
  ] as const) {
    it(what, () => assert.equal(errorOf(query)[1], message));
  }

  it('but not a long list, or a long chain of conditions', () => {
    const list = Array.from({ length: 100_000 }, (_, at) => at).join(',');
    assert.equal(parseQuery(`a IN (${list})`).ok, true);
    assert.equal(parseQuery(Array.from({ length: 50_000 }, (_, at) => `a = ${at}`).join(' OR ')).ok, true);
  });
});

describe('checkQuery', () => {
  const columns = [
    { name: 'status', type: 'number' },
    { name: 'user.country', type: 'text' },
  ];
  const warnings = (
    query: string,
    known: readonly KnownColumn[] = columns,
    names: Layout['names'] = 'paths',
  ): string[] => {
    const parsed = parseQuery(query);
    if (!parsed.ok) assert.fail(parsed.diagnostics[0].message);
    return checkQuery(parsed.query, known, { names }).map(({ from, to, severity, message }) => {
      assert.equal(severity, 'warning');
      return `${query.slice(from, to)}: ${message}`;
    });
  };

  it('warns of columns that were not seen', () => {
    assert.deepEqual(warnings('stauts = 1 AND user.contry = 2'), [
      'stauts: unknown column stauts (not in the sampled records); did you mean status?',
      'user.contry: unknown column user.contry (not in the sampled records); did you mean user.country?',
    ]);
    assert.deepEqual(warnings('zzz IS NULL'), ['zzz: unknown column zzz (not in the sampled records)']);
    assert.deepEqual(warnings('_erorr IS NULL'), [
      '_erorr: unknown column _erorr (not in the sampled records); did you mean _error?',
    ]);
  });

  it('warns of what other languages have in place of OR, of a column, of % and of the first item', () => {
    const or = '|| joins texts; write OR between conditions';
    for (const query of [
      "status LIKE 'a' || status = 2",
      'status IS NULL || status = 2',
      'status IN (1) || status = 2',
    ])
      assert.deepEqual(
        warnings(query).map((warning) => warning.replace(/^.*?: /, '')),
        [or],
        query,
      );
    const text = (name: string): string =>
      `'${name}': '${name}' is a text, and the same in every record; write ${name} for a column`;
    assert.deepEqual(warnings("'status' = 1"), [text('status')]);
    assert.deepEqual(warnings("'user.country' IN ('a', 'b')"), [text('user.country')]);
    assert.deepEqual(warnings("status LIKE '*x*'"), [
      "'*x*': * stands for itself in LIKE; write '%x%' for any characters",
    ]);
    assert.deepEqual(warnings('status[0] = 1'), [
      '0: items are counted from 1, so there is none with the number 0; write [1] for the first one',
    ]);
    for (const fine of [
      "status LIKE '%*'",
      "'a' || status = 'ab'",
      "'x' IN (status)",
      'status[1] = 1',
      "'a b' = 'c'",
    ])
      assert.deepEqual(warnings(fine), [], fine);
    assert.deepEqual(warnings('summarize'), ['summarize: SUMMARIZE is not supported; write |> DESCRIBE']);
    const units: KnownColumn[] = [{ name: 'speed m/s', type: 'number' }];
    assert.deepEqual(warnings('speed > 1', units, 'columns'), [
      'speed: unknown column speed; did you mean "speed m/s"?',
    ]);
  });

  it('warns of NULL where it is compared, and of a day without quotes', () => {
    const nothing = 'no value is equal to NULL or different from it, so this is true of no record; write';
    assert.deepEqual(warnings('status = NULL OR NULL <> user.country'), [
      `status = NULL: ${nothing} status IS NULL`,
      `NULL <> user.country: ${nothing} user.country IS NOT NULL`,
    ]);
    assert.deepEqual(warnings('status NOT IN (1, NULL)'), [
      'NULL: with NULL in the list, NOT IN is true of no record; leave it out, and add IS NOT NULL if that is meant',
    ]);
    assert.deepEqual(warnings('status IN (NULL, 2)'), [
      'NULL: no value is equal to NULL; write OR … IS NULL behind the list',
    ]);
    assert.deepEqual(warnings('status >= 2024-1-31 AND status < 2024-02-01', []), [
      "2024-1-31: 2024-1-31 is the number 1992; write DATE '2024-01-31' for the day",
      "2024-02-01: 2024-02-01 is the number 2021; write DATE '2024-02-01' for the day",
    ]);
    const fine =
      "status IS NULL OR status IS DISTINCT FROM NULL OR coalesce(status, NULL) = 2 OR 2024 - 1 > status OR status > '2024-01-31'";
    assert.deepEqual(warnings(fine), []);
  });

  it('warns of a part of a time that is written as a column', () => {
    assert.deepEqual(warnings('date_part(year, status) = 2024'), [
      "year: unknown column year (not in the sampled records); write text in single quotes: 'year'",
    ]);
  });

  it('warns of them also where an operator only names them', () => {
    assert.deepEqual(warnings('DROP stauts'), [
      'stauts: unknown column stauts (not in the sampled records); did you mean status?',
    ]);
    assert.deepEqual(warnings('RENAME stauts AS s'), [
      'stauts: unknown column stauts (not in the sampled records); did you mean status?',
    ]);
    for (const query of ['SET stauts = 1', 'SELECT * REPLACE (1 AS stauts)']) {
      assert.deepEqual(warnings(query), [
        'stauts: unknown column stauts (not in the sampled records); did you mean status?',
      ]);
    }
    for (const query of [
      'EXTEND 1 AS one |> RENAME one AS two, status AS s |> DROP two, user.country',
      'EXTEND 1 AS one |> SET one = 2, status = 3, user = 4',
      'SELECT status AS s |> SELECT * REPLACE (1 AS s)',
      'SELECT user.* REPLACE (1 AS country)',
    ])
      assert.deepEqual(warnings(query), [], query);
  });

  it('warns of a column once, however often an operator looks for it', () => {
    assert.deepEqual(warnings('EXTEND row_number() OVER (PARTITION BY stauts ORDER BY stauts) AS n'), [
      'stauts: unknown column stauts (not in the sampled records); did you mean status?',
      'stauts: unknown column stauts (not in the sampled records); did you mean status?',
    ]);
    assert.deepEqual(warnings('RENAME status AS user, user AS status'), []);
    assert.deepEqual(warnings('RENAME stauts AS user, user AS status'), [
      'stauts: unknown column stauts (not in the sampled records); did you mean status?',
    ]);
  });

  it('knows what stands above and below a column, and what the query itself makes', () => {
    assert.deepEqual(warnings('user IS NULL OR user.country.code = 1 OR status[1] = 1'), []);
    assert.deepEqual(
      warnings('EXTEND status + 1 AS next |> WHERE next > 1 |> SELECT next AS n |> ORDER BY n'),
      [],
    );
    assert.deepEqual(warnings("user.contry = 'x'", [{ name: 'user', type: 'object' }, ...columns]), [
      'user.contry: unknown column user.contry (not in the sampled records); did you mean user.country?',
    ]);
    assert.deepEqual(warnings('staus = 1', columns, 'columns'), [
      'staus: unknown column staus; did you mean status?',
    ]);
    assert.deepEqual(warnings('AS t |> WHERE t.status = 1 AND _line > 3'), []);
  });

  it('warns in JSON of a name that differs in letter case, or in where its dots are', () => {
    const logs = [
      { name: 'level', path: 'level', type: 'text' },
      { name: 'trace.id', path: '"trace.id"', type: 'text' },
      { name: 'http.status', path: 'http.status', type: 'number' },
    ];
    assert.deepEqual(warnings("Level = 'error'", logs), [
      'Level: unknown column Level (not in the sampled records); did you mean level?',
    ]);
    assert.deepEqual(warnings("trace.id = 'x'", logs), [
      'trace.id: unknown column trace.id (not in the sampled records); did you mean "trace.id"?',
    ]);
    assert.deepEqual(warnings('"http.status" = 500', logs), [
      '"http.status": unknown column http.status (not in the sampled records); did you mean http.status?',
    ]);
    assert.deepEqual(warnings(`"trace.id" = 'x' AND http IS NULL AND http.status.code = 1`, logs), []);
  });

  it('does not in CSV, where both are the same name', () => {
    const csv = [
      { name: 'Level', path: 'Level', type: 'text' },
      { name: 'trace.id', path: '"trace.id"', type: 'text' },
    ];
    assert.deepEqual(warnings(`level = 'x' AND trace.id = 'x' AND "trace.id" = 'y'`, csv, 'columns'), []);
  });

  it('warns of a condition that is a value and nothing else', () => {
    assert.deepEqual(warnings('404'), ['404: this condition is the same for every record']);
    assert.deepEqual(warnings("'slow'"), ["'slow': this condition is the same for every record"]);
    assert.deepEqual(warnings('TRUE'), []);
    assert.deepEqual(warnings('|> LIMIT 404 |> SELECT 404 AS n'), []);
  });

  it('takes a bare word that is compared for a text', () => {
    assert.deepEqual(warnings('status = error'), [
      "error: unknown column error (not in the sampled records); write text in single quotes: 'error'",
    ]);
    const word = "DE: unknown column DE (not in the sampled records); write text in single quotes: 'DE'";
    assert.deepEqual(warnings('status = DE', [...columns, { name: 'dec', type: 'number' }]), [word]);
    assert.deepEqual(warnings('status = staus'), [
      'staus: unknown column staus (not in the sampled records); did you mean status?',
    ]);
  });

  it('knows the value of a record, which every record has', () => {
    const values = [{ name: '_value', path: '_value', type: 'number' }];
    assert.deepEqual(warnings('_value > 1', values), []);
    assert.deepEqual(warnings('_value IS NULL'), []);
    assert.deepEqual(warnings('value > 1', values), [
      'value: unknown column value (not in the sampled records); did you mean _value?',
    ]);
  });
});
