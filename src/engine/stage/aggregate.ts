import { Groups, type GroupingPlan } from './aggregate/groups.ts';
import { wholeBatch, type Batch } from './batch.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { MemoryLimitError } from './memoryLimit.ts';
import { mergeRuns, runBuffers } from './merge.ts';
import { partitionOf, partitions } from './partition.ts';
import { rowsPerBatch } from './rows.ts';
import { runRecord } from './sortRecord.ts';
import { SpillReader, type SpillFolder, type SpillWriter } from './spill.ts';
import { CellVector, type Cell, type Vector } from './vector.ts';

/**
 * AGGREGATE … GROUP BY. Groups are held up to `budget` bytes; then what is known of them is written out, parted by a
 * hash of the key, and gathered part by part in the end. Groups come out in the order in which they were first seen.
 * A single group may be four times as large; then there is a MemoryLimitError.
 */
export class Aggregation {
  readonly #plan: () => GroupingPlan;
  readonly #groups: Groups;
  readonly #grouping: GroupingPlan;
  readonly #budget: number;
  readonly #folder: SpillFolder;
  readonly #record = new ByteWriter();
  #parts: SpillWriter[] | undefined;
  #merged = 0;

  /** @param plan makes the accumulators; called again for each part that is gathered */
  constructor(plan: () => GroupingPlan, budget: number, folder: SpillFolder) {
    this.#plan = plan;
    this.#grouping = plan();
    this.#groups = new Groups(this.#grouping);
    this.#budget = budget;
    this.#folder = folder;
  }

  async add(batch: Batch): Promise<void> {
    this.#groups.add(batch);
    if (this.#groups.size > this.#budget) await this.#spill();
  }

  /** Takes in what `partial` gave, in the order of the rows that it was made of. */
  async merge(partial: Uint8Array): Promise<void> {
    const reader = new ByteReader(partial);
    const rows = reader.double();
    while (reader.left > 0) this.#groups.merge(reader, this.#merged);
    this.#merged += rows;
    if (this.#groups.size > this.#budget) await this.#spill();
  }

  async *finish(signal: AbortSignal): AsyncGenerator<Batch> {
    if (this.#parts === undefined) {
      this.#groups.ensureOne();
      yield* results(this.#groups, this.#grouping, inOrder(this.#groups));
      return;
    }
    await this.#spill();
    const parts = this.#parts;
    for (const part of parts) await part.finish();
    const runs: string[] = [];
    for (const part of parts) runs.push(...(await this.#gather(part.path, 1, signal)));
    const buffers = runBuffers(runs.length, this.#budget / 2);
    const grouping = this.#plan();
    for await (const { bytes, payloads } of mergeRuns(runs, buffers, signal)) {
      const groups = new Groups(grouping);
      const reader = new ByteReader(bytes);
      for (const payload of payloads) {
        reader.at = payload;
        groups.merge(reader, 0);
      }
      yield* results(groups, grouping, inOrder(groups));
      groups.clear();
    }
  }

  async #spill(): Promise<void> {
    const parts = (this.#parts ??= await openParts(this.#folder));
    await writeParts(this.#groups, parts, 0, this.#record);
    this.#groups.clear();
  }

  /** Puts together what was written of the groups of a part; gives runs of whole groups in order. */
  async #gather(path: string, level: number, signal: AbortSignal): Promise<string[]> {
    const groups = new Groups(this.#plan());
    const reader = await SpillReader.open(path, Buffer.allocUnsafe(256 * 1024));
    let parts: SpillWriter[] | undefined;
    try {
      while (reader.tryNext() || (await reader.next())) {
        groups.merge(new ByteReader(reader.content), 0);
        if (groups.size <= this.#budget) continue;
        // A single group cannot be parted further.
        if (groups.count === 1 || level > maxLevel) {
          if (groups.size > maxGather * this.#budget) throw new MemoryLimitError(tooLarge);
          continue;
        }
        parts ??= await openParts(this.#folder);
        await writeParts(groups, parts, level, this.#record);
        groups.clear();
        signal.throwIfAborted();
      }
      if (parts === undefined) return [await this.#writeRun(groups)];
      await writeParts(groups, parts, level, this.#record);
    } finally {
      await reader.close();
      for (const part of parts ?? []) await part.finish();
    }
    const runs: string[] = [];
    for (const part of parts) runs.push(...(await this.#gather(part.path, level + 1, signal)));
    return runs;
  }

  /** Groups with the number of their first row as key, in its order. */
  async #writeRun(groups: Groups): Promise<string> {
    const writer = await this.#folder.create();
    const key = Buffer.alloc(8);
    try {
      for (const group of inOrder(groups)) {
        const first = groups.first(group);
        key.writeUInt32BE(Math.floor(first / 2 ** 32));
        key.writeUInt32BE(first % 2 ** 32, 4);
        this.#record.clear();
        groups.write(group, this.#record);
        await writer.append(runRecord(key, this.#record.view()));
      }
    } finally {
      await writer.finish();
    }
    return writer.path;
  }
}

/** Parts of parts of parts: beyond that, it is not the number of groups that is the trouble. */
const maxLevel = 4;
/** How far groups may go beyond the budget that cannot be parted, in budgets. */
const maxGather = 4;
const tooLarge =
  'A group has more values than fit into memory: median, quantile_cont, mode, list, string_agg and DISTINCT keep all of them.';

async function openParts(folder: SpillFolder): Promise<SpillWriter[]> {
  const parts: SpillWriter[] = [];
  for (let part = 0; part < partitions; part++) parts.push(await folder.create());
  return parts;
}

async function writeParts(
  groups: Groups,
  parts: readonly SpillWriter[],
  level: number,
  record: ByteWriter,
): Promise<void> {
  for (let group = 0; group < groups.count; group++) {
    const part = parts[partitionOf(groups.keyBytes(group), level)];
    record.clear();
    groups.write(group, record);
    if (!part.tryAppend(record.view())) await part.append(record.view());
  }
}

/** Groups in the order of their first rows; merging may have found an earlier one for a later group. */
function inOrder(groups: Groups): number[] {
  return Array.from({ length: groups.count }, (_, group) => group).sort(
    (a, b) => groups.first(a) - groups.first(b) || a - b,
  );
}

function* results(groups: Groups, plan: GroupingPlan, order: readonly number[]): Generator<Batch> {
  for (let from = 0; from < order.length; from += rowsPerBatch) {
    const rows = order.slice(from, from + rowsPerBatch);
    const vectors: (Vector | undefined)[] = [];
    const fill = (slot: number, cell: (group: number) => Cell): void => {
      vectors[slot] = new CellVector(rows.map(cell));
    };
    for (const [at, { slot }] of plan.keys.entries()) fill(slot, (group) => groups.key(group, at));
    for (const { slot, accumulator } of plan.aggregates) fill(slot, (group) => accumulator.result(group));
    yield wholeBatch(vectors, rows.length);
  }
}

/** Groups the rows of one thread, to be put together by an `Aggregation`. */
export class PartialAggregation {
  readonly #groups: Groups;
  #rows = 0;

  constructor(plan: GroupingPlan) {
    this.#groups = new Groups(plan);
  }

  get size(): number {
    return this.#groups.size;
  }

  add(batch: Batch): void {
    this.#groups.add(batch);
    this.#rows += batch.count;
  }

  /** What was gathered since the last `restart`. */
  take(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter();
    out.double(this.#rows);
    for (let group = 0; group < this.#groups.count; group++) this.#groups.write(group, out);
    return out.take();
  }

  restart(): void {
    this.#groups.restart();
    this.#rows = 0;
  }
}

/** AGGREGATE in one thread. */
export async function* aggregate(
  batches: AsyncIterable<Batch>,
  aggregation: Aggregation,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    await aggregation.add(batch);
    signal.throwIfAborted();
  }
  yield* aggregation.finish(signal);
}
