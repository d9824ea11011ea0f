/**
 * Where a scan's time goes: what one thread spends on each part of a job, in milliseconds a GB, beside the whole.
 * `--size MB`, `--rounds N`.
 */
import { Session, type Profiler } from 'node:inspector/promises';
import { parseArgs } from 'node:util';
import { Dataset } from '../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../src/engine/dataset/plan.ts';
import { Performer } from '../../src/engine/pool/perform.ts';
import type { Pool } from '../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../src/engine/pool/task.ts';
import { sampleFile, warm } from './data.ts';
import { median } from './measure.ts';

const { values } = parseArgs({
  options: { size: { type: 'string', default: '600' }, rounds: { type: 'string', default: '5' } },
});
const megabytes = Number(values.size);
const rounds = Number(values.rounds);

/** The parts, and the functions that each is made of: of the kernel by file, of the engine and of Node by name. */
const parts: readonly (readonly [string, RegExp])[] = [
  ['read', /^(read|readSync|\(program\))$/],
  ['mark', /^(marks|rows|escape)\//],
  ['UTF-8', /^utf8\//],
  ['search', /^search\//],
  ['records and values', /^(shape|jsonl|csv|walk|tokens|scalar|frame|text|path|ranges)\//],
];

/** A pool of this one thread, which does nothing else meanwhile, as a worker does. */
class OneThread implements Pool<Task, Result> {
  readonly size = 1;
  readonly #performer = new Performer(true);
  #last: Promise<unknown> = Promise.resolve();

  run(task: Task, _priority: number, signal: AbortSignal): Promise<Result> {
    const result = this.#last.then(() => this.#performer.perform(task, signal));
    this.#last = result.catch(() => undefined);
    return result;
  }

  start(): void {
    // There is nothing that could be.
  }

  release(key: string): void {
    this.#last = this.#last.then(() => this.#performer.release(key));
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#performer.close();
  }
}

const signal = new AbortController().signal;
const pool = new OneThread();

async function count(path: string, query: string): Promise<void> {
  const dataset = await Dataset.open({ kind: 'file', path }, { pool, signal });
  try {
    const planned = query === '' ? undefined : plannedFor(query, dataset.recognised.format);
    for await (const _ of dataset.scan({ query: planned, output: { kind: 'count' } }, signal));
  } finally {
    await dataset.close();
  }
}

/** Microseconds of each part, the rest of the engine's own code last. */
function divide({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): number[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
  const times = new Array<number>(parts.length + 1).fill(0);
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    // What the profiler itself does, and waiting, is no part of a scan.
    if (name === '(idle)' || name === 'dispatch') continue;
    const part = parts.findIndex(([, pattern]) => pattern.test(name));
    times[part < 0 ? parts.length : part] += timeDeltas[index];
  }
  return times;
}

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: 200 });
const titles = [...parts.map(([title]) => title), 'JavaScript'];
console.log(`${'ms a GB, one thread'.padEnd(52)}${['all', ...titles].map((t) => t.padStart(20)).join('')}`);
try {
  for (const [format, query] of [
    ['jsonl', ''],
    ['jsonl', 'status >= 500'],
    ['jsonl', "user.country = 'DE' AND latency_ms > 900"],
    ['csv', ''],
    ['csv', 'status >= 500'],
    ['csv', "message LIKE '%timeout%'"],
  ] as const) {
    const path = await sampleFile(format, megabytes);
    await warm(path);
    await count(path, query);
    const runs: number[][] = [];
    for (let round = 0; round < rounds; round++) {
      await session.post('Profiler.start');
      await count(path, query);
      runs.push(divide((await session.post('Profiler.stop')).profile));
    }
    // Microseconds of so many MB are milliseconds of so many GB.
    const columns = titles.map((_, part) => median(runs.map((run) => run[part])) / megabytes);
    const all = median(runs.map((run) => run.reduce((sum, time) => sum + time, 0))) / megabytes;
    const job = `${format.toUpperCase()}, ${query === '' ? 'index' : query}`;
    console.log(`${job.padEnd(52)}${[all, ...columns].map((ms) => ms.toFixed(0).padStart(20)).join('')}`);
  }
} finally {
  session.disconnect();
  await pool.close();
}
