import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { useNull } from '../../../../src/cli/arguments/cellOptions.ts';
import { comparisonDoubts } from '../../../../src/engine/dataset/doubt/doubts.ts';
import { numberDoubts } from '../../../../src/engine/dataset/doubt/numberDoubts.ts';
import { SampledCells } from '../../../../src/engine/dataset/doubt/sampledCells.ts';
import { parseQuery } from '../../../../src/engine/query/index.ts';

interface Told {
  readonly message: string;
  /** The query by the fix. */
  readonly query: string | undefined;
}

describe('comparisonDoubts', () => {
  let folder: string;
  const { signal } = new AbortController();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-compared-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** Asks queries of a column, `t` or `v`, with these JSON values, as each layout that can hold them. */
  async function told(values: readonly unknown[], queries: readonly string[]): Promise<Told[][]> {
    const lines = values.map((t, n) => JSON.stringify({ n, t, v: t }));
    const cells = values.map((t, n) => `${n},${String(t)},${String(t)}`);
    const files = {
      'a.jsonl': lines.join('\n'),
      'b.json': `[\n${lines.join(',\n')}\n]`,
      'c.csv': ['n,t,v', ...cells].join('\n'),
    };
    const each: Told[][][] = [];
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, name), `${text}\n`);
      const dataset = await Dataset.open({ kind: 'file', path: join(folder, name) }, { signal });
      try {
        each.push(await Promise.all(queries.map((query) => ask(dataset, query))));
      } finally {
        await dataset.close();
      }
    }
    for (const other of each.slice(1)) assert.deepEqual(other, each[0]);
    return each[0];
  }

  async function ask(dataset: Dataset, text: string, sampled = new SampledCells(dataset)): Promise<Told[]> {
    const parsed = parseQuery(text);
    if (!parsed.ok) assert.fail(text);
    const found = [
      ...(await comparisonDoubts(parsed.query, dataset, sampled, signal, useNull)),
      ...(await numberDoubts(parsed.query, dataset, sampled, signal)),
    ];
    return found.map(({ message, fix }) => ({ message, query: fix?.query }));
  }

  const zulu = ['2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z', '2026-03-29T03:00:00Z'];

  it('points out texts of which numbers are asked', async () => {
    const queries = [
      ...['v > 10', '5 <= v AND v < 7', 'v IN (1, 2)', 'n = 1 |> SELECT v AS x |> WHERE x BETWEEN 1 AND 2'],
      ...['|> AGGREGATE avg(v)', '|> EXTEND round(v) AS r', 'v * 2 > n', '|> EXTEND sum(v) OVER () AS s'],
    ];
    const said = (name: string): string =>
      `the values of ${name} that were looked at are texts, such as '12 kg', and none is a number: beside numbers they are NULL`;
    for (const [at, found] of (await told(['12 kg', 'n/a', '7 kg'], queries)).entries()) {
      const name = queries[at].includes(' x ') ? 'x' : 'v';
      assert.deepEqual(found, [{ message: said(name), query: undefined }], queries[at]);
    }
    const fine = ['n > 10', "v = '12 kg'", 'length(v) > 2', "v || 'x' = n", '|> AGGREGATE max(v), count(v)'];
    assert.deepEqual(
      await told(['12 kg', '7 kg'], fine),
      fine.map(() => []),
    );
    const odd =
      "v has texts among its numbers, such as '12 kg' (1 of 3 values that were looked at), and they are left out";
    const mixed = await told(['12 kg', 7, 8, 'n/a'], ['|> AGGREGATE sum(v)', 'v * 2 > 3', 'v > 3']);
    assert.deepEqual(
      mixed.map((found) => found.map(({ message }) => message)),
      [[odd], [odd], []],
    );
    assert.deepEqual(await told([7, 8, 'pending'], ['|> AGGREGATE sum(v)']), [[]]);
    for (const values of [
      ['12 kg', 7],
      ['2026-03-29', '12 kg'],
      ['n/a', '-'],
    ])
      assert.deepEqual(await told(values, ['v > 10']), [[]], String(values));
  });

  it('points out booleans that are other texts where it is asked whether they are true', async () => {
    const queries = ['v', 'NOT v AND n > 0', 'v = TRUE', 'v IS FALSE', '|> AGGREGATE count_if(v)'];
    const message = `the values of v that were looked at are texts, such as 't', and none is TRUE or FALSE; write v::boolean`;
    for (const [at, found] of (await told(['t', 'f', 't'], queries)).entries())
      assert.deepEqual(found, [{ message, query: queries[at].replace('v', 'v::boolean') }], queries[at]);
    const fine = ['v::boolean', "v = 't'", 'v IS NULL', 'n > 0'];
    assert.deepEqual(
      await told(['t', 'f'], fine),
      fine.map(() => []),
    );
    for (const values of [['true', 'f'], ['maybe'], [true, false]])
      assert.deepEqual(await told(values, ['v']), [[]], String(values));
  });

  it('points out functions of numbers that are asked of times and intervals', async () => {
    const messages = async (values: readonly unknown[], query: string): Promise<string[]> =>
      (await told(values, [query]))[0].map(({ message }) => message);
    const ofTimes = (call: string): string =>
      `${call}(…) has no answer for times, such as '2026-03-29T01:00:00Z'; for their seconds write ${call}(epoch(v))`;
    for (const call of ['stddev', 'sum', 'var_pop', 'round'])
      assert.deepEqual(await messages(zulu, `|> SELECT ${call}(v) AS s`), [ofTimes(call)]);
    assert.deepEqual(await messages(zulu, '|> EXTEND sum(v) OVER () AS s'), [ofTimes('sum')]);
    for (const fine of ['avg(v)', 'median(v)', 'quantile_cont(v, 0.9)', 'sum(v - v)', 'stddev(epoch(v))'])
      assert.deepEqual(await messages(zulu, `|> SELECT ${fine} AS s`), [], fine);
    assert.deepEqual(await messages(zulu, '|> SELECT stddev(v - v) AS s'), [
      "stddev(…) has no answer for intervals, such as lie between times like '2026-03-29T01:00:00Z'; for their seconds write stddev(epoch(v - v))",
    ]);
    assert.deepEqual(await messages(['2026-03-29', '2026-03-30'], '|> SELECT stddev(v - v) AS s'), []);
    const durations = ['P1DT2H', 'P2D'];
    for (const fine of ['avg(v)', 'sum(v)', 'median(v)', "max(v + INTERVAL '1 day')"])
      assert.deepEqual(await messages(durations, `|> SELECT ${fine} AS s`), [], fine);
    assert.deepEqual(await messages(durations, '|> SELECT stddev(v) AS s'), [
      "stddev(…) has no answer for intervals, such as 'P1DT2H'; for their seconds write stddev(epoch(v::interval))",
    ]);
    assert.deepEqual(await messages(['1 day', '2 days'], '|> SELECT avg(v) AS s'), [
      "the values of v that were looked at are texts of intervals, such as '1 day'; write v::interval",
    ]);
  });

  it('points out a time that is written in another way than the times of the column', async () => {
    const queries = [
      "t >= '2026-03-29 02:00:00'",
      "t = '2026-03-29T02:00:00'",
      "'2026-03-29T04:00:00+02:00' < t",
      "n > 0 AND t BETWEEN '2026-03-29' AND '2026-03-29 02:30'",
      "t IN ('2026-03-29T02:00:00Z', '2026-03-29T02:00:00.000Z')",
      "|> EXTEND n + 1 AS m |> WHERE t < '2026-03-29 02:00:00Z'",
      "t > '29.03.2026'",
    ];
    const found = await told(zulu, queries);
    assert.deepEqual(
      found.map((one) => one.map(({ query }) => query)),
      [
        ["t >= TIMESTAMP '2026-03-29 02:00:00'"],
        ["t = TIMESTAMP '2026-03-29T02:00:00'"],
        ["TIMESTAMP '2026-03-29T04:00:00+02:00' < t"],
        ["n > 0 AND t BETWEEN '2026-03-29' AND TIMESTAMP '2026-03-29 02:30'"],
        ["t IN ('2026-03-29T02:00:00Z', TIMESTAMP '2026-03-29T02:00:00.000Z')"],
        ["|> EXTEND n + 1 AS m |> WHERE t < TIMESTAMP '2026-03-29 02:00:00Z'"],
        ["t > TIMESTAMP '2026-03-29'"],
      ],
    );
    assert.equal(
      found[0][0].message,
      "beside a text, the times of t are compared as texts, and are written in another way; write TIMESTAMP '2026-03-29 02:00:00'",
    );
  });

  it('points it out behind what hands the times on', async () => {
    const late = "'2026-03-29 02:00:00'";
    const queries = [
      ...[`coalesce(t, v) >= ${late}`, `CASE WHEN n > 0 THEN t END < ${late}`, `[t][1] >= ${late}`],
      ...[
        `|> AGGREGATE max(t) AS m GROUP BY n |> LIMIT 2 |> WHERE m >= ${late}`,
        `|> AGGREGATE max(t) >= ${late} AS b`,
      ],
      ...[
        `|> EXTEND lag(t) OVER (ORDER BY n) AS x |> WHERE x >= ${late}`,
        `|> UNNEST [t, v] AS x |> WHERE x >= ${late}`,
      ],
      ...[`|> EXTEND any_value(t) OVER () AS x |> WHERE x >= ${late}`, `|> FILL t |> WHERE t >= ${late}`],
      ...[
        `|> AGGREGATE count(*) GROUP BY t |> WHERE t >= ${late}`,
        `SELECT n, min(t) GROUP BY n HAVING min(t) >= ${late}`,
      ],
      ...[`t IS DISTINCT FROM ${late}`, `nullif(t, ${late}) IS NULL`, `CASE t WHEN ${late} THEN 1 END = 1`],
    ];
    const found = await told(zulu, queries);
    assert.deepEqual(
      found.map((one) => one.map(({ query }) => query)),
      queries.map((query) => [query.replace(late, `TIMESTAMP ${late}`)]),
    );
    const quiet = [
      ...[
        `t::timestamp >= ${late}`,
        `coalesce(t, now()) >= ${late}`,
        `coalesce(date_trunc('day', t), t) >= ${late}`,
      ],
      ...[`|> AGGREGATE count(t) AS c |> WHERE c >= ${late}`, `coalesce(length(t), 1) > '10'`],
    ];
    assert.deepEqual(
      await told(zulu, quiet),
      quiet.map(() => []),
    );
  });

  it('points out times of several forms, and a date whose order is not known', async () => {
    const mixed = ['2026-03-29T01:00:00Z', '2026-03-29T02:00:00.5Z', '2026-03-29T03:00:00Z'];
    const [one] = await told(mixed, ["t > '2026-03-29T02:00:00Z'"]);
    assert.equal(one[0].query, "t > TIMESTAMP '2026-03-29T02:00:00Z'");
    const offsets = ['2026-03-29T01:00:00+01:00', '2026-03-29T02:00:00+02:00'];
    assert.equal((await told(offsets, ["t > '2026-03-29T02:00:00+02:00'"]))[0].length, 1);
    const [open] = await told(zulu, ["t > '03/04/2026'"]);
    assert.deepEqual(open, [
      {
        message: 'beside a text, the times of t are compared as texts, and are written year first',
        query: undefined,
      },
    ]);
  });

  it('says nothing where texts are in the order of their times, or hold something else', async () => {
    const quiet = [
      ...["t >= '2026-03-29'", "t >= '2026-03-29T02'", "t < '2026-03-29T02:00:00Z'", "t = '2026-03-29'"],
      ...["t > TIMESTAMP '2026-03-29 02:00'", "t LIKE '2026-03-29 %'", "t > 'x'", "t = '29.03.2026'"],
      ...["|> EXTEND upper(t) AS t |> WHERE t > '2026-03-29 02:00:00'", "none > '2026-03-29 02:00:00'"],
    ];
    assert.deepEqual(
      await told(zulu, quiet),
      quiet.map(() => []),
    );
    const texts = ['a', 'b', '2026-03-29T03:00:00Z'];
    assert.deepEqual(await told(texts, ["t > '2026-03-29 02:00:00'"]), [[]]);
    assert.deepEqual(await told([null, null], ["t > '2026-03-29 02:00:00'"]), [[]]);
  });

  it('points out numbers beside a time, where these are numbers of JSON, and numbers as texts in a table', async () => {
    const one = async (name: string, text: string, query: string): Promise<Told[]> => {
      await writeFile(join(folder, name), text);
      const dataset = await Dataset.open({ kind: 'file', path: join(folder, name) }, { signal });
      try {
        return await ask(dataset, query);
      } finally {
        await dataset.close();
      }
    };
    const epochs = '{"t":1774749600000}\n{"t":1774759600000}\n';
    assert.deepEqual(await one('e.jsonl', epochs, "t > '2026-03-29'"), [
      {
        message:
          "the numbers of t cannot be compared with a time that is a text; write TIMESTAMP '2026-03-29'",
        query: "t > TIMESTAMP '2026-03-29'",
      },
    ]);
    // A number of JSON beside a text reads the text as a number.
    assert.deepEqual(await one('e.jsonl', epochs, "t > '5'"), []);
    const prices = `a,price\n${Array.from({ length: 20 }, (_, i) => `x,${i === 7 ? 'n/a' : i}\n`).join('')}`;
    assert.deepEqual(await one('p.csv', prices, "price > '5'"), [
      {
        message: 'beside a text, the numbers of price are compared as texts; write 5',
        query: 'price > 5',
      },
    ]);
    assert.deepEqual(await one('p.csv', prices, "price = '5' OR price > 'x' OR price > 5"), []);
    // Texts of as many digits are in the order of their numbers.
    const zips = 'a,zip\nx,01228\ny,99679\n';
    assert.deepEqual(await one('z.csv', zips, "zip >= '10000'"), []);
    assert.equal((await one('z.csv', zips, "zip >= '1000'")).length, 1);
    assert.deepEqual(await one('q.csv', 'a,price\nx,1\ny,abc\n', "price > '5'"), []);
  });

  /** What is said of queries of a table with a column `v` of these cells. */
  async function ofTable(cells: readonly string[], queries: readonly string[]): Promise<Told[][]> {
    await writeFile(join(folder, 'v.csv'), `n,v\n${cells.map((cell, n) => `${n},${cell}\n`).join('')}`);
    const dataset = await Dataset.open({ kind: 'file', path: join(folder, 'v.csv') }, { signal });
    try {
      return await Promise.all(queries.map((query) => ask(dataset, query)));
    } finally {
      await dataset.close();
    }
  }

  const only = (found: readonly Told[][]): (string | undefined)[][] =>
    found.map((one) => one.map(({ query }) => query));

  it('points out a time beside those of web servers where they are texts, which are not in their order', async () => {
    const logs = [
      ['10.0.0.1 - - [10/Oct/2024:13:55:36 +0200] "GET / HTTP/1.1" 200 5', '%d/%b/%Y:%H:%M:%S %z'],
      ['2024/10/10 13:55:36 [error] 1#2: x', '%Y/%m/%d %H:%M:%S'],
    ];
    for (const [line, format] of logs) {
      await writeFile(join(folder, 'x.log'), `${line}\n${line}\n`);
      const source = { kind: 'file', path: join(folder, 'x.log') } as const;
      const read = await Dataset.open(source, { signal });
      try {
        assert.deepEqual(await ask(read, "time >= '2024-10-10'"), []);
      } finally {
        await read.close();
      }
      const dataset = await Dataset.open(source, { signal, dates: 'none' });
      try {
        const [found] = await ask(dataset, "time >= '2024-10-10'");
        assert.equal(
          found.message,
          `beside a text, the times of time are compared as texts, and are written in another way; write strptime(time, '${format}') in place of time`,
        );
        assert.deepEqual(await ask(dataset, `strptime(time, '${format}') >= '2024-10-10'`), []);
        assert.deepEqual(await ask(dataset, "time LIKE '10/Oct%' OR message > '2024-10-10'"), []);
      } finally {
        await dataset.close();
      }
    }
  });

  it('points out a text that comes before all numbers of a column', async () => {
    const queries = [
      '|> AGGREGATE max(v)',
      'ORDER BY v DESC',
      'SELECT n, v AS x ORDER BY x DESC LIMIT 3',
      'SELECT greatest(v, 5)',
      'v IS NOT NULL |> AGGREGATE max(v) AS m GROUP BY n % 2',
      '|> AGGREGATE max(v) FILTER (WHERE n > 1), list(n ORDER BY v DESC)',
      '|> AGGREGATE max_by(n, v), arg_min(v, n)',
      '|> EXTEND row_number() OVER (PARTITION BY n % 2 ORDER BY v DESC) AS r',
    ];
    const found = await told([3, 'n/a', 12.5, 7], queries);
    assert.deepEqual(only(found), [
      ['|> AGGREGATE max(v::number)'],
      ['ORDER BY v::number DESC'],
      ['SELECT n, v::number AS x ORDER BY x DESC LIMIT 3'],
      ['SELECT greatest(v::number, 5)'],
      ['v IS NOT NULL |> AGGREGATE max(v::number) AS m GROUP BY n % 2'],
      ['|> AGGREGATE max(v::number) FILTER (WHERE n > 1), list(n ORDER BY v DESC)'],
      ['|> AGGREGATE max_by(n, v::number), arg_min(v, n)'],
      ['|> EXTEND row_number() OVER (PARTITION BY n % 2 ORDER BY v::number DESC) AS r'],
    ]);
    assert.equal(
      found[0][0].message,
      "v has texts among its numbers, such as 'n/a' (1 of 4 values that were looked at), and they come after all numbers; write v::number",
    );
    for (const nothing of ['-', 'NULL', 'unknown', '""', 'NaN'])
      assert.equal((await ofTable(['1', nothing, '3'], ['ORDER BY v DESC']))[0].length, 1, nothing);
    const german = ['"1.234,5"', 'n/a', '"12,25"'];
    assert.deepEqual(only(await ofTable(german, ['ORDER BY v DESC'])), [['ORDER BY v::number DESC']]);
  });

  it('says nothing of texts among numbers that are gone, or come last', async () => {
    const quiet = [
      ...[
        'ORDER BY v',
        '|> AGGREGATE min(v), sum(v), count(v)',
        'ORDER BY n DESC',
        'ORDER BY v::number DESC',
      ],
      ...['v > 3 ORDER BY v DESC', "v <> 'n/a' |> AGGREGATE max(v)", "|> AGGREGATE max(nullif(v, 'n/a'))"],
      ...[
        '|> AGGREGATE max(v) FILTER (WHERE v > 3)',
        '|> AGGREGATE min_by(n, v), max_by(v, n)',
        '|> AGGREGATE count(v) AS c GROUP BY n |> ORDER BY c DESC',
      ],
    ];
    assert.deepEqual(
      await told([3, 'n/a', 12.5, 7], quiet),
      quiet.map(() => []),
    );
    const descending = ['ORDER BY v DESC', '|> AGGREGATE max(v)'];
    const columnsOfTexts = [
      ['A1', '12', 'B7', '13'],
      ['12', 'total', '13'],
      ['n/a', 'n/a', '-'],
      ['1', '', '3'],
      ['true', '1', '2'],
    ];
    for (const cells of columnsOfTexts) assert.deepEqual(await ofTable(cells, descending), [[], []]);
  });

  it('points out texts that stand for NULL, where a query asks for NULL', async () => {
    const cells = ['a', 'NULL', 'b', 'NULL'];
    const queries = ['v IS NULL', "SELECT coalesce(v, 'x')", '|> AGGREGATE count(v), count(DISTINCT v)'];
    const found = await ofTable(cells, [...queries, '|> EXTEND v AS w |> WHERE w IS NOT NULL']);
    assert.deepEqual(only(found), [
      ["nullif(v, 'NULL') IS NULL"],
      ["SELECT coalesce(nullif(v, 'NULL'), 'x')"],
      ["|> AGGREGATE count(nullif(v, 'NULL')), count(DISTINCT v)"],
      ["|> EXTEND v AS w |> WHERE nullif(w, 'NULL') IS NOT NULL"],
    ]);
    assert.equal(
      found[0][0].message,
      "where v has no value, the file says NULL, which is a text and not NULL; write nullif(v, 'NULL'), or use --null 'NULL'",
    );
    for (const text of ['NA', 'null', '"\\N"'])
      assert.equal((await ofTable(['a', text], ['v IS NULL']))[0].length, 1, text);
    const quiet = ["nullif(v, 'NULL') IS NULL", '|> AGGREGATE count(*)', "v = 'a'", 'n IS NULL'];
    assert.deepEqual(
      await ofTable(cells, quiet),
      quiet.map(() => []),
    );
    assert.deepEqual(await ofTable(['a', '', 'N', 'x\\N'], queries), [[], [], []]);
    assert.deepEqual(await ofTable(['a', '\\N', 'b'], queries), [[], [], []]);
  });

  it('points out another text that comes before all times of a column', async () => {
    const queries = ['|> AGGREGATE max(t)', 'ORDER BY t DESC', '|> AGGREGATE min(t)', 'ORDER BY t'];
    assert.deepEqual(only(await told([...zulu, 'n/a'], queries)), [
      ['|> AGGREGATE max(t::timestamp)'],
      ['ORDER BY t::timestamp DESC'],
      [],
      [],
    ]);
    assert.deepEqual(only(await told([...zulu, '-'], queries)), [
      [],
      [],
      ['|> AGGREGATE min(t::timestamp)'],
      ['ORDER BY t::timestamp'],
    ]);
  });

  it('points out numbers and times that are texts of JSON and not in their order', async () => {
    const one = async (values: readonly unknown[], query: string): Promise<Told[]> => {
      await writeFile(join(folder, 'o.jsonl'), values.map((v) => `${JSON.stringify({ v })}\n`).join(''));
      const dataset = await Dataset.open({ kind: 'file', path: join(folder, 'o.jsonl') }, { signal });
      try {
        return await ask(dataset, query);
      } finally {
        await dataset.close();
      }
    };
    assert.deepEqual(await one(['9.5', '10', '7'], 'ORDER BY v'), [
      {
        message:
          "the numbers of v are texts, and in the order of texts: '10' comes before '7'; write v::number",
        query: 'ORDER BY v::number',
      },
    ]);
    assert.deepEqual(await one(['2026-03-29T01:30:00+01:00', '2026-03-29T03:10:00+02:00'], 'ORDER BY v'), []);
    assert.deepEqual(
      await one(['2026-10-25T02:30:00+02:00', '2026-10-25T02:10:00+01:00'], '|> AGGREGATE max(v)'),
      [
        {
          message:
            "the times of v are texts, and in the order of texts: '2026-10-25T02:10:00+01:00' comes before '2026-10-25T02:30:00+02:00'; write v::timestamp",
          query: '|> AGGREGATE max(v::timestamp)',
        },
      ],
    );
    assert.deepEqual(await one(['00123', '00200', '10000'], 'ORDER BY v'), []);
    assert.deepEqual(await one([...zulu], 'ORDER BY v DESC'), []);
  });

  it('reads nothing where nothing depends on the cells', async () => {
    await writeFile(join(folder, 'r.csv'), 'a,t\nx,2026-03-29T02:00:00Z\n');
    const dataset = await Dataset.open({ kind: 'file', path: join(folder, 'r.csv') }, { signal });
    const sampled = new Counted(dataset);
    try {
      for (const query of ["a = 'x'", "t LIKE '2026%'", "a IN ('x', '5')"])
        await ask(dataset, query, sampled);
      assert.equal(sampled.asked, 0);
      await ask(dataset, "a > 'x' AND t > '2026-03-29 02:00' AND t < '2026-03-30'", sampled);
      assert.equal(sampled.asked, 1);
    } finally {
      await dataset.close();
    }
  });
});

class Counted extends SampledCells {
  asked = 0;

  override of(...args: Parameters<SampledCells['of']>): ReturnType<SampledCells['of']> {
    this.asked++;
    return super.of(...args);
  }
}
