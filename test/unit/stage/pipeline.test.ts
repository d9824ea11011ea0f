import assert from 'node:assert/strict';
import { run, runInParts, type TestData } from './run.ts';

const jsonl: TestData = {
  format: 'jsonl',
  text: [
    '{"id":1,"type":"a","n":1.10,"user":{"name":"Ann","country":"DE"},"tags":["x","y"]}',
    '{"id":2,"type":"b","n":2,"user":{"name":"Bob","country":"FR"},"tags":[]}',
    '{"id":3,"type":"a","n":0.2,"user":{"name":"Cid","country":"DE"}}',
    '{"id":4,"type":"b","n":null,"user":null,"tags":["z"]}',
    '{"id":5,"type":"a","n":12345678901234567890,"tags":["x"]}',
  ].join('\n'),
};

const csv: TestData = {
  format: 'csv',
  text: 'id,type,n,user.name\n1,a,1.10,Ann\n2,b,2,Bob\n3,a,0.2,"Cid ""C"""\n4,b,,\n5,a,12345678901234567890,""\n',
};

const epochs: TestData = {
  format: 'jsonl',
  text: '{"t":1717181110}\n{"t":"1717181110123"}\n{"t":"20240531"}',
};
const csvEpochs: TestData = { format: 'csv', text: 't\n1717181110\n1717181110123\n20240531\n' };
const dayAfter = [
  '{"next":"2024-06-01 18:45:10","age":"00:00:50"}',
  '{"next":"2024-06-01 18:45:10.123","age":"00:00:49.877"}',
];

const cases: readonly [TestData, string, readonly string[]][] = [
  [
    jsonl,
    String.raw`id = 1 |> SELECT '50%' LIKE '50😀%' ESCAPE '😀' AS a, '50x' LIKE '50😀%' ESCAPE '😀' AS b`,
    ['{"a":true,"b":false}'],
  ],
  [
    epochs,
    "t > TIMESTAMP '2024-05-31' |> SELECT t + INTERVAL 1 day AS next, TIMESTAMP '2024-05-31 18:46:00' - t AS age",
    dayAfter,
  ],
  [
    csvEpochs,
    "t > TIMESTAMP '2024-05-31' |> SELECT t + INTERVAL 1 day AS next, TIMESTAMP '2024-05-31 18:46:00' - t AS age",
    dayAfter,
  ],
  [csvEpochs, "SELECT date_trunc('day', t) AS d |> DISTINCT", ['{"d":"2024-05-31 00:00:00"}', '{"d":null}']],
  // A name that the query itself gives to a column comes before what every record has by that name.
  [jsonl, 'EXTEND id + 1 AS _line |> WHERE _line = 6 |> SELECT id, _line', ['{"id":5,"_line":6}']],
  [jsonl, "SELECT id AS _line, type |> WHERE _line > 3 AND type = 'a'", ['{"_line":5,"type":"a"}']],
  [jsonl, 'SELECT id |> RENAME id AS _record |> WHERE _record = 2', ['{"_record":2}']],
  [jsonl, 'RENAME n AS _record |> WHERE _record = 2 |> SELECT id', ['{"id":2}']],
  [jsonl, 'SET _line = id * 10 |> WHERE _line = 20 |> SELECT id, _line', ['{"id":2,"_line":20}']],
  [jsonl, 'SET _line = id * 10 |> DROP _line |> WHERE _line = 2 |> SELECT id', ['{"id":2}']],
  [jsonl, 'EXTEND 9 - id AS _offset |> ORDER BY _offset |> LIMIT 1 |> SELECT id', ['{"id":5}']],
  [
    jsonl,
    "UNNEST tags AS _file |> SELECT id, _file |> WHERE _file > 'x'",
    ['{"id":1,"_file":"y"}', '{"id":4,"_file":"z"}'],
  ],
  [
    jsonl,
    'AGGREGATE count(*) AS _record GROUP BY type AS _line |> WHERE _record = 3',
    ['{"_line":"a","_record":3}'],
  ],
  [jsonl, 'EXTEND _line AS a |> EXTEND id AS _line |> WHERE a = 2 |> SELECT a, _line', ['{"a":2,"_line":2}']],
  [
    csv,
    'RENAME id AS _record, n AS _line |> WHERE _record = 3 |> SELECT _record, _line',
    ['{"_record":"3","_line":"0.2"}'],
  ],
  [csv, 'EXTEND 7 AS _error |> WHERE _error = 7 AND id = 2 |> SELECT id', ['{"id":"2"}']],
  [jsonl, 'SELECT id, n |> LIMIT 2', ['{"id":1,"n":1.10}', '{"id":2,"n":2}']],
  [jsonl, 'id = 3 |> SELECT user.name, user.country AS c', ['{"user.name":"Cid","c":"DE"}']],
  [jsonl, "id = 3 |> SELECT upper(user.name) || '!' AS x, n + 0.1 AS y", ['{"x":"CID!","y":0.3}']],
  [
    jsonl,
    'id = 4 |> EXTEND id * 2 AS twice',
    ['{"id":4,"type":"b","n":null,"user":null,"tags":["z"],"twice":8}'],
  ],
  [
    jsonl,
    'id = 3 |> SET id = id + 1, extra = 1',
    ['{"id":4,"type":"a","n":0.2,"user":{"name":"Cid","country":"DE"},"extra":1}'],
  ],
  [jsonl, 'id = 3 |> DROP type, user.name', ['{"id":3,"n":0.2,"user":{"country":"DE"}}']],
  [
    jsonl,
    'id = 3 |> RENAME type AS kind, user.country AS country',
    ['{"id":3,"kind":"a","n":0.2,"user":{"name":"Cid"},"country":"DE"}'],
  ],
  [jsonl, 'id = 3 |> SELECT id, type |> RENAME id AS type, type AS id', ['{"type":3,"id":"a"}']],
  [jsonl, 'id = 3 |> RENAME id AS type, type AS id |> SELECT id, type', ['{"id":"a","type":3}']],
  [jsonl, 'id = 3 |> RENAME id AS type, type AS kind |> SELECT type, kind', ['{"type":3,"kind":"a"}']],
  [
    jsonl,
    "RENAME type AS kind |> WHERE kind = 'b' |> SELECT id, kind",
    ['{"id":2,"kind":"b"}', '{"id":4,"kind":"b"}'],
  ],
  [jsonl, 'id = 3 |> SELECT * EXCEPT (user, n) REPLACE (id * 10 AS id)', ['{"id":30,"type":"a"}']],
  [jsonl, 'id <= 2 |> SELECT user.*', ['{"name":"Ann","country":"DE"}', '{"name":"Bob","country":"FR"}']],
  [jsonl, 'EXTEND id * 2 AS d |> WHERE d > 8 |> SELECT d', ['{"d":10}']],
  [
    jsonl,
    'AGGREGATE count(*) AS c, sum(n) AS s, avg(id) AS a, min(n) AS lo, max(n) AS hi GROUP BY type',
    [
      '{"type":"a","c":3,"s":12345678901234567891.3,"a":3,"lo":0.2,"hi":12345678901234567890}',
      '{"type":"b","c":2,"s":2,"a":3,"lo":2,"hi":2}',
    ],
  ],
  [
    jsonl,
    'AGGREGATE count(*), count(n), count(DISTINCT type)',
    ['{"count(*)":5,"count(n)":4,"count(DISTINCT type)":2}'],
  ],
  [jsonl, 'id > 99 |> AGGREGATE count(*) AS c, sum(n) AS s', ['{"c":0,"s":null}']],
  [jsonl, 'id > 99 |> AGGREGATE count(*) AS c GROUP BY type', []],
  [
    jsonl,
    "AGGREGATE list(id) AS l, string_agg(type, '-') AS t, median(id) AS m, mode(type) AS o",
    ['{"l":[1,2,3,4,5],"t":"a-b-a-b-a","m":3,"o":"a"}'],
  ],
  [
    jsonl,
    'AGGREGATE list(id ORDER BY id DESC) AS l, count(*) FILTER (WHERE id > 2) AS f, stddev(id) AS s',
    ['{"l":[5,4,3,2,1],"f":3,"s":1.5811388300841898}'],
  ],
  [
    jsonl,
    'AGGREGATE max(id) - min(id) AS spread GROUP BY user.country',
    [
      '{"user.country":"DE","spread":2}',
      '{"user.country":"FR","spread":0}',
      '{"user.country":null,"spread":1}',
    ],
  ],
  [
    jsonl,
    'ORDER BY n DESC |> SELECT id, n',
    [
      '{"id":5,"n":12345678901234567890}',
      '{"id":2,"n":2}',
      '{"id":1,"n":1.10}',
      '{"id":3,"n":0.2}',
      '{"id":4,"n":null}',
    ],
  ],
  [jsonl, 'ORDER BY n NULLS FIRST |> LIMIT 2 |> SELECT id', ['{"id":4}', '{"id":3}']],
  [jsonl, 'ORDER BY type, id DESC |> LIMIT 2 OFFSET 1 |> SELECT id', ['{"id":3}', '{"id":1}']],
  [jsonl, 'SELECT type |> DISTINCT', ['{"type":"a"}', '{"type":"b"}']],
  [jsonl, 'DROP id, n, user, tags |> DISTINCT', ['{"type":"a"}', '{"type":"b"}']],
  [
    jsonl,
    'UNNEST tags AS tag WITH OFFSET i |> SELECT id, tag, i',
    [
      '{"id":1,"tag":"x","i":1}',
      '{"id":1,"tag":"y","i":2}',
      '{"id":4,"tag":"z","i":1}',
      '{"id":5,"tag":"x","i":1}',
    ],
  ],
  [
    jsonl,
    'id = 1 |> UNNEST tags |> DROP user',
    ['{"id":1,"type":"a","n":1.10,"tags":"x"}', '{"id":1,"type":"a","n":1.10,"tags":"y"}'],
  ],
  [
    jsonl,
    'EXTEND lag(id) OVER () AS p, lead(id) OVER () AS q |> SELECT p, q |> LIMIT 2',
    ['{"p":null,"q":2}', '{"p":1,"q":3}'],
  ],
  [
    jsonl,
    'SELECT id, sum(id) OVER (ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s, max(id) OVER (ROWS 1 PRECEDING) AS m',
    [
      '{"id":1,"s":3,"m":1}',
      '{"id":2,"s":6,"m":2}',
      '{"id":3,"s":9,"m":3}',
      '{"id":4,"s":12,"m":4}',
      '{"id":5,"s":9,"m":5}',
    ],
  ],
  [
    jsonl,
    'SELECT id, lead(id) OVER (PARTITION BY type) AS n, sum(id) OVER (PARTITION BY type ROWS 1 PRECEDING) AS s',
    [
      '{"id":1,"n":3,"s":1}',
      '{"id":2,"n":4,"s":2}',
      '{"id":3,"n":5,"s":4}',
      '{"id":4,"n":null,"s":6}',
      '{"id":5,"n":null,"s":8}',
    ],
  ],
  [
    jsonl,
    'SELECT id, row_number() OVER (PARTITION BY type) AS r',
    ['{"id":1,"r":1}', '{"id":2,"r":1}', '{"id":3,"r":2}', '{"id":4,"r":2}', '{"id":5,"r":3}'],
  ],
  [jsonl, 'TABLESAMPLE 100 PERCENT |> TABLESAMPLE 2 ROWS |> AGGREGATE count(*) AS c', ['{"c":2}']],
  [
    jsonl,
    'SELECT type, count(*) AS c FROM data WHERE id < 5 GROUP BY type HAVING count(*) > 1 ORDER BY c DESC, type LIMIT 1',
    ['{"type":"a","c":2}'],
  ],
  [jsonl, 'SELECT d.id, d.user.name AS name FROM data d WHERE d.id = 1', ['{"id":1,"name":"Ann"}']],
  [jsonl, 'SELECT DISTINCT type FROM data ORDER BY type DESC', ['{"type":"b"}', '{"type":"a"}']],
  [jsonl, 'FROM data |> WHERE id = 5 |> SELECT id', ['{"id":5}']],
  [jsonl, 'id > 2 ORDER BY id DESC LIMIT 1 OFFSET 1 |> SELECT id', ['{"id":4}']],
  [jsonl, 'WHERE id > 2 ORDER BY id DESC LIMIT 1 |> SELECT id', ['{"id":5}']],
  [jsonl, 'ORDER BY id DESC LIMIT 1 |> SELECT id', ['{"id":5}']],
  [jsonl, 'SELECT * EXCEPT (user, tags) WHERE id = 5 |> SELECT id', ['{"id":5}']],
  [jsonl, 'SELECT * LIMIT 1 |> SELECT id', ['{"id":1}']],
  [jsonl, 'UNNEST [7, 8] AS x |> WHERE id = 1 |> SELECT id, x', ['{"id":1,"x":7}', '{"id":1,"x":8}']],
  [jsonl, 'id > 2 LIMIT 1 |> SELECT id', ['{"id":3}']],
  [jsonl, 'id > 2 |> ORDER BY id DESC LIMIT 1 OFFSET 1 |> SELECT id', ['{"id":4}']],
  [jsonl, '|> WHERE id > 2 ORDER BY id DESC LIMIT 1 |> SELECT id', ['{"id":5}']],
  [jsonl, 'SELECT id |> EXTEND id * 2 AS d ORDER BY d DESC LIMIT 1', ['{"id":5,"d":10}']],
  [jsonl, 'EXTEND id * 2 AS d LIMIT 2 |> SELECT d', ['{"d":2}', '{"d":4}']],
  [jsonl, '|> AGGREGATE count(*) AS c GROUP BY id ORDER BY id DESC LIMIT 1', ['{"id":5,"c":1}']],
  [jsonl, 'AGGREGATE max(id) AS m LIMIT 1', ['{"m":5}']],
  [jsonl, 'AS d |> WHERE d.id = 5 |> SELECT d.id', ['{"id":5}']],
  [csv, 'id = 3', ['{"id":"3","type":"a","n":"0.2","user.name":"Cid \\"C\\""}']],
  [
    csv,
    'SELECT id, user.name',
    [
      '{"id":"1","user.name":"Ann"}',
      '{"id":"2","user.name":"Bob"}',
      '{"id":"3","user.name":"Cid \\"C\\""}',
      '{"id":"4","user.name":null}',
      '{"id":"5","user.name":""}',
    ],
  ],
  [
    csv,
    'ORDER BY n DESC |> SELECT id',
    ['{"id":"5"}', '{"id":"2"}', '{"id":"1"}', '{"id":"3"}', '{"id":"4"}'],
  ],
  [
    csv,
    'AGGREGATE sum(n) AS s, max(n) AS m, min(id) AS i GROUP BY type',
    [
      '{"type":"a","s":12345678901234567891.3,"m":"12345678901234567890","i":"1"}',
      '{"type":"b","s":2,"m":"2","i":"2"}',
    ],
  ],
  [csv, 'id > n |> SELECT id', ['{"id":"3"}']],
  [csv, 'EXTEND id + 1 AS next |> WHERE next = 3 |> DROP n, "user.name"', ['{"id":"2","type":"b","next":3}']],
  [
    jsonl,
    'FILL n, tags |> SELECT id, n, tags',
    [
      '{"id":1,"n":1.10,"tags":["x","y"]}',
      '{"id":2,"n":2,"tags":[]}',
      '{"id":3,"n":0.2,"tags":[]}',
      '{"id":4,"n":0.2,"tags":["z"]}',
      '{"id":5,"n":12345678901234567890,"tags":["x"]}',
    ],
  ],
  [
    jsonl,
    'id >= 4 |> FILL user.name, none |> SELECT id, user.name AS name, none',
    ['{"id":4,"name":null,"none":null}', '{"id":5,"name":null,"none":null}'],
  ],
  [
    jsonl,
    "ORDER BY type, id DESC |> FILL user |> SELECT id, user.name AS name |> WHERE name <> 'Ann'",
    ['{"id":3,"name":"Cid"}', '{"id":2,"name":"Bob"}'],
  ],
  [
    csv,
    'FILL n, "user.name"',
    [
      '{"id":"1","type":"a","n":"1.10","user.name":"Ann"}',
      '{"id":"2","type":"b","n":"2","user.name":"Bob"}',
      '{"id":"3","type":"a","n":"0.2","user.name":"Cid \\"C\\""}',
      '{"id":"4","type":"b","n":"0.2","user.name":"Cid \\"C\\""}',
      '{"id":"5","type":"a","n":"12345678901234567890","user.name":""}',
    ],
  ],
  // What is named beside a star takes the place of what has that name: no row has a column twice.
  [
    jsonl,
    'id < 3 |> SELECT * EXCEPT (tags, user), id * 10 AS n',
    ['{"id":1,"type":"a","n":10}', '{"id":2,"type":"b","n":20}'],
  ],
  [jsonl, 'id = 1 |> SELECT type, * EXCEPT (tags, user)', ['{"type":"a","id":1,"n":1.10}']],
  [
    csv,
    'id < 3 |> SELECT *, id * 10 AS n',
    ['{"id":"1","type":"a","user.name":"Ann","n":10}', '{"id":"2","type":"b","user.name":"Bob","n":20}'],
  ],
  [csv, 'id = 1 |> SELECT type, *', ['{"type":"a","id":"1","n":"1.10","user.name":"Ann"}']],
];

describe('a pipeline', () => {
  it('takes the time between two texts that are times, and the days between two dates', async () => {
    const text = [
      '{"began":"2024-05-31T10:00:00Z","ended":"2024-05-31T12:05:30+02:00"}',
      '{"began":"2024-02-28","ended":"2024-03-01"}',
      '{"began":"soon","ended":"2024-03-01"}',
      '{"began":"5","ended":"7"}',
    ].join('\n');
    const data: TestData = { format: 'jsonl', text };
    const lines = async (query: string): Promise<unknown> => run(query, data);
    assert.deepEqual(await lines('SELECT ended - began AS d'), [
      '{"d":"00:05:30"}',
      '{"d":2}',
      '{"d":null}',
      '{"d":2}',
    ]);
    assert.deepEqual(
      await lines(
        "SELECT epoch(ended - began) AS a, epoch(INTERVAL '1 year 2 months 3 days 04:05:06.5') AS b, epoch(INTERVAL '-14 months') AS c |> LIMIT 1",
      ),
      ['{"a":330,"b":37015506.5,"c":-36741600}'],
    );
  });

  for (const [data, query, expected] of cases) {
    it(`${data.format}: ${query}`, async () => {
      assert.deepEqual(await run(query, data), expected);
      assert.deepEqual(await run(query, data, { blockSize: 60 }), expected, 'in small blocks');
      assert.deepEqual(await runInParts(query, data, { blockSize: 60 }), expected, 'in parts');
    });
  }
});
