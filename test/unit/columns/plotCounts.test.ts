import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor, type PlannedQuery } from '../../../src/engine/dataset/plan.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';
import { countForPlots } from '../../../src/engine/run/plotCounts.ts';
import { fieldsOf, gatherStatistics, type Gathered } from '../../../src/engine/run/statistics.ts';
import { histogramOf, summaryOf, type ColumnAccumulator } from '../../../src/engine/statistics/index.ts';
import type { ValueCount } from '../../../src/protocol/statistics.ts';
import { runs } from '../../support/long.ts';
import { randomFrom } from '../../support/sample.ts';
import { csv, jsonl, names, type Rows } from './files.ts';
import { condition } from './questions.ts';

const signal = new AbortController().signal;
/** So that every file was changed long before it is opened. */
const longAgo = -3_600_000;

const quoted = (text: string): string => `"${text}"`;
const timeOf = (ms: number): string => new Date(ms).toISOString();
/** What a column may hold, by what is drawn of it. */
const values = {
  ints: fc.integer({ min: -9, max: 9 }).map(String),
  counts: fc.nat({ max: 100_000 }).map(String),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  far: fc.constantFrom('-900000000000', '0', '7', '5000000000', '900000000000.5'),
  money: fc.integer({ min: -400, max: 90_000 }).map((value) => (value / 100).toFixed(2)),
  doubles: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  features: fc.double({ min: 0.001, max: 1000, noNaN: true }).map(String),
  digits17: fc.nat({ max: 99 }).map((value) => `0.300000000000000${String(value).padStart(2, '0')}`),
  one: fc.constant('12.5'),
  times: fc
    .integer({ min: 0, max: 2_000_000_000 })
    .map((seconds) => quoted(timeOf(seconds * 1000 + (seconds % 3)))),
  zoned: fc
    .integer({ min: -900_000, max: 9_000_000 })
    .map((minutes) => quoted(`${timeOf(minutes * 60_000).slice(0, 19)}.5-03:30`)),
  nanos: fc
    .nat({ max: 9999 })
    .map((value) =>
      quoted(`${timeOf(value * 1000).slice(0, 19)}.${String(value * 100_001).padStart(9, '0')}`),
    ),
  days: fc.integer({ min: 0, max: 40 }).map((day) => quoted(timeOf(day * 86_400_000).slice(0, 10))),
  few: fc.constantFrom('"a"', '"b"', '"tímeout"', '""', '"a\\u0062"', '"it\'s"'),
  many: fc.nat({ max: 5000 }).map((value) => quoted(`user ${value}`)),
  booleans: fc.boolean().map(String),
  mixed: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -50, max: 50 }).map(String) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('"n/a"', 'true', '"2024-01-31"', '[1]', '{"x":1}', '1e400', '-0', '1E2'),
    },
  ),
};
const kindsOfColumns = Object.values(values);

const file = fc.integer({ min: 1, max: 200 }).chain((count) => {
  const column = fc
    .tuple(fc.constantFrom(...kindsOfColumns), fc.constantFrom(0, 0, 4))
    .chain(([value, freq]) =>
      fc.array(
        freq === 0
          ? value
          : fc.oneof(
              { weight: freq, arbitrary: value },
              { weight: 1, arbitrary: fc.constantFrom('null', undefined) },
            ),
        { minLength: count, maxLength: count },
      ),
    );
  return fc
    .tuple(
      fc.array(column, { minLength: names.length, maxLength: names.length }),
      fc.array(fc.nat({ max: 399 }), { minLength: count, maxLength: count }),
    )
    .map(([columns, luck]): Rows =>
      Array.from({ length: count }, (_, at) => ({
        id: at + 1,
        broken: luck[at] === 0,
        cells: columns.map((cells) => cells[at]),
      })),
    );
});

/** All that is shown of a filter's rows. Which of equally frequent values comes first depends on how rows are read. */
function drawnOf(column: ColumnAccumulator, whole: ColumnAccumulator): unknown {
  const { values: listed } = summaryOf(whole, 0, 'header').top;
  const summary = summaryOf(column, 0, 'header', listed);
  const { values, others, ...top } = summary.top;
  const keyOf = ({ kind, text }: ValueCount): string => `${kind} ${text}`;
  const counts = new Map(values.map((value) => [keyOf(value), value.count]));
  return {
    ...summary,
    // Of values that differ in their last digits alone, its digits depend on how the rows are divided.
    ...{ numbers: { ...summary.numbers, std: undefined }, times: { ...summary.times, std: undefined } },
    top: { ...top, all: values.reduce((sum, { count }) => sum + count, others) },
    listed: listed.map((value) => counts.get(keyOf(value))),
  };
}

describe('columns/plotCounts', () => {
  let folder: string;
  let files = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-plot-counts-'));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  const written = async (text: string, format: string): Promise<string> => {
    const path = join(folder, `${files++}.${format}`);
    await writeFile(path, text);
    return path;
  };

  const open = (path: string, blockSize: number, isKept: boolean): Promise<Dataset> =>
    Dataset.open(
      { kind: 'file', path },
      {
        signal,
        blockSize,
        store: isKept ? new IndexStore(join(folder, `cache-${files++}`), 1e9) : undefined,
        restMs: longAgo,
        ...(path.endsWith('.csv') && { header: true }),
      },
    );

  const gathered = (dataset: Dataset, columns: Paths, query?: PlannedQuery): Promise<Gathered> =>
    gatherStatistics(
      dataset,
      { query, columns, discover: false, deep: false, counts: true },
      signal,
      () => undefined,
    );

  /** Compares what headers draw of a filter's matches, counted and gathered; answers how many columns were counted, and by bars. */
  async function compare(
    plain: Dataset,
    kept: Dataset,
    columns: Paths,
    text: string,
  ): Promise<[number, number]> {
    const query = plannedFor(text, kept.recognised.format);
    const whole = (await gathered(plain, columns)).held;
    const full = await gathered(plain, columns, query);
    const asked = columns.map((path, at) => ({ path, whole: whole[at] }));
    const found = await countForPlots(kept, query, asked, signal);
    if (!found) return [0, 0];
    let [counted, byBars] = [0, 0];
    assert.equal(found.matched, full.set.rows, text);
    for (const [at, counts] of found.columns.entries()) {
      if (!counts) continue;
      counted++;
      const what = `${columns[at].join('.')}: ${text}`;
      const histogram = histogramOf(whole[at], full.held[at], true, 'header');
      if (counts.bars) {
        byBars++;
        assert.deepEqual({ ...counts.bars.kinds }, { ...full.held[at].kinds }, what);
        const drawn = histogramOf(whole[at], undefined, true, 'header');
        assert.deepEqual(drawn?.edges, histogram?.edges, what);
        assert.deepEqual(counts.bars.counts, histogram?.filtered, what);
      } else {
        assert.deepEqual(drawnOf(counts.column, whole[at]), drawnOf(full.held[at], whole[at]), what);
        assert.deepEqual(histogramOf(whole[at], counts.column, true, 'header'), histogram, what);
      }
    }
    return [counted, byBars];
  }

  for (const format of ['jsonl', 'csv'] as const) {
    it(`counts of ${format} what the full figures say, with all of the columns kept, and some`, async () => {
      let [counted, byBars] = [0, 0];
      await fc.assert(
        fc.asyncProperty(file, fc.nat({ max: 3 }), fc.gen(), async (rows, half, g) => {
          const blockSize = g(() => fc.constantFrom(700, 5000));
          const path = await written(format === 'csv' ? csv(rows) : jsonl(rows), format);
          const plain = await open(path, blockSize, false);
          const kept = await open(path, blockSize, true);
          try {
            const columns = fieldsOf(plain);
            if (half === 0) await gathered(kept, columns.slice(0, 2));
            else await gathered(kept, columns);
            for (let asked = 0; asked < 8; asked++) {
              const text = g(fc.boolean)
                ? condition(g, 2)
                : g(() => fc.constantFrom('id > 3', 'id < 60', 'id < 0', 'i > 0'));
              const [all, bars] = await compare(plain, kept, columns, text);
              counted += all;
              byBars += bars;
            }
          } finally {
            await plain.close();
            await kept.close();
          }
        }),
        { numRuns: runs(15, 1000), endOnFailure: true },
      );
      assert.ok(counted > 100 && byBars > 25, `${counted} columns were counted, ${byBars} by bars`);
    });
  }

  it('counts of many records in large blocks what the full figures say', async () => {
    const random = randomFrom(11);
    const count = 100_000;
    const lines = Array.from({ length: count }, (_, at) => {
      const size = Math.floor(random() ** 3 * 1e6);
      const user = Math.floor(random() * 300);
      const price = random() < 0.1 ? 'null' : (random() * 900).toFixed(2);
      const level = ['"info"', '"warn"', '"error"'][Math.floor(random() ** 2 * 3)];
      const far = Math.floor((random() - 0.5) * 1e12);
      // Many on an edge of a bar, or next to it.
      const ms = 1_700_000_000_000 + at * 500 - (at % 3);
      const micros = `${timeOf(ms).slice(0, -1)}${['000', '001', '999'][at % 3]}+05:30`;
      const anywhere = timeOf(Math.floor(random() * 4e12) - 2e12);
      const flag = random() < 0.05 ? '' : `,"flag":${random() < 0.3}`;
      return `{"id":${at},"size":${size},"price":${price},"user":"u${user}","level":${level},"far":${far},"time":"${timeOf(ms)}","micros":"${micros}","any":"${anywhere}"${flag}}\n`;
    });
    const path = await written(lines.join(''), 'jsonl');
    const plain = await open(path, 1 << 18, false);
    const kept = await open(path, 1 << 18, true);
    try {
      const columns = ['id', 'size', 'price', 'user', 'level', 'far', 'time', 'micros', 'any', 'flag'].map(
        (name) => [name],
      );
      await gathered(kept, columns);
      for (const text of [
        "level = 'error'",
        'size > 1000 AND price < 450',
        'id BETWEEN 40000 AND 40005',
        'flag',
        "time >= '2023-11-15' AND any < '1999'",
      ]) {
        assert.deepEqual(await compare(plain, kept, columns, text), [10, 7], text);
      }
    } finally {
      await plain.close();
      await kept.close();
    }
  });

  it('counts nothing where a filter has a limit, is not told by columns, or the columns are not kept', async () => {
    const path = await written('{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'.repeat(100), 'jsonl');
    const kept = await open(path, 700, true);
    try {
      const whole = await gathered(kept, [['a']]);
      const asked = [{ path: ['a'], whole: whole.held[0] }];
      const count = async (text: string) =>
        (await countForPlots(kept, plannedFor(text, kept.recognised.format), asked, signal))?.matched;
      assert.equal(await count('a > 1'), 100);
      assert.equal(await count('a > 1 |> LIMIT 5'), undefined);
      assert.equal(await count('rownum > 1'), undefined);
      assert.equal(await count("b = 'x'"), undefined);
    } finally {
      await kept.close();
    }
  });
});

type Paths = readonly (readonly (string | number)[])[];
