import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Columns, type FileColumn } from '../../../src/engine/dataset/columns.ts';
import { Dataset, type DatasetOptions } from '../../../src/engine/dataset/dataset.ts';
import { growthOf } from '../../../src/engine/dataset/follow/growth.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { TableRun } from '../../../src/engine/run/tableRun.ts';
import { keptOf, statistics, type Rows } from '../../../src/engine/service/statistics.ts';
import { timeline } from '../../../src/engine/service/timeline.ts';
import { Tail } from '../../../src/engine/source/follow/tail.ts';
import type { StatisticsAnswer, TimelineAnswer, TopValues } from '../../../src/protocol/statistics.ts';
import { lookAhead } from '../../../src/engine/format/recordWindow.ts';
import { bytesRead } from '../../support/bytesRead.ts';
import { runs } from '../../support/long.ts';

const { signal } = new AbortController();

interface Figures {
  readonly header: StatisticsAnswer;
  readonly panel: StatisticsAnswer;
  readonly overTime: TimelineAnswer;
}

/** A file that is taken over piece by piece, and what is asked of its columns in between. */
class GrowingFile {
  readonly dataset: Dataset;
  readonly #filter: object = {};
  readonly #query: string;
  readonly #columns: readonly FileColumn[];
  #run: TableRun | undefined;

  private constructor(dataset: Dataset, query: string, names: readonly string[]) {
    this.dataset = dataset;
    this.#query = query;
    const columns = new Columns();
    if (dataset.layout.names === 'columns') columns.setNames(dataset.layout.columns, dataset.layout.readings);
    else columns.addPaths(names.map((name) => [name]));
    this.#columns = columns.all;
  }

  static async open(
    path: string,
    options: Omit<DatasetOptions, 'signal'>,
    query: string,
    names: readonly string[],
  ): Promise<GrowingFile> {
    const dataset = await Dataset.open({ kind: 'file', path }, { signal, ...options });
    const file = new GrowingFile(dataset, query, names);
    await file.know();
    return file;
  }

  /** Finds where all records are. */
  async know(): Promise<void> {
    for await (const _ of this.dataset.scan({ query: undefined, output: { kind: 'count' } }, signal)) {
      // The scan adds what it finds to the index.
    }
  }

  /** Takes over what was appended. */
  async grow(): Promise<void> {
    const tail = await Tail.open(this.dataset.location.paths[0]);
    try {
      const growth = await growthOf(this.dataset, tail, signal);
      if (growth) this.dataset.grow(growth);
    } finally {
      await tail.close();
    }
  }

  get #rows(): { readonly whole: Rows; readonly filtered: Rows } {
    const { dataset } = this;
    const query = plannedFor(this.#query, dataset.recognised.format);
    return {
      whole: { dataset, query: undefined, kept: keptOf(dataset) },
      filtered: { dataset, query, kept: keptOf(this.#filter) },
    };
  }

  headers(): Promise<StatisticsAnswer> {
    return this.#ask('header');
  }

  #ask(depth: 'header' | 'panel'): Promise<StatisticsAnswer> {
    const { whole, filtered } = this.#rows;
    const columns = this.#columns.map(({ id }) => id);
    const asked = { view: 1, columns, depth };
    // What computes rows has columns of its own.
    return filtered.query?.plan.shape === 'records'
      ? statistics(asked, this.#columns, whole, filtered, context)
      : statistics(asked, this.#columns, filtered, undefined, context);
  }

  /** The rows of a query, which go on where they can. */
  async rowsOf(query: string): Promise<string> {
    const before = this.#run;
    if (before?.goesOn === true) await before.grow(signal);
    const run = before?.goesOn === true ? before : this.#newRun(query);
    if (run !== before) {
      await before?.close();
      assert.equal((await run.run(signal, () => undefined)).phase, 'done');
    }
    this.#run = run;
    const held = run.holdRows();
    assert.ok(held);
    const pieces: string[] = [];
    for await (const { bytes } of held.read(signal)) pieces.push(Buffer.from(bytes).toString());
    await held.letGo();
    assert.equal(run.state.matched, pieces.join('').split('\n').length - 1);
    return pieces.join('');
  }

  /** Whether the rows of the query that was asked last went on. */
  get goesOn(): boolean {
    return this.#run?.goesOn === true;
  }

  #newRun(query: string): TableRun {
    return new TableRun(1, plannedFor(query, this.dataset.recognised.format), this.dataset);
  }

  async close(): Promise<void> {
    await this.#run?.close();
    await this.dataset.close();
  }

  async figures(): Promise<Figures> {
    const header = await this.#ask('header');
    const panel = await this.#ask('panel');
    const time = this.#columns.find(({ path }) => path === 'at');
    const asked = { view: 1, column: time?.id ?? -1, by: undefined, bars: 50 };
    const overTime = await timeline(asked, this.#columns, this.#rows.filtered, context);
    return { header, panel, overTime };
  }
}

/** Which of equally frequent values of a block comes first depends on how they are written. */
function ordered({ header, panel, overTime }: Figures): Figures {
  const listed = ({ values, ...top }: TopValues): TopValues => ({
    ...top,
    values: [...values].sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1)),
  });
  const of = (answer: StatisticsAnswer): StatisticsAnswer => ({
    ...answer,
    columns: answer.columns.map(({ whole, filtered, ...column }) => ({
      ...column,
      whole: whole && { ...whole, top: listed(whole.top) },
      filtered: filtered && { ...filtered, top: listed(filtered.top) },
    })),
  });
  return { header: of(header), panel: of(panel), overTime };
}

const context = { signal, progress: () => undefined };

const texts = {
  jsonl: [
    '{"n":3,"s":"a","at":"2024-01-01T00:00:00Z","l":[1,2]}',
    '{"n":-1.5,"s":"b","at":"2024-01-01T00:00:07Z"}',
    '{"n":',
    '{"n":12345678901234567890,"s":"a","at":"2025-06-01","l":["x"]}',
    '{"s":null,"at":"x","n":{"m":1}}',
    '{"n":3,"s":"a","at":"2024-02-01"}',
  ],
  csv: [
    'n,s,at,l',
    '3,a,2024-01-01,',
    '-1.5,"two',
    'lines",2024-01-02,x',
    ',,,',
    '7e3,"a""b",2025-06-01,"y"',
    '3,a,',
  ],
  log: ['INFO one', 'WARN two', 'no level', 'INFO three', 'INFO one'],
};
const options = {
  jsonl: { format: 'jsonl' },
  csv: { format: 'csv', delimiter: ',', quote: '"', headerRows: 1, firstLine: 1, comment: '', tables: 1 },
  log: { format: 'log', pattern: '(?<n>[A-Z]+) (?<at>.*)' },
} as const;
const names = ['n', 's', 'at', 'l'];

describe('figures of the columns of a file that grows', () => {
  let folder: string;
  let files = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-growing-'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  const newPath = (): string => join(folder, String(files++));

  /** Asks after each piece, and in the end: as it is computed for the file that is opened as it is then. */
  async function assertSame(
    kind: keyof typeof texts,
    pieces: readonly string[],
    query: string,
    blockSize: number,
  ): Promise<void> {
    const path = newPath();
    const opening = { ...options[kind], blockSize };
    const [first, ...others] = pieces;
    await writeFile(path, first);
    const growing = await GrowingFile.open(path, opening, query, names);
    try {
      for (const piece of others) {
        await growing.figures();
        await appendFile(path, piece);
        await growing.grow();
      }
      const found = await growing.figures();
      const anew = newPath();
      // What is half written is not taken over.
      await writeFile(anew, Buffer.from(pieces.join('')).subarray(0, growing.dataset.size));
      const fresh = await GrowingFile.open(anew, opening, query, names);
      try {
        assert.deepEqual(ordered(found), ordered(await fresh.figures()));
      } finally {
        await fresh.close();
      }
    } finally {
      await growing.close();
    }
  }

  const queries = {
    jsonl: ['n >= 3', '|> SELECT s, at, n'],
    csv: ["s <> 'b' OR _record % 2 = 0", '|> EXTEND _line AS one'],
    log: ["n = 'INFO'"],
  };

  for (const kind of ['jsonl', 'csv', 'log'] as const) {
    for (const query of queries[kind]) {
      it(`are the same however ${kind} is cut into two pieces, of ${query}`, async () => {
        const text = `${texts[kind].join('\n')}\n`;
        // Of less, nobody knows what columns there are.
        for (let cut = texts[kind].slice(0, 2).join('\n').length; cut < text.length; cut++) {
          await assertSame(kind, [text.slice(0, cut), text.slice(cut)], query, 64);
        }
      });
    }
  }

  it('are the same in any pieces, blocks and numbers of records', async () => {
    const kinds = fc.constantFrom('jsonl', 'csv', 'log');
    const property = fc.asyncProperty(
      kinds,
      fc.array(fc.nat(20), { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 5 }),
      fc.constantFrom(16, 64, 1024),
      fc.nat(1),
      async (kind, order, cuts, blockSize, which) => {
        const begin = kind === 'csv' ? 4 : 1;
        const rest = texts[kind].slice(begin);
        const lines = [...texts[kind].slice(0, begin), ...order.map((at) => rest[at % rest.length])];
        const text = `${lines.join('\n')}\n`;
        const least = texts[kind].slice(0, 2).join('\n').length;
        const places = cuts
          .map((cut) => least + (cut % Math.max(1, text.length - least)))
          .sort((a, b) => a - b);
        const ends = [...places, text.length];
        const pieces = ends.map((end, at) => text.slice(at === 0 ? 0 : ends[at - 1], end));
        const { [which % queries[kind].length]: query } = queries[kind];
        await assertSame(kind, pieces, query, blockSize);
      },
    );
    await fc.assert(property, { numRuns: runs(60, 1000) });
  });

  it('are found by reading what was appended, and nothing before it', async () => {
    const lines = (from: number, to: number): string => {
      const line = (n: number): string =>
        `{"n":${n},"s":"${'x'.repeat(n % 500)}","at":"2024-01-01T00:00:00Z"}\n`;
      return Array.from({ length: to - from }, (_, i) => line(from + i)).join('');
    };
    const path = newPath();
    await writeFile(path, lines(0, 6000));
    const growing = await GrowingFile.open(path, options.jsonl, 'n % 2 = 0', names);
    try {
      await growing.headers();
      const asked = async (
        from: number,
        to: number,
      ): Promise<{ readonly more: number; readonly bytes: number }> => {
        const more = lines(from, to);
        await appendFile(path, more);
        await growing.grow();
        const { result, bytes } = await bytesRead(() => growing.headers());
        assert.deepEqual([result.whole.rows, result.filtered?.rows], [to, Math.ceil(to / 2)]);
        assert.equal((await bytesRead(() => growing.headers())).bytes, 0);
        return { more: more.length, bytes };
      };
      // Once for all records, and once for those that match.
      for (const [from, to] of [
        [6000, 6001],
        [6001, 6100],
      ]) {
        const { more, bytes } = await asked(from, to);
        assert.equal(bytes, 2 * more);
      }
      // Where a block begins, what stands there is read with the block before as well.
      const { more, bytes } = await asked(6100, 9000);
      assert.ok(bytes > 2 * more && bytes <= 2 * (more + lookAhead), `${bytes} of ${more}`);
    } finally {
      await growing.close();
    }
  });

  const groups = [
    `|> AGGREGATE count(*) AS c, count(n) AS k, sum(n) AS t, avg(n) AS a, min(at) AS lo, max(at) AS hi, count(DISTINCT s) AS d,
      approx_count_distinct(s) AS e, median(n) AS m, list(s) AS l, any_value(at) AS f, stddev(n) AS x, mode(s) AS o`,
    `n <> 3 |> AGGREGATE count(*) AS c, sum(n) AS t GROUP BY s |> WHERE c > 1 |> ORDER BY c DESC, s |> LIMIT 3`,
    '|> EXTEND _record AS r |> AGGREGATE max(r) AS r, max(s) AS s GROUP BY at',
    '|> TOP 2 OF s',
    '|> LIMIT 3 |> AGGREGATE count(*) AS c',
    '|> SELECT s |> DISTINCT |> AGGREGATE count(*) AS c',
  ];

  it('and groups are the same in any pieces, blocks and numbers of records', async () => {
    let went = 0;
    const property = fc.asyncProperty(
      fc.constantFrom('jsonl', 'csv'),
      fc.array(fc.nat(20), { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 5 }),
      fc.constantFrom(16, 64, 1024),
      fc.constantFrom(...groups),
      async (kind, order, cuts, blockSize, query) => {
        const rest = texts[kind].slice(1);
        const text = `${[...texts[kind].slice(0, 2), ...order.map((at) => rest[at % rest.length])].join('\n')}\n`;
        const least = texts[kind].slice(0, 2).join('\n').length;
        const places = cuts
          .map((cut) => least + (cut % Math.max(1, text.length - least)))
          .sort((a, b) => a - b);
        const path = newPath();
        await writeFile(path, text.slice(0, places.at(0)));
        const opening = { ...options[kind], blockSize };
        const growing = await GrowingFile.open(path, opening, '', names);
        try {
          for (const [at, place] of places.entries()) {
            await growing.rowsOf(query);
            await appendFile(path, text.slice(place, places.at(at + 1)));
            await growing.grow();
            if (growing.goesOn) went++;
          }
          const found = await growing.rowsOf(query);
          const anew = newPath();
          await writeFile(anew, Buffer.from(text).subarray(0, growing.dataset.size));
          const fresh = await GrowingFile.open(anew, opening, '', names);
          try {
            assert.equal(found, await fresh.rowsOf(query));
          } finally {
            await fresh.close();
          }
        } finally {
          await growing.close();
        }
      },
    );
    await fc.assert(property, { numRuns: runs(100, 1000) });
    assert.ok(went > 20, `${went} went on`);
  });
});
