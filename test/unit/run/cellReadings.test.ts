import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset, type DatasetOptions } from '../../../src/engine/dataset/dataset.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';
import { countTo } from '../../../src/engine/run/count.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import type { ByteSink } from '../../../src/engine/sink/byteSink.ts';
import type { ExportFormat } from '../../../src/protocol/engine.ts';
import { scanPool } from '../../support/pool.ts';

const { signal } = new AbortController();
const context = { signal, progress: () => undefined };

interface Row {
  /** In hundredths. */
  readonly n: number | undefined;
  readonly m: number;
  /** In minutes since 2020. */
  readonly at: number | undefined;
  readonly group: string;
}

/** How a file writes its numbers and times. */
interface Style {
  readonly delimiter: string;
  readonly number: (hundredths: number) => string;
  readonly time: (date: Date) => string;
}

const two = (value: number): string => String(value).padStart(2, '0');
const day = (date: Date): string => two(date.getUTCDate());
const month = (date: Date): string => two(date.getUTCMonth() + 1);
const year = (date: Date): string => String(date.getUTCFullYear());
const clock = (date: Date): string => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;

function grouped(hundredths: number, group: string, decimal: string): string {
  const size = Math.abs(hundredths);
  const whole = String(Math.floor(size / 100)).replace(/\B(?=(\d{3})+$)/g, group);
  // Without a fraction 1.234 looks like a number of the language, and is another one.
  const fraction = size % 100 === 0 ? '' : `${decimal}${two(size % 100)}`;
  return `${hundredths < 0 ? '-' : ''}${whole}${fraction}`;
}

const plain: Style = {
  delimiter: ';',
  number: (value) => grouped(value, '', '.'),
  time: (date) => `${year(date)}-${month(date)}-${day(date)} ${clock(date)}:00`,
};

const half = (date: Date): string =>
  `${date.getUTCHours() % 12 || 12}:${two(date.getUTCMinutes())} ${date.getUTCHours() < 12 ? 'AM' : 'PM'}`;

const styles: Record<string, Style> = {
  german: {
    delimiter: ';',
    number: (value) => grouped(value, '.', ','),
    time: (date) => `${day(date)}.${month(date)}.${year(date)} ${clock(date)}`,
  },
  french: {
    delimiter: '\t',
    number: (value) => grouped(value, '\u202f', ','),
    time: (date) => `${day(date)}/${month(date)}/${year(date)} ${clock(date)}`,
  },
  polish: {
    delimiter: ';',
    number: (value) => grouped(value, '\u00a0', ',').replace('-', '\u2212'),
    time: (date) => `${day(date)}-${month(date)}-${year(date)} ${clock(date)}`,
  },
  swiss: {
    delimiter: ';',
    number: (value) => grouped(value, "'", '.'),
    time: (date) => `${Number(day(date))}.${Number(month(date))}.${year(date)}, ${clock(date)}`,
  },
  american: {
    delimiter: ',',
    number: (value) => `"${grouped(value, ',', '.')}"`,
    time: (date) => `${month(date)}/${day(date)}/${year(date)} ${half(date)}`,
  },
  server: {
    delimiter: ';',
    number: (value) => grouped(value, ',', '.'),
    time: (date) => `${day(date)}/${date.toUTCString().slice(8, 11)}/${year(date)}:${clock(date)}:00`,
  },
  ungrouped: {
    delimiter: ';',
    number: (value) => grouped(value, '', ','),
    time: (date) => `${year(date)}/${month(date)}/${day(date)} ${clock(date)}`,
  },
};

const start = Date.UTC(2020, 0, 1);
/** Says for certain how the file is written. */
const telling: Row = { n: 123456789, m: -123456789, at: 30 * 24 * 60, group: 'a' };

function textOf(rows: readonly Row[], { delimiter, number, time }: Style): string {
  const lines = [telling, ...rows].map(({ n, m, at, group }, id) => [
    id,
    n === undefined ? '' : number(n),
    number(m),
    at === undefined ? '' : time(new Date(start + at * 60_000)),
    group,
  ]);
  return [['id', 'n', 'm', 'at', 'g'], ...lines].map((cells) => `${cells.join(delimiter)}\n`).join('');
}

const amount = fc.oneof(
  fc.integer({ min: -200, max: 200 }),
  fc.integer({ min: -1e9, max: 1e9 }),
  fc.integer({ min: -10_000, max: 10_000 }).map((whole) => whole * 100),
);
const minutes = fc.integer({ min: 0, max: 5 * 365 * 24 * 60 });
const row: fc.Arbitrary<Row> = fc.record({
  n: fc.option(amount, { nil: undefined }),
  m: amount,
  at: fc.option(minutes, { nil: undefined }),
  group: fc.constantFrom('a', 'b', 'c'),
});

/** Conditions, and pipelines that give values: the same whatever a file's numbers and times look like. */
const questions = [
  'n > 1',
  'n <= -0.5 OR n IS NULL',
  'NOT (n >= 1000000.25)',
  '1234567.89 = n',
  'n IN (1, -2, 1234567.89)',
  'n = 1 OR n = 2 OR n = 1234567.89',
  'n NOT IN (1, 2)',
  'n BETWEEN -1 AND 1000',
  'n NOT BETWEEN -1 AND 1000',
  'n > m',
  'n = m OR n + m < 0',
  'n IS DISTINCT FROM 1234567.89',
  "CASE WHEN g = 'a' THEN n ELSE m END > 5",
  'coalesce(n, m) > 0 AND n::integer <> 0',
  'greatest(n, m, 0) > 1000 OR nullif(n, m) < -1000',
  'abs(n) < 2 AND -n < 1',
  "at >= TIMESTAMP '2022-06-01 00:00:00'",
  "at > '2021-03-04 00:00:00' AND at <= '2023-11-30 12:00:00'",
  "at BETWEEN '2021-01-31 00:00:00' AND '2022-02-28 12:00:00'",
  "at IN ('2020-01-31 00:00:00', 'x')",
  "at = '2020-01-31 00:00:00' OR at IS NULL",
  "date_part('month', at) = 2 OR at::date = DATE '2020-01-31'",
  "at + INTERVAL '1 day' > TIMESTAMP '2022-01-01 00:00:00'",
  '|> ORDER BY n DESC NULLS LAST, id |> SELECT id',
  '|> ORDER BY n, id |> LIMIT 7 |> SELECT id',
  '|> ORDER BY at DESC, id |> SELECT id',
  '|> ORDER BY n * m, at, id |> LIMIT 5 |> SELECT id',
  '|> AGGREGATE sum(n), avg(n), count(n), min(n)::double AS low, max(n)::double AS high, median(n), round(stddev(m), 3)',
  '|> AGGREGATE min(at)::timestamp AS low, max(at)::timestamp AS high GROUP BY g |> ORDER BY g',
  '|> AGGREGATE sum(n), max(m) AS m, sum(m) FILTER (WHERE n > 0) AS s GROUP BY g |> WHERE m > 0 |> SELECT g, m * 2, s |> ORDER BY g',
  "|> AGGREGATE sum(DISTINCT n) AS s, count(DISTINCT n) AS c GROUP BY date_trunc('year', at) AS y |> ORDER BY y",
  '|> SELECT id, n * 2, n::double, m::integer, n % 7, round(m, 1), at::timestamp, n > 3, epoch(at)',
  '|> EXTEND n AS k |> WHERE k > 2 AND m < k |> SELECT id |> ORDER BY id',
  '|> SELECT n AS a, at AS b, id |> WHERE a < 0 |> ORDER BY b, id |> SELECT id',
  '|> SELECT id, sum(n) OVER (ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS s, max(n) OVER (ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS x |> SELECT id, s, x::double',
  '|> SELECT id, n - lag(n) OVER () AS d, first_value(at) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS f |> SELECT id, d, f::date',
  '|> EXTEND lag(n) OVER () AS before |> WHERE n > before |> SELECT id',
  '|> EXTEND lag(at) OVER () AS before |> SELECT id, at - before AS d, epoch(at - before) AS s',
  '|> EXTEND row_number() OVER (PARTITION BY n ORDER BY id) AS k, row_number() OVER (PARTITION BY at ORDER BY id) AS l |> SELECT id, k, l',
  '|> AGGREGATE list_max(list(n))::double AS h, list_min(list(m))::double AS l, list_sort(list(m))[1]::double AS f GROUP BY g |> ORDER BY g',
  '|> AGGREGATE list(id ORDER BY n, id) AS l, any_value(m)::double AS a GROUP BY g |> ORDER BY g',
];

/** What a file answers, a text for each question. */
async function answers(path: string, options: Omit<DatasetOptions, 'signal'>): Promise<string[]> {
  const dataset = await Dataset.open({ kind: 'file', path }, { signal, ...options });
  try {
    const texts: string[] = [];
    for (const query of questions) texts.push(await answerOf(dataset, query));
    return texts;
  } finally {
    await dataset.close();
  }
}

async function answerOf(dataset: Dataset, query: string): Promise<string> {
  if (query.startsWith('|>')) return exported(dataset, query, 'jsonl');
  const { matched } = await countTo(dataset, { query }, context);
  const ids = await exported(dataset, `WHERE ${query} |> SELECT id`, 'jsonl');
  return `${matched}\n${ids}`;
}

async function exported(dataset: Dataset, query: string, to: ExportFormat): Promise<string> {
  const chunks: Uint8Array[] = [];
  const done = (): Promise<void> => Promise.resolve();
  const write = (bytes: Uint8Array): Promise<void> => {
    chunks.push(bytes.slice());
    return done();
  };
  const sink: ByteSink = { name: 'memory', write, commit: done, discard: done };
  await exportTo(dataset, { query, to, sink }, context);
  return Buffer.concat(chunks).toString();
}

describe('columns that are written in another way', () => {
  let folder = '';
  const pool = scanPool(2);

  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'))));
  after(async () => {
    await pool.close();
    await rm(folder, { recursive: true });
  });

  it('are those of logs as well: times that servers write in ways of their own', async () => {
    const logs: Record<string, (date: string, time: string) => string> = {
      combined: (date, time) => `::1 - - [${date.slice(8)}/May/2024:${time} +0000] "GET / HTTP/1.1" 200 5`,
      'nginx-error': (date, time) => `${date.replaceAll('-', '/')} ${time} [error] 31#32: *7 gone`,
      'apache-error': (date, time) =>
        `[Fri May ${date.slice(8)} ${time}.123456 2024] [core:notice] [pid 1] AH00094: up`,
      redis: (date, time) => `1:M ${date.slice(8)} May 2024 ${time}.123 * Ready to accept connections`,
      python: (date, time) => `${date} ${time},123 - app - INFO - up`,
    };
    for (const [name, lineOf] of Object.entries(logs)) {
      const path = join(folder, `${name}.log`);
      const days = ['2024-05-30', '2024-05-31', '2024-05-31'];
      await writeFile(path, days.map((date, at) => `${lineOf(date, `1${at}:00:00`)}\n`).join(''));
      const dataset = await Dataset.open({ kind: 'file', path }, { signal });
      try {
        const from = await countTo(dataset, { query: "time >= TIMESTAMP '2024-05-31 12:00:00'" }, context);
        assert.equal(from.matched, 1, name);
        const groups =
          "|> AGGREGATE count(*) AS n GROUP BY date_trunc('day', time) AS d |> ORDER BY d |> SELECT n";
        assert.equal(await exported(dataset, groups, 'jsonl'), '{"n":1}\n{"n":2}\n', name);
        const latest = '|> ORDER BY time DESC |> LIMIT 1 |> SELECT hour(time) AS h';
        assert.equal(await exported(dataset, latest, 'jsonl'), '{"h":12}\n', name);
      } finally {
        await dataset.close();
      }
    }
  });

  it('are numbers in lists', async () => {
    const path = join(folder, 'lists.csv');
    await writeFile(path, 'id;n\n1;1.234,50\n2;990,86\n3;x\n');
    const dataset = await Dataset.open({ kind: 'file', path }, { signal, pool });
    try {
      for (const [query, expected] of [
        ['|> AGGREGATE list(n) AS l', ['{"l":[1234.5,990.86,"x"]}']],
        [
          "|> WHERE id < 3 |> AGGREGATE list_max(list(n)) AS h, array_to_string(list(n ORDER BY n), ' ') AS l",
          ['{"h":1234.5,"l":"990.86 1234.5"}'],
        ],
        ['|> WHERE id < 3 |> SELECT [n, id] AS l', ['{"l":[1234.5,"1"]}', '{"l":[990.86,"2"]}']],
        ['|> WHERE id < 3 |> UNNEST n |> ORDER BY n |> SELECT n', ['{"n":990.86}', '{"n":1234.5}']],
        [
          '|> AGGREGATE list(n) AS l |> UNNEST l AS p |> AGGREGATE max(p) AS h, sum(p) AS s',
          ['{"h":"x","s":2225.36}'],
        ],
      ] as const)
        assert.deepEqual((await exported(dataset, query, 'jsonl')).trim().split('\n'), expected, query);
    } finally {
      await dataset.close();
    }
  });

  it('of one partition come one behind the other, however their texts are read', async () => {
    const path = join(folder, 'partitions.csv');
    const rows = [
      '1.001,50;13/05/2024;1',
      '1001,5;3/5/2024;2',
      '1.001,50;13/05/2024;3',
      '1001,5;03/05/2024;4',
    ];
    const more = ['1.001,50;3/5/2024;5', '1001,5;03/05/2024;6'];
    await writeFile(path, `n;at;id\n${[...rows, ...more].join('\n')}\n`);
    const dataset = await Dataset.open({ kind: 'file', path }, { signal, pool });
    try {
      const query = `|> SELECT row_number() OVER (PARTITION BY n ORDER BY id) AS k, row_number() OVER (PARTITION BY at ORDER BY id) AS l`;
      const numbered = [
        [1, 1],
        [1, 1],
        [2, 2],
        [2, 1],
        [3, 2],
        [3, 2],
      ];
      const expected = numbered.map(([k, l]) => `{"k":${k},"l":${l}}\n`).join('');
      assert.equal(await exported(dataset, query, 'jsonl'), expected);
    } finally {
      await dataset.close();
    }
  });

  it('are not answered by what was learned of them under another reading', async () => {
    const path = join(folder, 'reread.csv');
    const cells = Array.from({ length: 3000 }, (_, n) => `${1 + (n % 9)}.${100 + (n % 900)};x\n`);
    await writeFile(path, `n;t\n${cells.join('')}`);
    const store = new IndexStore(await mkdtemp(join(folder, 'cache-')), 1 << 24);
    for (const decimal of [',', 'none', ',', undefined, 'none'] as const) {
      const options = { signal, pool, store, blockSize: 2000, decimal };
      const dataset = await Dataset.open({ kind: 'file', path }, options);
      try {
        const expected = decimal === ',' ? 3000 : 0;
        for (let again = 0; again < 2; again++)
          assert.equal((await countTo(dataset, { query: 'n > 100' }, context)).matched, expected);
      } finally {
        await dataset.close();
      }
    }
  });

  for (const [name, style] of Object.entries(styles)) {
    it(`answer the same as plain ones: ${name}`, async () => {
      const rows = fc.array(row, { maxLength: 60 });
      const property = fc.asyncProperty(
        rows,
        fc.constantFrom(200, 1000, 1 << 20),
        async (rows, blockSize) => {
          const [one, other] = [join(folder, 'plain.csv'), join(folder, `${name}.csv`)];
          await writeFile(one, textOf(rows, plain));
          await writeFile(other, textOf(rows, style));
          const store = new IndexStore(await mkdtemp(join(folder, 'cache-')), 1 << 24);
          const expected = await answers(one, {});
          for (const options of [{}, { pool, blockSize, store }, { pool, blockSize, store }]) {
            const found = await answers(other, options);
            for (const [at, query] of questions.entries()) assert.equal(found[at], expected[at], query);
          }
        },
      );
      await fc.assert(property, { numRuns: 3, endOnFailure: true });
    });
  }
});
