import type { Marks } from '../format/record.ts';
import type { Slot } from '../query/resolve/slot.ts';
import { slotsOfBound, type Step } from '../query/resolve/step.ts';
import { groupingOf } from './aggregate/grouping.ts';
import { Groups, type GroupingPlan } from './aggregate/groups.ts';
import { MergedGroups } from './aggregate/mergedGroups.ts';
import type { Batch } from './batch.ts';
import { ByteWriter } from './bytes.ts';
import { budgetsFor, maxGather, tooLarge } from './aggregate/tooLarge.ts';
import { discard } from '../discard.ts';
import { inPieces } from './pieces.ts';
import { MemoryLimitError } from './memoryLimit.ts';
import { mergeRuns, runBuffers } from './held/merge.ts';
import { partitions } from './held/partition.ts';
import { RowCodec, RowGatherer } from './held/rows.ts';
import { recordEnd } from './held/sortRecord.ts';
import { SpillReader, type SpillFolder, type SpillWriter } from './held/spill.ts';
import type { Stage, StageSetting } from './stage.ts';

/** AGGREGATE … GROUP BY. Each thread groups its own rows. */
export function aggregateStage(step: Step<'aggregate'>, slots: readonly Slot[]): Stage {
  const plan = (): GroupingPlan => groupingOf(step, slots);
  return {
    name: 'AGGREGATE',
    reads: slotsOfBound(step.bound),
    fills: [...step.keys, ...step.calls].map(({ slot }) => slot),
    renews: true,
    holds: true,
    reduces: true,
    parts: {
      reduce: () => new PartialAggregation(plan()),
      gather: (parts, { budget, folder, signal, keep }) =>
        mergedGroups(parts, new Aggregation(plan, budget, folder), signal, keep),
    },
    run: (input, { budget, folder, signal }) =>
      aggregate(input, new PartialAggregation(plan()), new Aggregation(plan, budget, folder), budget, signal),
  };
}

async function* mergedGroups(
  parts: AsyncIterable<Uint8Array>,
  aggregation: Aggregation,
  signal: AbortSignal,
  keep: StageSetting['keep'],
): AsyncGenerator<Batch> {
  for await (const part of parts) {
    await aggregation.merge(part);
    discard(part);
    signal.throwIfAborted();
  }
  const part = keep && aggregation.asPart();
  if (part) keep(part);
  yield* aggregation.finish(signal);
}

/**
 * AGGREGATE … GROUP BY, of what `PartialAggregation` has made of the rows. New groups are begun while all take
 * less than half of `budget` bytes; records of others are then put aside as they are, parted by a hash of the
 * key. When the known groups have grown to the whole of it, they are put aside as well, and new ones can begin.
 * Each part is gathered so in the end. Groups come out in the order in which they were first seen. A single
 * group may be `maxGather` times as large as the budget; then there is a MemoryLimitError.
 */
class Aggregation {
  readonly #gathering: Gathering;
  readonly #rows: RowCodec;
  readonly #budget: number;
  #merged = 0;

  /** @param plan makes the accumulators; called again for each part that is gathered */
  constructor(plan: () => GroupingPlan, budget: number, folder: SpillFolder) {
    const { keys, aggregates } = plan();
    this.#rows = new RowCodec(
      [],
      [...keys, ...aggregates].map(({ slot }) => slot),
    );
    this.#gathering = new Gathering(plan, budget, folder, 0);
    this.#budget = budget;
  }

  /**
   * Takes in what a `PartialAggregation` gave, in the order of the rows that it was made of. The bytes are void
   * then.
   */
  async merge(partial: Uint8Array): Promise<void> {
    const view = new DataView(partial.buffer, partial.byteOffset, partial.byteLength);
    for (let record = partialHeader; record < partial.length; record = recordEnd(partial, record)) {
      view.setFloat64(record + 4, view.getFloat64(record + 4, true) + this.#merged, true);
      if (!this.#gathering.tryTake(partial, record)) await this.#gathering.putAside(partial, record);
    }
    this.#merged += view.getFloat64(0, true);
  }

  /** All that was taken in, as one `PartialAggregation` would give it; undefined where that is much. */
  asPart(): Uint8Array | undefined {
    const groups = this.#gathering.whole();
    if (groups === undefined) return undefined;
    const out = new ByteWriter();
    out.double(this.#merged);
    for (let group = 0; group < groups.count; group++) {
      groups.write(group, out);
      if (out.length > maxPartial) return undefined;
    }
    return out.view().slice();
  }

  async *finish(signal: AbortSignal): AsyncGenerator<Batch> {
    const groups = this.#gathering.whole();
    if (groups !== undefined) {
      groups.ensureOne();
      yield* this.#results(groups);
      return;
    }
    const runs = await this.#gathering.finish(signal);
    for await (const { bytes, payloads } of mergeRuns(
      runs,
      runBuffers(runs.length, this.#budget / 2),
      signal,
    )) {
      yield this.#rows.read(bytes, payloads);
    }
  }

  *#results(groups: MergedGroups): Generator<Batch> {
    const gatherer = new RowGatherer(this.#rows);
    const row = new ByteWriter();
    for (const group of groups.inOrder()) {
      row.clear();
      groups.writeRow(group, row);
      gatherer.add(row.bytes, 0, row.length);
      if (gatherer.full) yield gatherer.take();
    }
    if (gatherer.count > 0) yield gatherer.take();
  }
}

/** Parts of parts of parts: beyond that, it is not the number of groups that is the trouble. */
const maxLevel = 4;

/** Gathers the groups of one part; of all, on level 0. */
class Gathering {
  readonly #plan: () => GroupingPlan;
  readonly #groups: MergedGroups;
  readonly #budget: number;
  readonly #folder: SpillFolder;
  readonly #level: number;
  readonly #record = new ByteWriter();
  #parts: SpillWriter[] | undefined;
  /** Hash of the record that `tryTake` has refused. */
  #refused = 0;
  /** Bytes that the groups held when that was last added up, and those of the records since then. */
  #size = 0;
  #since = 0;

  constructor(plan: () => GroupingPlan, budget: number, folder: SpillFolder, level: number) {
    this.#plan = plan;
    this.#groups = new MergedGroups(plan());
    this.#budget = budget;
    this.#folder = folder;
    this.#level = level;
  }

  /** The groups, if there is no need of any file. */
  whole(): MergedGroups | undefined {
    return this.#parts === undefined ? this.#groups : undefined;
  }

  /** Takes a record in if that needs no file; a record that it refuses must be put aside. */
  tryTake(bytes: Uint8Array, record: number): boolean {
    const groups = this.#groups;
    const end = recordEnd(bytes, record);
    // What is a single group, or has been parted often enough, cannot be parted further.
    const isLast = groups.count <= 1 || this.#level > maxLevel;
    if (!isLast && this.#size > this.#budget) {
      this.#refused = groups.hashOfRecord(bytes, record);
      return false;
    }
    const hash = groups.take(bytes, record, isLast || this.#size < this.#budget / 2);
    if (hash !== undefined) {
      this.#refused = hash;
      const parts = this.#parts;
      return parts !== undefined && this.#part(parts, hash).tryAppendRange(bytes, record, end);
    }
    this.#since += end - record;
    if (this.#since > this.#budget / 64) this.#measure(isLast);
    return true;
  }

  /** Puts aside what `tryTake` has refused, behind the groups where those have grown too large. */
  async putAside(bytes: Uint8Array, record: number): Promise<void> {
    const parts = (this.#parts ??= await openParts(this.#folder));
    const hash = this.#refused;
    if (this.#size > this.#budget) await this.#spill(parts);
    await this.#part(parts, hash).appendRange(bytes, record, recordEnd(bytes, record));
  }

  /** Runs of rows in the order of their groups' first rows. */
  async finish(signal: AbortSignal): Promise<string[]> {
    const parts = this.#parts;
    if (parts === undefined) return [await this.#writeRun()];
    await this.#spill(parts);
    for (const part of parts) await part.finish();
    const runs: string[] = [];
    for (const part of parts) runs.push(...(await this.#gather(part.path, signal)));
    return runs;
  }

  async #gather(path: string, signal: AbortSignal): Promise<string[]> {
    const gathering = new Gathering(this.#plan, this.#budget, this.#folder, this.#level + 1);
    const reader = await SpillReader.open(path, Buffer.allocUnsafe(256 * 1024));
    try {
      while (reader.tryNext() || (await reader.next())) {
        if (!gathering.tryTake(reader.bytes, reader.record)) {
          await gathering.putAside(reader.bytes, reader.record);
          signal.throwIfAborted();
        }
      }
    } finally {
      await reader.close();
    }
    signal.throwIfAborted();
    return gathering.finish(signal);
  }

  /** Writes all groups out and forgets them. */
  async #spill(parts: readonly SpillWriter[]): Promise<void> {
    const groups = this.#groups;
    for (let group = 0; group < groups.count; group++) {
      this.#record.clear();
      groups.write(group, this.#record);
      const { bytes, length } = this.#record;
      const part = this.#part(parts, groups.hashOf(group));
      if (!part.tryAppendRange(bytes, 0, length)) await part.appendRange(bytes, 0, length);
    }
    groups.clear();
    this.#measure(false);
  }

  /** Adding the sizes up takes longer than taking a record in. @throws MemoryLimitError */
  #measure(isLast: boolean): void {
    this.#since = 0;
    this.#size = this.#groups.size;
    if (isLast && this.#size > this.#budget * 2) this.#refuseLarge();
  }

  /** @throws MemoryLimitError */
  #refuseLarge(): void {
    const largest = this.#groups.largest();
    const limit = this.#budget * (largest === undefined ? maxGather : budgetsFor(largest));
    if (this.#size > limit) throw new MemoryLimitError(tooLarge(largest, limit));
  }

  async #writeRun(): Promise<string> {
    const groups = this.#groups;
    const writer = await this.#folder.create();
    const record = this.#record;
    const key = Buffer.alloc(8);
    try {
      for (const group of groups.inOrder()) {
        const first = groups.first(group);
        key.writeUInt32BE(Math.floor(first / 2 ** 32));
        key.writeUInt32BE(first % 2 ** 32, 4);
        record.clear();
        const start = record.beginBlock();
        const keyStart = record.beginBlock();
        record.copy(key);
        record.endBlock(keyStart);
        groups.writeRow(group, record);
        record.endBlock(start);
        const { bytes, length } = record;
        if (!writer.tryAppendRange(bytes, 0, length)) await writer.appendRange(bytes, 0, length);
      }
      groups.clear();
    } finally {
      await writer.finish();
    }
    return writer.path;
  }

  /** The highest bits of the hash: the lowest ones find a key among those of its part. */
  #part(parts: readonly SpillWriter[], hash: number): SpillWriter {
    return parts[Math.floor((hash / 2 ** 32) * partitions ** (this.#level + 1)) % partitions];
  }
}

async function openParts(folder: SpillFolder): Promise<SpillWriter[]> {
  const parts: SpillWriter[] = [];
  for (let part = 0; part < partitions; part++) parts.push(await folder.create());
  return parts;
}

/** Bytes before the first record of a partial aggregation: how many rows it was made of, as a double. */
const partialHeader = 8;

/** Groups the rows of one thread, to be put together by an `Aggregation`. */
class PartialAggregation {
  readonly #groups: Groups;
  readonly #out = new ByteWriter();
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

  addPacked(batch: Batch, marks: Marks | boolean): boolean {
    const isTaken = this.#groups.addPacked(batch, marks);
    if (isTaken) this.#rows += batch.rows;
    return isTaken;
  }

  /** What was gathered since the last `restart`. */
  take(): Uint8Array<ArrayBuffer> {
    const out = this.#out;
    out.clear();
    out.double(this.#rows);
    for (let group = 0; group < this.#groups.count; group++) this.#groups.write(group, out);
    return out.take();
  }

  restart(): void {
    this.#groups.clear();
    this.#rows = 0;
  }
}

/** AGGREGATE in one thread: what is made of some batches is put together as what threads make. */
async function* aggregate(
  batches: AsyncIterable<Batch>,
  partial: PartialAggregation,
  aggregation: Aggregation,
  budget: number,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const most = Math.min(maxPartial, budget / 4);
  for await (const size of inPieces(batches, (piece) => (partial.add(piece), partial.size), signal)) {
    if (size > most) {
      await aggregation.merge(partial.take());
      partial.restart();
    }
    signal.throwIfAborted();
  }
  await aggregation.merge(partial.take());
  partial.restart();
  yield* aggregation.finish(signal);
}

/** Bytes that a part of the rows may be gathered to. */
const maxPartial = 4 * 1024 * 1024;
