/** Functions of other databases and languages, and what is written instead. */
export const foreignFunctions: ReadonlyMap<string, string> = new Map([
  ...['nvl', 'zeroifnull'].map((name): [string, string] => [name, 'coalesce(a, 0)']),
  ...['iif', 'iff'].map((name): [string, string] => [name, 'if(condition, a, b)']),
  ...['isnull', 'is_null', 'isna'].map((name): [string, string] => [name, 'a IS NULL']),
  ...['isnotnull', 'notnull', 'notna', 'is_not_null'].map((name): [string, string] => [
    name,
    'a IS NOT NULL',
  ]),
  ['exists', 'a IS NOT NULL'],
  ['decode', "CASE a WHEN 'x' THEN 1 ELSE 2 END"],
  ['nvl2', 'CASE WHEN a IS NULL THEN c ELSE b END'],
  ...['to_char', 'date_format', 'format_date', 'format_datetime', 'format_timestamp', 'from_unixtime'].map(
    (name): [string, string] => [name, "strftime(time, '%Y-%m-%d')"],
  ),
  ...['to_date', 'str_to_date', 'parse_date', 'parse_datetime', 'parse_timestamp'].map(
    (name): [string, string] => [name, "strptime(text, '%d.%m.%Y')"],
  ),
  ...['charindex', 'locate', 'indexof'].map((name): [string, string] => [name, 'strpos(text, part)']),
  ['substring_index', "split_part(text, '.', 1)"],
  ...['dateadd', 'timestampadd', 'timestamp_add', 'adddate'].map((name): [string, string] => [
    name,
    "time + INTERVAL '1 day'",
  ]),
  ...['date_sub', 'timestamp_sub', 'subdate'].map((name): [string, string] => [
    name,
    "time - INTERVAL '1 day'",
  ]),
  ...['timestampdiff', 'timestamp_diff'].map((name): [string, string] => [
    name,
    "date_diff('day', from, to)",
  ]),
  ...['getdate', 'sysdate', 'localtimestamp'].map((name): [string, string] => [name, 'now()']),
  ['curdate', 'today()'],
  ['unix_timestamp', 'epoch(time)'],
  ['timestamp_trunc', "date_trunc('day', time)"],
  ...['approx_quantile', 'approx_percentile', 'percentile_approx', 'percentile'].map(
    (name): [string, string] => [name, 'quantile_cont(a, 0.95)'],
  ),
  ...['percentile_cont', 'percentile_disc'].map((name): [string, string] => [
    name,
    `${name}(0.5) WITHIN GROUP (ORDER BY a)`,
  ]),
  ...['array_size', 'cardinality', 'json_array_length'].map((name): [string, string] => [name, 'len(list)']),
  ...['collect_list', 'json_agg', 'json_group_array'].map((name): [string, string] => [name, 'list(a)']),
  ...['countdistinct', 'count_distinct', 'uniq'].map((name): [string, string] => [name, 'count(DISTINCT a)']),
  ...['approx_distinct', 'hll'].map((name): [string, string] => [name, 'approx_count_distinct(a)']),
  ...['get_json_object', 'json_value', 'json_query'].map((name): [string, string] => [
    name,
    "json_extract(a, '$.b')",
  ]),
  ...['regexp_like', 'rlike', 'match'].map((name): [string, string] => [name, "a ~ 'x.*y'"]),
  ['regexp_substr', "regexp_extract(a, 'x.*y')"],
  ['regexp_count', "len(regexp_extract_all(a, 'x'))"],
  ['array_join', "array_to_string(list, ', ')"],
  ...['explode', 'generate_subscripts', 'unnest'].map((name): [string, string] => [
    name,
    '|> UNNEST list AS item',
  ]),
  ['sumif', 'sum(a) FILTER (b > 0)'],
  ['avgif', 'avg(a) FILTER (b > 0)'],
  ['every', 'bool_and(a)'],
  ['ntile', 'floor((row_number() OVER (ORDER BY a) - 1) * 4 / count(*) OVER ()) + 1'],
]);
