import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Dataset } from '../../src/engine/dataset/dataset.ts';
import { deriveRows } from '../../src/engine/run/derive.ts';
import { fieldsOf, gatherStatistics } from '../../src/engine/run/statistics.ts';
import { Programs } from '../../src/engine/call/programs.ts';
import { countTo } from '../../src/engine/run/count.ts';
import { exportTo, exportToFile } from '../../src/engine/run/export/export.ts';
import { loadSchema } from '../../src/engine/schema/load.ts';
import { ServiceSink } from '../../src/engine/sink/http/serviceSink.ts';
import { parseAddress } from '../../src/engine/source/http/address.ts';
import { openTarget } from '../../src/engine/sink/openTarget.ts';
import { IndexStore } from '../../src/engine/index/store.ts';
import { plannedFor } from '../../src/engine/dataset/plan.ts';
import { WorkerPool } from '../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../src/engine/pool/task.ts';
import { reviveFailure } from '../../src/engine/pool/wire.ts';
import type { ExportFormat } from '../../src/protocol/engine.ts';

const signal = new AbortController().signal;

/**
 * The engine as it ships: worker threads from the built bundle. By itself without a cache, with nothing known of a file
 * beforehand; `keeping` has files open, as VS Code has, and the columns that earlier questions have read.
 */
export class Ours {
  readonly #pool: WorkerPool<Task, Result>;
  readonly #folder: string | undefined;
  readonly #open = new Map<string, Promise<Dataset>>();

  constructor(workers: number, folder?: string) {
    this.#pool = new WorkerPool({ file: resolve('dist/worker.js'), size: workers, revive: reviveFailure });
    this.#folder = folder;
  }

  static async keeping(workers: number): Promise<Ours> {
    return new Ours(workers, await mkdtemp(join(tmpdir(), 'rowriver-bench-')));
  }

  async close(): Promise<void> {
    for (const dataset of this.#open.values()) await (await dataset).close();
    await this.#pool.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true });
  }

  /** How many records match; '' counts them all, which is what an index costs. */
  async count(path: string, query: string): Promise<number> {
    return this.#with(path, async (dataset) => {
      const planned = query === '' ? undefined : plannedFor(query, dataset.recognised.format);
      let matched = 0;
      for await (const found of dataset.scan({ query: planned, output: { kind: 'count' } }, signal)) {
        for (const block of found.blocks) matched += block.matched;
      }
      return matched;
    });
  }

  /** How many rows a query computes; they are written nowhere. */
  async rows(path: string, query: string): Promise<number> {
    return this.#with(path, async (dataset) => {
      let count = 0;
      const planned = plannedFor(query, dataset.recognised.format);
      for await (const { rows } of deriveRows(dataset, planned, signal, () => undefined)) count += rows;
      return count;
    });
  }

  /** What all columns hold; answers how many there are. */
  async describe(path: string): Promise<number> {
    return this.#with(path, async (dataset) => {
      const columns = fieldsOf(dataset);
      const scan = { query: undefined, columns, discover: true, deep: false, counts: false };
      const gathered = await gatherStatistics(dataset, scan, signal, () => undefined);
      return gathered.columns.length;
    });
  }

  /** How many records a schema allows. */
  async check(path: string, schemaFile: string): Promise<number> {
    const schema = await loadSchema(schemaFile, signal);
    const dataset = await Dataset.open({ kind: 'file', path }, { signal, pool: this.#pool, schema });
    try {
      return (await countTo(dataset, { query: '' }, { signal, progress: () => undefined })).matched;
    } finally {
      await dataset.close();
    }
  }

  /** Hands all records to a program, and writes what it returns. */
  async call(path: string, program: string, target: string): Promise<number> {
    await rm(target, { force: true });
    const programs = new Programs({
      worker: pathToFileURL(resolve('dist/stage.js')),
      threads: this.#pool.size,
      say: () => undefined,
    });
    return this.#with(path, async (dataset) => {
      const sink = await openTarget(target, { sources: dataset.location.paths });
      const asked = { query: `|> CALL '${program}'`, to: 'jsonl', sink, programs } as const;
      return (await exportTo(dataset, asked, { signal, progress: () => undefined })).matched;
    });
  }

  /** Sends all records to a service; answers how many it has accepted. */
  async send(path: string, address: string, batch: number): Promise<number> {
    return this.#with(path, async (dataset) => {
      const service = new ServiceSink(parseAddress(address), {
        form: 'jsonl',
        identity: 'bench',
        batch,
        signal,
      });
      const asked = { query: '', service };
      return (await exportTo(dataset, asked, { signal, progress: () => undefined })).sent?.accepted ?? 0;
    });
  }

  async export(path: string, query: string, target: string, to: ExportFormat = 'same'): Promise<number> {
    await rm(target, { force: true });
    return this.#with(path, async (dataset) => {
      const context = { signal, progress: () => undefined };
      const { matched } = await exportToFile(dataset, { query, to, target }, context);
      return matched;
    });
  }

  /** The same count twice: the second time what the first has learned of the column is there. */
  async secondCount(path: string, first: string, second: string): Promise<{ first: number; second: number }> {
    return this.#with(path, async (dataset) => {
      const time = async (query: string): Promise<number> => {
        const planned = plannedFor(query, dataset.recognised.format);
        const began = performance.now();
        for await (const _ of dataset.scan({ query: planned, output: { kind: 'count' } }, signal));
        return performance.now() - began;
      };
      return { first: await time(first), second: await time(second) };
    });
  }

  async #with<T>(path: string, work: (dataset: Dataset) => Promise<T>): Promise<T> {
    if (this.#folder !== undefined) {
      const store = new IndexStore(this.#folder, 1e9);
      const opened =
        this.#open.get(path) ?? Dataset.open({ kind: 'file', path }, { pool: this.#pool, signal, store });
      this.#open.set(path, opened);
      return work(await opened);
    }
    const dataset = await Dataset.open({ kind: 'file', path }, { pool: this.#pool, signal });
    try {
      return await work(dataset);
    } finally {
      await dataset.close();
    }
  }
}
