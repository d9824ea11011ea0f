import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { queryDoubts } from '../../../../src/engine/dataset/doubt/doubts.ts';
import { parseQuery } from '../../../../src/engine/query/index.ts';
import { said } from '../../../../src/said/said.ts';
import { runCli, type CliResult } from '../../../support/cli.ts';

describe('rowriver, how numbers and dates are written', () => {
  let folder = '';
  const run = (name: string, ...args: string[]): Promise<CliResult> =>
    runCli([join(folder, name), '--no-cache', ...args]);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-cli-'));
    await writeFile(join(folder, 'open.csv'), 'sum;day;name\n1,234;01/02/2024;x\n12,500;03/02/2024;y\n');
    await writeFile(
      join(folder, 'german.csv'),
      'Preis (EUR);x\r\n"1.234,50";a\r\n99,95;b\r\n1.234;c\r\n1.5;d\r\n',
    );
  });
  after(() => rm(folder, { recursive: true }));

  it('gives the bytes of the file, and values where it computes', async () => {
    const same = await run('german.csv', '--decimal', ',', '"Preis (EUR)" > 100');
    assert.equal(same.stdout.toString(), 'Preis (EUR);x\r\n"1.234,50";a\r\n1.234;c\r\n');
    await writeFile(join(folder, 'short.csv'), 'Preis (EUR);x\n"1.234,50";a\n');
    const found = await run('short.csv', '--count', '"Preis (EUR)" > 100');
    assert.equal(found.stdout.toString(), '1\n', 'without being told');
    const query = '|> SELECT "Preis (EUR)" AS p, "Preis (EUR)" * 2 AS twice, "Preis (EUR)"::double AS d';
    const json = await run('german.csv', '--to', 'jsonl', '--decimal', ',', query);
    assert.deepEqual(json.stdout.toString().trimEnd().split('\n'), [
      '{"p":"1.234,50","twice":2469,"d":1234.5}',
      '{"p":"99,95","twice":199.9,"d":99.95}',
      '{"p":"1.234","twice":2468,"d":1234}',
      '{"p":"1.5","twice":null,"d":null}',
    ]);
  });

  it('gives items of lists as the numbers and dates that they are read as, where those of plain cells are their texts', async () => {
    await writeFile(
      join(folder, 'commas.csv'),
      'n;k;d\n898,5;25;13.06.2025\n1.234,00;4;01.07.2025\n;;\n-3,25;4;02.01.2024 18:30\nn/a;7;-\n',
    );
    await writeFile(
      join(folder, 'points.csv'),
      'n;k;d\n898.5;25;2025-06-13\n1234.00;4;2025-07-01\n;;\n-3.25;4;2024-01-02 18:30:00\nn/a;7;-\n',
    );
    for (const query of [
      'SELECT [n, k] AS l, list_sum([n, k]) AS s, list_max([n::double, 5]) AS m, [[n], [d]] AS ll',
      "SELECT list_sort([d, DATE '2025-01-01']) AS s",
      'UNNEST [n, k] AS x |> AGGREGATE sum(x) AS s, count(x) AS c',
      'UNNEST n AS x |> AGGREGATE sum(x) AS s, count(x) AS c',
      'SELECT n, d |> UNNEST n |> AGGREGATE sum(n) AS s, list(d) AS l',
      'AGGREGATE list(n) AS l, list(DISTINCT n) AS d, array_agg(d ORDER BY d DESC) AS o',
      'AGGREGATE list(n ORDER BY n) AS l GROUP BY k |> EXTEND list_sum(l) AS s |> ORDER BY s',
      'SELECT k, list(n) OVER (PARTITION BY k) AS l',
      'AGGREGATE list(n) FILTER (WHERE n > 0) AS l',
      'EXTEND n AS m |> AGGREGATE list(m) AS l',
    ]) {
      const [commas, points] = await Promise.all(
        ['commas.csv', 'points.csv'].map((name) => run(name, '--to', 'jsonl', `|> ${query}`)),
      );
      assert.equal(points.code, 0, points.stderr);
      // Of a column that is written as JSON writes numbers, a list has the cells.
      const [read, plain] = [commas, points].map(({ stdout }) =>
        stdout
          .toString()
          .split('\n')
          .slice(0, -1)
          .map((line): unknown =>
            JSON.parse(line, (_, value: unknown) =>
              typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value,
            ),
          ),
      );
      assert.deepEqual(read, plain, query);
    }
    const items = await run('commas.csv', '--to', 'jsonl', '|> AGGREGATE list(n) AS l, list(d) AS o');
    assert.equal(
      items.stdout.toString(),
      '{"l":[898.5,1234,null,-3.25,"n/a"],"o":["2025-06-13","2025-07-01",null,"2024-01-02 18:30:00","-"]}\n',
    );
    const texts = await run('commas.csv', '--to', 'jsonl', "|> AGGREGATE string_agg(n, ' ') AS t");
    assert.equal(texts.stdout.toString(), '{"t":"898,5 1.234,00 -3,25 n/a"}\n');
  });

  it('compares a date with a column of times by ISO 8601 as times, in one file and in two', async () => {
    const rows = ['2024-05-31T10:00:00', '2024-05-31T08:00:00Z', '2024-05-31 11:00', '2024-05-31'];
    await writeFile(
      join(folder, 'both.csv'),
      ['a;b', ...rows.map((b) => `31.05.2024 10:00;${b}`), ''].join('\n'),
    );
    await writeFile(join(folder, 'iso.csv'), ['b', ...rows, ''].join('\n'));
    const found = async (query: string): Promise<string> =>
      (await run('both.csv', '--count', query)).stdout.toString();
    assert.equal(await found('a = b'), '1\n');
    assert.equal(await found('a > b'), '2\n');
    assert.equal(await found('a < b'), '1\n');
    assert.equal(await found("|> JOIN 'iso.csv' AS u ON a = u.b"), '4\n');
    assert.equal(await found("|> LIMIT 1 |> ANTI JOIN 'iso.csv' AS u ON u.b = a"), '0\n');
  });

  it('tells of columns that can be read in two ways, and reads them as text', async () => {
    const open = await run('open.csv', '--count', 'sum > 100');
    assert.equal(open.stdout.toString(), '0\n');
    assert.match(
      open.stderr,
      /sum is read as text: 1,234 can be 1\.234 or 1234\. Use --decimal ',' or --decimal '\.'\./,
    );
    const dates = await run('open.csv', '--count', "WHERE name = 'x' |> ORDER BY day");
    assert.match(
      dates.stderr,
      /day is read as text: 01\/02\/2024 can be 2024-02-01 or 2024-01-02\. Use --dates dmy or --dates mdy\./,
    );
    const later = await run('open.csv', '|> EXTEND sum AS s |> WHERE s > 100');
    assert.match(later.stderr, /sum is read as text/);
    for (const query of ["sum = '1,234'", 'sum IS NULL', "day LIKE '%2024'", '|> SELECT upper(sum), day'])
      assert.doesNotMatch((await run('open.csv', query)).stderr, /read as text/, query);
  });

  it('refuses an aggregate of a column that can be read in two ways, by whatever name', async () => {
    const refused = await run('open.csv', '|> AGGREGATE sum(sum) AS s');
    assert.deepEqual([refused.code, refused.stdout.toString()], [2, ''], refused.stderr);
    assert.match(
      refused.stderr,
      /sum\(…\) cannot be computed while sum is read as text: .* Use --decimal ',' or --decimal '\.'\./,
    );
    const told = await run('open.csv', '--decimal', '.', '|> AGGREGATE sum(sum) AS s');
    assert.equal(told.code, 0, told.stderr);

    const { signal } = new AbortController();
    const dataset = await Dataset.open({ kind: 'file', path: join(folder, 'open.csv') }, { signal });
    const severities = (text: string): string[] => {
      const parsed = parseQuery(text);
      if (!parsed.ok) assert.fail(text);
      return queryDoubts(parsed.query, dataset, () => said``).map(({ severity }) => severity);
    };
    try {
      for (const query of [
        'AGGREGATE count(*) AS n, avg(sum) AS s GROUP BY name',
        'AGGREGATE max(day) AS s',
        'AGGREGATE sum(sum) + 1 AS s',
        'AGGREGATE sum(sum * 2) AS s',
        'EXTEND sum AS a |> SELECT a AS b |> AGGREGATE sum(b) AS s',
        'EXTEND round(coalesce(sum, 0)) AS a |> AGGREGATE median(a) AS s',
        "AGGREGATE sum(CASE WHEN name = 'x' THEN sum ELSE 0 END) AS s",
        'AGGREGATE any_value(sum) AS a GROUP BY name |> AGGREGATE sum(a) AS s',
        'ORDER BY name |> EXTEND sum(sum) OVER (ROWS 2 PRECEDING) AS s',
      ]) {
        assert.ok(severities(query).includes('error'), query);
      }
      for (const query of [
        'AGGREGATE count(sum) AS s, list(sum) AS l, count(DISTINCT day) AS d',
        "AGGREGATE sum(replace(sum, ',', '')) AS s",
        'AGGREGATE max(length(sum)) AS s',
        'AGGREGATE count(*) AS s GROUP BY day',
        'AGGREGATE count(sum) AS s GROUP BY name |> ORDER BY s DESC',
      ]) {
        assert.deepEqual(severities(query), [], query);
      }
    } finally {
      await dataset.close();
    }
  });

  it('says where a comparison is with another number than it looks', async () => {
    await writeFile(
      join(folder, 'bank.csv'),
      'day;sum\n13.06.2025;1.000,50\n14.06.2025;-3,75\n15.06.2025;999\n',
    );
    const said = async (query: string): Promise<string> => (await run('bank.csv', '--count', query)).stderr;
    const asText = /beside a text, the numbers of s(?:um)? are compared as texts; write (.*)/;
    for (const [query, number] of [
      ["sum > '1.000,50'", '1000.50'],
      ["'-3,75' <= sum", '-3.75'],
      ["sum BETWEEN '900' AND 1100", '900'],
      ["|> EXTEND sum AS s |> WHERE day IS NULL OR NOT sum < '1000.5'", '1000.5'],
    ])
      assert.equal(asText.exec(await said(query))?.[1], number, query);
    await writeFile(join(folder, 'plain.csv'), 'n,t\n5,2026-03-29T01:00:00Z\n20,2026-03-29T03:00:00Z\n');
    const plain = async (query: string): Promise<string> => (await run('plain.csv', query)).stderr;
    assert.match(await plain("n > '10'"), /the numbers of n are compared as texts; write 10\n/);
    assert.match(await plain("t > '2026-03-29 02:00'"), /; write TIMESTAMP '2026-03-29 02:00'\n/);
    assert.doesNotMatch(await plain("n > 10 AND t > '2026-03-29T02:00:00Z'"), /write/);
    const asPoint = /(\S+) has a decimal point here, other than in sum; write (\S+) if that is meant/;
    for (const query of ['sum > 1.000', 'sum = 1.000', 'sum IN (1, 1.000)', '0 < sum AND 1.000 > sum'])
      assert.deepEqual(asPoint.exec(await said(query))?.slice(1), ['1.000', '1000'], query);
    assert.deepEqual(asPoint.exec(await said('sum > -1.000'))?.slice(1), ['-1.000', '-1000']);
    for (const query of [
      ...["sum = '1.000,50'", "sum IN ('999')", "sum LIKE '1.000%'", "day > '13.06.2025'", "sum > 'x'"],
      ...['sum > 1000.50', 'sum > 1.0000', 'sum > 1.5', "sum || '' > '5'", 'sum * 2 > 1.000'],
      "|> SELECT day AS sum |> WHERE sum > '1.000'",
    ])
      assert.doesNotMatch(await said(query), /write /, query);
  });

  it('does as it is told', async () => {
    const count = async (...args: string[]): Promise<string> =>
      (await run('open.csv', '--count', ...args)).stdout.toString();
    assert.equal(await count('--decimal', ',', 'sum > 100'), '0\n');
    assert.equal(await count('--decimal', ',', 'sum > 10'), '1\n');
    assert.equal(await count('--decimal', '.', 'sum > 100'), '2\n');
    assert.equal(await count('--decimal', 'none', 'sum > 0'), '0\n');
    assert.equal(await count('--dates', 'dmy', "day = DATE '2024-02-01'"), '1\n');
    assert.equal(await count('--dates', 'mdy', "day = DATE '2024-02-01'"), '0\n');
    assert.equal(await count('--dates', 'mdy', "day > '2024-03-01'"), '1\n');
    const refused = await run('open.csv', '--decimal', ';');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /--decimal takes/);
  });

  it('sets numbers flush right in Markdown, in whole records and under another name', async () => {
    for (const change of ['', ' |> SELECT "Preis (EUR)" AS p, x |> ORDER BY x']) {
      const query = `"Preis (EUR)" < 1e6${change}`;
      const { stdout } = await run('german.csv', '--to', 'md', '--decimal', ',', query);
      assert.equal(stdout.toString().split('\n').at(1), '| --: | --- |', query);
    }
  });

  it('is part of the reading', async () => {
    const { stdout } = await run('open.csv', '--reading', '--dates', 'mdy');
    const reading = JSON.parse(stdout.toString()) as Record<string, unknown>;
    assert.deepEqual(reading.readings, [null, { kind: 'date', order: 'mdy', separator: '/' }, null]);
    assert.equal(reading.description, 'semicolon, quoted, header, mm/dd/yyyy');
    assert.deepEqual(reading.undecided, [
      {
        column: 0,
        example: '1,234',
        choices: [
          { kind: 'number', decimal: ',' },
          { kind: 'number', decimal: '.' },
        ],
      },
    ]);

    await writeFile(join(folder, 'mixed1.csv'), 'id;p\n1;"1.234,5"\n2;"2,5"\n');
    await writeFile(join(folder, 'mixed2.csv'), 'id;p\n3;1234.5\n4;7.25\n');
    const several = await run('mixed1.csv', join(folder, 'mixed2.csv'), '--reading');
    const { mixed } = JSON.parse(several.stdout.toString()) as Record<string, unknown>;
    const cells = [
      { text: '1.234,5', path: join(folder, 'mixed1.csv') },
      { text: '1234.5', path: join(folder, 'mixed2.csv') },
    ];
    assert.deepEqual(mixed, [{ column: 1, cells }]);
  });
});
