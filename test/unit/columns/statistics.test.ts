import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';
import { fieldsOf, gatherStatistics, type Gathered } from '../../../src/engine/run/statistics.ts';
import { histogramOf, summaryOf } from '../../../src/engine/statistics/index.ts';
import type { StatisticsDepth } from '../../../src/protocol/statistics.ts';
import { runs } from '../../support/long.ts';
import { csv, file, jsonl, names, type Rows } from './files.ts';
import { condition } from './questions.ts';

const signal = new AbortController().signal;
const blockSize = 700;
/** So that every file was changed long before it is opened. */
const longAgo = -3_600_000;

/** Which columns, and of which records. */
interface Asked {
  readonly query: string | undefined;
  readonly depth: StatisticsDepth;
  readonly columns: readonly (readonly (string | number)[])[];
}

/** What is shown of columns, and how it was found. */
interface Found {
  readonly figures: unknown;
  readonly blocks: number;
  readonly fromColumns: number;
  /** Bytes of text. */
  readonly read: number;
}

async function ask(dataset: Dataset, { query, depth, columns }: Asked): Promise<Found> {
  const planned = query === undefined ? undefined : plannedFor(query, dataset.recognised.format);
  const scan = { query: planned, columns, discover: false, deep: depth === 'panel', counts: true };
  let [blocks, fromColumns, read] = [0, 0, 0];
  const gathered = await gatherStatistics(
    dataset,
    scan,
    signal,
    () => undefined,
    (found) => {
      blocks += found.result ? found.blocks.length : 0;
      fromColumns += found.result?.fromColumns ?? 0;
      read = found.scanned - found.unread - found.skipped;
    },
  );
  return { figures: figuresOf(gathered, depth), blocks, fromColumns, read };
}

function figuresOf({ held, set }: Gathered, depth: StatisticsDepth): unknown {
  return held.map((column) => ({
    rows: set.rows,
    summary: summaryOf(column, set.malformed, depth),
    histogram: histogramOf(column, undefined, false, depth),
  }));
}

describe('columns/statistics', () => {
  let folder: string;
  let files = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-statistics-'));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  const open = (path: string, store?: IndexStore): Promise<Dataset> =>
    Dataset.open(
      { kind: 'file', path },
      { signal, blockSize, store, restMs: longAgo, ...(path.endsWith('.csv') && { header: true }) },
    );
  const anew = (): IndexStore => new IndexStore(join(folder, `cache-${files++}`), 1e9);

  function asks(g: fc.GeneratorValue, dataset: Dataset): Asked {
    const all = [...fieldsOf(dataset)];
    const query = g(fc.boolean) ? condition(g, 2) : g(() => fc.constantFrom(undefined, '', 'i > 0'));
    const depth = g(() => fc.constantFrom<StatisticsDepth>('header', 'panel'));
    const columns = g(() => fc.shuffledSubarray(all, { minLength: 1 }));
    return { query, depth, columns };
  }

  for (const format of ['jsonl', 'csv'] as const) {
    const texts = (rows: Rows): string => (format === 'csv' ? csv(rows) : jsonl(rows));

    it(`finds by the columns of ${format} what its text holds: with none kept, all, and some`, async () => {
      let [stored, mixed] = [0, 0];
      await fc.assert(
        fc.asyncProperty(file, fc.nat({ max: 2 }), fc.gen(), async (rows, half, g) => {
          const path = join(folder, `${files++}.${format}`);
          await writeFile(path, texts(rows));
          const plain = await open(path);
          const kept = await open(path, anew());
          try {
            if (half === 0) {
              const all = plannedFor(`${names.join(' > 0 AND ')} > 0`, kept.recognised.format);
              const toBlock = kept.blocks >> 1;
              for await (const _ of kept.scan({ query: all, output: { kind: 'count' }, toBlock }, signal));
            }
            for (let asked = 0; asked < 10; asked++) {
              const question = asks(g, plain);
              const { figures } = await ask(plain, question);
              for (const time of ['first', 'second']) {
                const found = await ask(kept, question);
                assert.deepEqual(found.figures, figures, `${time}: ${JSON.stringify(question)}`);
                stored += found.fromColumns;
                if (found.fromColumns > 0 && found.fromColumns < found.blocks) mixed++;
              }
            }
          } finally {
            await plain.close();
            await kept.close();
          }
        }),
        { numRuns: runs(15, 1000), endOnFailure: true },
      );
      assert.ok(stored > 100, `${stored} blocks came from columns`);
      assert.ok(mixed > 0, 'some scans had blocks of both kinds');
    });

    it(`finds the same in ${format} that has been appended to`, async () => {
      let stored = 0;
      await fc.assert(
        fc.asyncProperty(file, file, fc.gen(), async (rows, more, g) => {
          const path = join(folder, `${files++}.${format}`);
          await writeFile(path, texts(rows));
          const store = anew();
          const before = await open(path, store);
          const question = asks(g, before);
          await ask(before, question);
          await before.known.save();
          await before.close();
          await appendFile(path, format === 'csv' ? texts(more).replace(/^.*\n/, '') : texts(more));
          const plain = await open(path);
          const kept = await open(path, store);
          try {
            const { figures } = await ask(plain, question);
            for (const time of ['first', 'second']) {
              const found = await ask(kept, question);
              assert.deepEqual(found.figures, figures, `${time}: ${JSON.stringify(question)}`);
              stored += found.fromColumns;
            }
          } finally {
            await plain.close();
            await kept.close();
          }
        }),
        { numRuns: runs(15, 1000), endOnFailure: true },
      );
      assert.ok(stored > 10, `${stored} blocks came from columns`);
    });
  }

  it('reads no text the second time, nor after it is opened again', async () => {
    const path = join(folder, `${files++}.jsonl`);
    const record = (at: number): string =>
      `{"id":${at},"status":${at % 7 ? 200 : 503},"level":"${['info', 'warn'][at % 2]}","v":${(at / 4).toFixed(2)}}\n`;
    await writeFile(path, Array.from({ length: 400 }, (_, at) => record(at)).join(''));
    const store = anew();
    const columns = [['id'], ['status'], ['level'], ['v']];
    const first = await open(path, store);
    const whole = await ask(first, { query: undefined, depth: 'header', columns });
    assert.ok(whole.read > 0, 'the first time the text is read');
    for (const query of [undefined, 'status = 503', "level = 'warn' AND v > 20"]) {
      assert.equal((await ask(first, { query, depth: 'header', columns })).read, 0, String(query));
    }
    await first.known.save();
    await first.close();
    const again = await open(path, store);
    assert.equal((await ask(again, { query: 'status = 503', depth: 'panel', columns })).read, 0);
    await again.close();
  });
});
