import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset, type DatasetOptions } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';
import { countTo } from '../../../src/engine/run/count.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { InlinePool } from '../../../src/engine/pool/inline.ts';
import { runs } from '../../support/long.ts';
import { QueryWriter } from '../oracle/randomQuery.ts';
import { csv, file, jsonl, type Rows } from './files.ts';
import { condition, groups, top } from './questions.ts';

const signal = new AbortController().signal;
const context = { signal, progress: () => undefined };
const blockSize = 2000;
/** Files of more blocks are read by the pool. */
const inlineBlocks = 4;
/** Reads all columns, so that they are kept. */
const everyColumn = 'i > 0 AND d > 0 AND s > 0 AND u > 0 AND b > 0 AND id > 0';
/** Of how many questions one is asked again to see that columns answer it. */
const counted = 4;

/** Everything that a question gives: what it counts and what it exports, or how it fails. */
async function answerOf(dataset: Dataset, query: string): Promise<string> {
  const parts: Uint8Array[] = [];
  const sink = {
    name: 'memory',
    write: (bytes: Uint8Array) => Promise.resolve(void parts.push(bytes.slice())),
    commit: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
  try {
    const { matched } = await countTo(dataset, { query }, context);
    await exportTo(dataset, { query, to: 'jsonl', sink }, context);
    return `${matched}\n${Buffer.concat(parts).toString('latin1')}`;
  } catch (error) {
    return String(error);
  }
}

/** A pool of this thread that counts the blocks it is asked to scan. */
class CountingPool extends InlinePool {
  blocks = 0;

  override run(...asked: Parameters<InlinePool['run']>): ReturnType<InlinePool['run']> {
    const [task] = asked;
    if (task.kind === 'scan') {
      const { from, to } = task.stretch;
      this.blocks += Math.ceil((to - from) / task.file.blockSize);
    }
    return super.run(...asked);
  }
}

describe('columns/differential', () => {
  let folder: string;
  let files = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-columns-'));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  const open = (path: string, options: Partial<DatasetOptions> = {}): Promise<Dataset> =>
    Dataset.open(
      { kind: 'file', path },
      { signal, blockSize, ...options, ...(path.endsWith('.csv') && { header: true }) },
    );
  const anew = (): IndexStore => new IndexStore(join(folder, `cache-${files++}`), 1e9);

  /** How many blocks the second time were made of columns, of the questions that were counted. */
  let stored = 0;

  /** Does something with a file of such records, opened without a cache and with an empty one. */
  async function withBoth(
    rows: Rows,
    format: 'jsonl' | 'csv',
    work: (plain: Dataset, kept: Dataset, pool: CountingPool) => Promise<void>,
    options: Partial<DatasetOptions> = {},
  ): Promise<void> {
    const path = join(folder, `${files++}.${format}`);
    await writeFile(path, format === 'csv' ? csv(rows) : jsonl(rows));
    const plain = await open(path);
    const pool = new CountingPool();
    const kept = await open(path, { store: anew(), pool, ...options });
    try {
      await work(plain, kept, pool);
    } finally {
      await plain.close();
      await kept.close();
      await pool.close();
    }
  }

  for (const format of ['jsonl', 'csv'] as const) {
    it(`gives the same rows from the columns of ${format} as from its text`, async () => {
      stored = 0;
      await fc.assert(
        fc.asyncProperty(file, fc.gen(), (rows, g) =>
          withBoth(rows, format, async (plain, kept) => {
            for (let asked = 0; asked < 12; asked++) {
              const text = asked % 4 === 3 ? top(g) : new QueryWriter(g).query().text;
              const expected = await answerOf(plain, text);
              assert.equal(await answerOf(kept, text), expected, `first: ${text}`);
              assert.equal(await answerOf(kept, text), expected, `second: ${text}`);
              if (asked % counted === 0) stored += await fromColumns(kept, text);
            }
          }),
        ),
        // A smaller table would fail otherwise, and finding one takes long.
        { numRuns: runs(8, 1000), endOnFailure: true },
      );
      assert.ok(stored > 5, `${stored} blocks came from columns`);
    });
  }

  for (const format of ['jsonl', 'csv'] as const) {
    it(`counts by the packed columns of ${format} what its text holds`, async () => {
      stored = 0;
      await fc.assert(
        fc.asyncProperty(file, fc.gen(), (rows, g) =>
          withBoth(rows, format, async (plain, kept) => {
            await countTo(kept, { query: everyColumn }, context);
            for (let asked = 0; asked < 40; asked++) {
              const text = condition(g, 3);
              const query = { query: text };
              const expected = await countTo(plain, query, context);
              const { matched } = await countTo(kept, query, context);
              assert.equal(matched, expected.matched, text);
              if (asked % counted === 0) stored += await fromColumns(kept, text);
            }
          }),
        ),
        // Each asks 40 questions twice.
        { numRuns: runs(5, 200), endOnFailure: true },
      );
      assert.ok(stored > 40, `${stored} blocks came from columns`);
    });
  }

  for (const format of ['jsonl', 'csv'] as const) {
    it(`groups and puts in order by the packed columns of ${format} what its text holds`, async () => {
      let [asked, handed] = [0, 0];
      await fc.assert(
        fc.asyncProperty(file, fc.nat({ max: 2 }), fc.gen(), (rows, half, g) => {
          const work: Parameters<typeof withBoth>[2] = async (plain, kept, pool) => {
            const all = plannedFor(everyColumn, kept.recognised.format);
            // Of some files, half of the blocks are kept.
            const toBlock = half === 0 ? kept.blocks >> 1 : kept.blocks;
            for await (const _ of kept.scan({ query: all, output: { kind: 'count' }, toBlock }, signal));
            for (let question = 0; question < 20; question++) {
              const text = question % 4 === 3 ? top(g) : groups(g);
              const expected = await answerOf(plain, text);
              const before = pool.blocks;
              assert.equal(await answerOf(kept, text), expected, text);
              // The rows are counted, and written.
              asked += 2 * kept.blocks;
              handed += kept.blocks > inlineBlocks ? pool.blocks - before : 2 * kept.blocks;
            }
          };
          return withBoth(rows, format, work, { blockSize: 700 });
        }),
        { numRuns: runs(8, 300), endOnFailure: true },
      );
      assert.ok(handed < asked * 0.92, `${handed} of ${asked} blocks were handed to a task`);
    });
  }

  for (const format of ['jsonl', 'csv'] as const) {
    it(`compares the kept times of ${format} with what is equal to one, nearly one, and none`, async () => {
      const rows = Array.from({ length: 120 }, (_, at) => {
        const iso = new Date(Date.UTC(2024, 1, 28, 23, 59, 30) + at * 777).toISOString();
        const cells = [
          `${at}`,
          `"${iso}"`,
          `"${iso.slice(0, 19)}+02:00"`,
          at % 9 === 1 ? 'null' : `"${iso} "`,
          '\"b\"',
        ];
        return { id: at + 1, broken: false, cells };
      });
      const [, { cells }] = rows;
      const [exact = '', zoned = ''] = [cells[1], cells[2]].map((cell) => cell.slice(1, -1));
      const texts = [exact, zoned, exact.slice(0, -1), exact.slice(0, 16), `${exact}0`, 'a', ''];
      const instants = [exact, zoned, exact.replace('Z', '000001Z'), '2024-02-29', '1999-01-01'];
      const operators = ['=', '<>', '<', '<=', '>', '>='];
      const compared = ['d', 's', 'u'].flatMap((column) => [
        ...operators.flatMap((operator) => [
          ...texts.map((text) => `${column} ${operator} '${text}'`),
          ...instants.map((text) => `TIMESTAMP '${text}' ${operator} ${column}`),
        ]),
        ...['', 'NOT '].flatMap((not) => [
          `${column} ${not}BETWEEN '${exact}' AND '${exact}'`,
          `${column} ${not}IN ('${exact}', '${zoned}', 'a')`,
          `${column} ${not}LIKE '${exact.slice(0, 18)}%'`,
        ]),
      ]);
      stored = 0;
      await withBoth(rows, format, async (plain, kept) => {
        await countTo(kept, { query: 'i > 0 AND d > 0 AND s > 0 AND u > 0' }, context);
        for (const query of compared) {
          const { matched } = await countTo(plain, { query }, context);
          assert.equal((await countTo(kept, { query }, context)).matched, matched, query);
          stored += await fromColumns(kept, query);
        }
      });
      assert.ok(stored > compared.length, `${stored} blocks came from columns`);
    });
  }

  async function fromColumns(dataset: Dataset, query: string): Promise<number> {
    const planned = plannedFor(query, dataset.recognised.format);
    let blocks = 0;
    for await (const { result } of dataset.scan({ query: planned, output: { kind: 'count' } }, signal)) {
      blocks += result?.fromColumns ?? 0;
    }
    return blocks;
  }
});
