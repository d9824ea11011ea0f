import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset, type DatasetOptions } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { InlinePool } from '../../../src/engine/pool/inline.ts';
import { fieldsOf, gatherStatistics } from '../../../src/engine/run/statistics.ts';
import { histogramOf, summaryOf } from '../../../src/engine/statistics/index.ts';
import type { ColumnSummary, Histogram, KindCounts } from '../../../src/protocol/statistics.ts';
import { runs } from '../../support/long.ts';
import { ScanPools } from '../../support/pool.ts';

const { signal } = new AbortController();

interface Found {
  readonly summary: ColumnSummary;
  readonly histogram: Histogram | undefined;
}

/** A pool whose workers have not started until it is said. */
class WaitingPool extends InlinePool {
  begin!: () => void;
  answered = 0;
  readonly #begun = new Promise<void>((resolve) => (this.begin = resolve));

  override async run(...asked: Parameters<InlinePool['run']>): ReturnType<InlinePool['run']> {
    await this.#begun;
    const result = await super.run(...asked);
    this.answered++;
    return result;
  }
}

describe('run/statistics', () => {
  const pools = new ScanPools();
  let folder: string;
  let files = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });
  after(async () => {
    await pools.close();
    await rm(folder, { recursive: true });
  });

  /** What the columns of a file hold, by their dotted paths or names. */
  async function gather(
    text: string | Uint8Array,
    name: string,
    { query, ...options }: Partial<DatasetOptions> & { readonly query?: string } = {},
  ): Promise<Map<string, Found>> {
    const path = join(folder, `${files++}-${name}`);
    await writeFile(path, text);
    const dataset = await Dataset.open({ kind: 'file', path }, { signal, ...options });
    try {
      const planned = query === undefined ? undefined : plannedFor(query, dataset.recognised.format);
      const scan = { query: planned, columns: fieldsOf(dataset), discover: true, deep: true, counts: true };
      const { columns, set } = await gatherStatistics(dataset, scan, signal, () => undefined);
      const { layout } = dataset;
      return new Map(
        columns.map((column, at) => [
          layout.names === 'columns' ? layout.columns[Number(column[0])] : column.join('.'),
          {
            summary: summaryOf(set.columns[at], set.malformed, 'panel'),
            histogram: histogramOf(set.columns[at], undefined, false, 'panel'),
          },
        ]),
      );
    } finally {
      await dataset.close();
    }
  }

  async function column(text: string, name: string, of: string): Promise<Found> {
    const found = (await gather(text, name)).get(of);
    assert.ok(found, `there is a column ${of}`);
    return found;
  }

  function kindsOf({ kinds }: ColumnSummary): Partial<KindCounts> {
    return Object.fromEntries(Object.entries(kinds).filter(([, count]) => count !== 0));
  }

  const cell = fc.oneof(
    fc.integer({ min: -50, max: 50 }),
    fc.integer({ min: -500, max: 500 }).map((cents) => cents / 100),
    fc.constantFrom(null, true, false, '', 'a', 'b\n"é"', '12', '2024-05-31', '2024-05-31T18:30:00Z', 'n/a'),
    fc.array(fc.constantFrom('x', 'y', 3), { maxLength: 3 }),
  );

  it('finds in JSON Lines what plain JavaScript finds, whatever the blocks and the workers', async () => {
    const record = fc.record(
      { a: cell, b: cell, c: fc.oneof(cell, fc.record({ d: cell })), late: cell },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(40, 200, 1 << 20),
        fc.constantFrom(0, 1, 2),
        async (records, blockSize, workers) => {
          const lines = records.map((one) => JSON.stringify(one)).join('\n');
          const found = await gather(`${lines}\n{"broken":\n`, 'data.jsonl', {
            blockSize,
            pool: pools.of(workers),
          });
          const values = new Map<string, unknown[]>();
          records.forEach(({ c, ...rest }, row) => {
            const below = isParted(c) ? { 'c.d': c.d } : {};
            const all = { ...rest, ...below, ...(c !== undefined && { c }) };
            for (const [key, value] of Object.entries(all)) {
              const own = values.get(key) ?? Array.from({ length: records.length });
              own[row] = value;
              values.set(key, own);
            }
          });
          // Where it is nothing but objects with members, those are the columns.
          if (values.get('c')?.every((value) => value === undefined || isParted(value))) values.delete('c');
          const expected = [...values].map(([key, own]): [string, unknown] => [key, expectedOf(own)]);
          const actual = [...found].map(([key, { summary }]): [string, unknown] => [key, figuresOf(summary)]);
          assert.deepEqual(Object.fromEntries(actual), Object.fromEntries(expected));
          for (const { summary, histogram } of found.values()) {
            const kind = histogram?.kind ?? 'number';
            const bars = histogram?.whole.reduce((sum, count) => sum + count, 0) ?? 0;
            assert.equal(bars, summary.kinds[kind]);
          }
        },
      ),
      { numRuns: runs(60, 2000) },
    );
  });

  it('finds the same in a CSV, where everything is text', async () => {
    const texts = fc.constantFrom(
      '',
      '1',
      '-2.50',
      '007',
      'n/a',
      'NaN',
      'Infinity',
      '2024-02-30',
      '2024-02-29',
      'x y',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 40 }), async (cells) => {
        const text = `n,a\n${cells.map((one, row) => `${row},${one}`).join('\n')}\n`;
        const found = await gather(text, 'data.csv', { blockSize: 64, headerRows: 1, delimiter: ',' });
        const summary = found.get('a')?.summary;
        assert.ok(summary);
        const is = (test: RegExp): number => cells.filter((one) => test.test(one)).length;
        assert.deepEqual(
          kindsOf(summary),
          nonZero({
            number: is(/^-?[\d.]+$/),
            time: is(/^2024-02-29$/),
            null: is(/^$/),
            text: is(/[a-z]|^2024-02-30$/i),
          }),
        );
        assert.equal(summary.distinct.count, new Set(cells.filter((one) => one !== '')).size);
      }),
      { numRuns: runs(60, 2000) },
    );
  });

  it('tells of the first block before any worker has answered', async () => {
    const path = join(folder, `${files++}.jsonl`);
    await writeFile(path, Array.from({ length: 400 }, (_, id) => JSON.stringify({ id })).join('\n'));
    const pool = new WaitingPool();
    const dataset = await Dataset.open({ kind: 'file', path }, { signal, pool, blockSize: 500 });
    const columns = [['id']];
    for (const query of [undefined, 'id >= 0']) {
      const planned = query === undefined ? undefined : plannedFor(query, dataset.recognised.format);
      const scan = { query: planned, columns, discover: false, deep: false, counts: true };
      const told: { readonly share: number; readonly answered: number }[] = [];
      const { coverage } = await gatherStatistics(dataset, scan, signal, ({ coverage: { share } }) => {
        told.push({ share, answered: pool.answered });
        pool.begin();
      });
      assert.ok(told[0].share > 0 && told[0].share < 0.2, `${told[0].share} is told of first`);
      if (query === undefined) assert.equal(told[0].answered, 0);
      assert.deepEqual(coverage, { share: 1, rows: 400, exact: true });
    }
    await dataset.close();
    await pool.close();
  });

  it('takes the records of a filter only', async () => {
    const lines = Array.from({ length: 1000 }, (_, id) => JSON.stringify({ id, even: id % 2 === 0 })).join(
      '\n',
    );
    const found = await gather(lines, 'data.jsonl', { query: 'even = true AND id < 500', blockSize: 512 });
    const numbers = found.get('id')?.summary.numbers;
    assert.deepEqual([numbers?.count, numbers?.min, numbers?.max], [250, '0', '498']);
  });

  it('keeps the digits of the file', async () => {
    const { summary } = await column(
      '{"n":9223372036854775807}\n{"n":9223372036854775806}\n{"n":0.1}\n{"n":0.2}\n{"n":-1.50}\n',
      'data.jsonl',
      'n',
    );
    assert.equal(summary.numbers?.max, '9223372036854775807');
    assert.equal(summary.numbers.min, '-1.50');
    assert.equal(summary.numbers.sum, '18446744073709551611.8');
    assert.equal(summary.distinct.count, 5);
    const csv = await column(
      `n,m\n${['9223372036854775807', '9223372036854775806', '+1', '12345678901234567890.25'].map((n) => `${n},1`).join('\n')}\n`,
      'data.csv',
      'n',
    );
    assert.deepEqual(kindsOf(csv.summary), { number: 4 });
    assert.equal(csv.summary.numbers?.sum, '30792422974944119504.25');
    assert.equal(csv.summary.numbers.max, '12345678901234567890.25');
  });

  it('knows times of any year, and to the nanosecond which comes first', async () => {
    const times = [
      '9999-12-31T23:59:59Z',
      '0001-01-01',
      '2024-05-31 10:00:00.000000002',
      '2024-05-31 10:00:00.000000001',
    ];
    const { summary, histogram } = await column(
      times.map((t) => JSON.stringify({ t })).join('\n'),
      'data.jsonl',
      't',
    );
    assert.deepEqual(kindsOf(summary), { time: 4 });
    assert.deepEqual([summary.times?.min, summary.times?.max], ['0001-01-01', '9999-12-31T23:59:59Z']);
    assert.equal(histogram?.kind, 'time');
    const near = await column(
      times
        .slice(2)
        .map((t) => JSON.stringify({ t }))
        .join('\n'),
      'data.jsonl',
      't',
    );
    assert.deepEqual(
      [near.summary.times?.min, near.summary.times?.max],
      ['2024-05-31 10:00:00.000000001', '2024-05-31 10:00:00.000000002'],
    );
  });

  it('tells nothing of columns that hold nothing, and little of those that hold one value', async () => {
    const { summary } = await column('{"a":null,"z":-0}\n{"a":null,"z":-0}\n', 'data.jsonl', 'a');
    assert.deepEqual(kindsOf(summary), { null: 2 });
    assert.deepEqual([summary.numbers, summary.texts, summary.times], [undefined, undefined, undefined]);
    assert.equal(summary.distinct.count, 0);
    const zero = await column('{"a":null,"z":-0}\n{"a":null,"z":0}\n', 'data.jsonl', 'z');
    const { distinct, numbers, top } = zero.summary;
    assert.deepEqual([distinct.count, numbers?.sum, numbers?.q50, numbers?.zero], [1, '0', '0', 2]);
    assert.deepEqual(top.values, [{ text: '0', kind: 'number', count: 2, cut: false }]);
    const none = await gather('a,b\n', 'data.csv', { headerRows: 1, delimiter: ',' });
    assert.deepEqual(
      [...none.values()].map(({ summary: { kinds } }) => kindsOf({ ...summary, kinds })),
      [{}, {}],
    );
  });

  it('names the most frequent items of lists', async () => {
    const { summary } = await column('{"t":["a","b"]}\n{"t":["a"]}\n{"t":[]}\n', 'data.jsonl', 't');
    const { items, ...lists } = summary.lists ?? {};
    assert.deepEqual(lists, { count: 3, minItems: 0, maxItems: 2, meanItems: 1 });
    assert.deepEqual(
      items?.top.values.map(({ text, count }) => [text, count]),
      [
        ['a', 2],
        ['b', 1],
      ],
    );
  });

  it('shows what texts look like', async () => {
    const texts = ['AB-12', 'CD-34', 'x é', 'AB-12'];
    const { summary } = await column(texts.map((t) => JSON.stringify({ t })).join('\n'), 'data.jsonl', 't');
    const [first] = summary.patterns?.list ?? [];
    assert.deepEqual(
      first.parts.map(({ kind, length, text }) => [kind, length, text]),
      [
        ['upper', 2, ''],
        ['literal', 1, '-'],
        ['digits', 2, ''],
      ],
    );
    assert.deepEqual([first.count, first.example], [3, 'AB-12']);
    assert.deepEqual([summary.texts?.minLength, summary.texts?.maxLength], [3, 5]);
  });

  it('takes cells of 10 MB, and keeps little of them', async () => {
    const long = 'é'.repeat(5_000_000);
    const { summary } = await column(`{"a":"${long}"}\n{"a":"${long}x"}\n`, 'data.jsonl', 'a');
    assert.deepEqual([summary.texts?.minLength, summary.texts?.maxLength], [5_000_000, 5_000_001]);
    assert.equal(summary.distinct.count, 2);
    assert.equal(summary.top.values[0].text, 'é'.repeat(128));
    assert.equal(summary.top.values[0].cut, true);
  });

  it('counts a million different texts', async () => {
    const lines = Array.from({ length: 1_000_000 }, (_, i) => `{"a":"text ${i * 7}"}`).join('\n');
    const { summary } = await column(lines, 'data.jsonl', 'a');
    assert.equal(summary.kinds.text, 1_000_000);
    const { count, exact, error } = summary.distinct;
    assert.equal(exact, false);
    assert.ok(Math.abs(count - 1_000_000) <= 4 * error * 1_000_000, String(count));
    assert.ok(summary.top.error <= 1_000_000 / 1024);
  });
});

/** Whether a value's members are columns of their own. */
function isParted(value: unknown): value is { readonly d: unknown } {
  return typeof value === 'object' && value !== null && 'd' in value;
}

/** The exact figures that plain JavaScript finds in the values of a column; undefined is missing. */
function expectedOf(values: readonly unknown[]): unknown {
  const numbers = values.filter((value) => typeof value === 'number');
  const texts = values.filter((value) => typeof value === 'string');
  const isTime = (text: string): boolean => text.startsWith('2024-05-31');
  const plain = texts.filter((text) => !isTime(text));
  const booleans = values.filter((value) => typeof value === 'boolean');
  const lists = values.filter((value) => Array.isArray(value));
  const cents = numbers.reduce((sum, value) => sum + Math.round(value * 100), 0);
  const isObject = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return {
    kinds: nonZero({
      number: numbers.length,
      text: plain.length,
      time: texts.length - plain.length,
      boolean: booleans.length,
      list: lists.length,
      object: values.filter(isObject).length,
      null: values.filter((value) => value === null).length,
      missing: values.filter((value) => value === undefined).length,
      malformed: 1,
    }),
    distinct: new Set(
      values
        .filter((value) => value !== null && value !== undefined && !isParted(value))
        .map((value) => JSON.stringify(value)),
    ).size,
    sum: numbers.length === 0 ? undefined : cents / 100,
    min: numbers.length === 0 ? undefined : Math.min(...numbers),
    max: numbers.length === 0 ? undefined : Math.max(...numbers),
    trues: booleans.filter(Boolean).length,
    lengths: plain.reduce((sum, text) => sum + Array.from(text).length, 0),
    items: lists.length === 0 ? undefined : lists.reduce((sum, list) => sum + list.length, 0),
  };
}

function figuresOf({ kinds, distinct, numbers, trues, texts, lists }: ColumnSummary): unknown {
  return {
    kinds: nonZero(kinds),
    distinct: distinct.count,
    sum: numbers && Number(numbers.sum),
    min: numbers && Number(numbers.min),
    max: numbers && Number(numbers.max),
    trues,
    lengths: texts === undefined ? 0 : Math.round(texts.meanLength * texts.count),
    items: lists && Math.round(lists.meanItems * lists.count),
  };
}

function nonZero(counts: Partial<KindCounts>): Partial<KindCounts> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}
