import { setImmediate } from 'node:timers/promises';
import { BarCounter } from '../columns/barCounter.ts';
import { columnName } from '../columns/columnStore.ts';
import { StoredBlocks } from '../columns/storedBlock.ts';
import type { StoredSegment } from '../columns/storedSegment.ts';
import { ValueCounter, type ValueCounts } from '../columns/valueCounter.ts';
import type { FieldRequest, Marks } from '../format/record.ts';
import { isEverything } from '../matchWindow.ts';
import { whereNeedsText } from '../pool/columns.ts';
import type { Plan } from '../query/index.ts';
import type { Knowledge } from './knowledge.ts';
import type { PlannedQuery } from './plan.ts';
import { lookingMs } from './stretches.ts';

interface OpenFile {
  readonly known: Knowledge;
  readonly indexed: boolean;
  readonly checks: boolean;
}

/** A column whose values are to be counted. */
export interface CountedField {
  readonly path: FieldRequest['path'];
  /** Where bars begin in which numbers may be counted: see `BarCounter`. Undefined: they are wanted one by one. */
  readonly edges: Float64Array | undefined;
}

/** What the blocks hold that keep a column as numbers, and those that keep it as few different values. */
export interface KeptCounts {
  readonly bars: BarCounter | undefined;
  readonly values: ValueCounts | undefined;
}

export interface CountedMatches {
  readonly matched: number;
  /** Of each column; undefined where it is not kept, or not so that it can be counted. */
  readonly columns: readonly (KeptCounts | undefined)[];
}

/**
 * Counts what the matches of a filter hold by packed columns alone: so little work that no other thread is asked. Undefined where
 * the columns do not tell which records match.
 * @throws the signal's reason
 */
export async function keptCounts(
  { known, indexed, checks }: OpenFile,
  { plan, window }: PlannedQuery,
  columns: readonly CountedField[],
  signal: AbortSignal,
): Promise<CountedMatches | undefined> {
  const { columns: store } = known;
  const { where } = plan;
  const isAsked = where?.mark !== undefined && plan.shape === 'records' && isEverything(window);
  if (!store || !indexed || checks || !isAsked || whereNeedsText(plan)) return undefined;
  await store.use([...where.fields, ...columns].map(columnName));
  const matches = new MatchingBlocks(known, plan, where.fields);
  const counters = columns.map(({ path, edges }) => {
    const name = columnName({ path });
    return { name, counter: new ColumnCounter(edges, () => new ValueCounter(store.valuesOf(name))) };
  });
  let matched = 0;
  let until = performance.now() + lookingMs;
  for (let block = 0; block < known.index.length; block++) {
    const marks = matches.in(block);
    if (marks === undefined) return undefined;
    if (marks !== false) {
      matched += marks.marked;
      for (const { name, counter } of counters) {
        if (counter.isWhole) counter.add(store.segment(name, block), marks);
      }
    }
    if (performance.now() < until) continue;
    await setImmediate();
    signal.throwIfAborted();
    until = performance.now() + lookingMs;
  }
  return { matched, columns: counters.map(({ counter }) => counter.found) };
}

/** The records that match, block by block. */
class MatchingBlocks {
  readonly #known: Knowledge;
  readonly #plan: Plan;
  readonly #fields: readonly FieldRequest[];
  readonly #names: readonly string[];
  readonly #blocks: StoredBlocks;

  constructor(known: Knowledge, plan: Plan, fields: readonly FieldRequest[]) {
    this.#known = known;
    this.#plan = plan;
    this.#fields = fields;
    this.#names = fields.map(columnName);
    this.#blocks = new StoredBlocks(fields);
  }

  /** False: none. Undefined where it is not known. Valid until the next block. */
  in(block: number): Marks | false | undefined {
    const { index, columns: store } = this.#known;
    const { zones, where } = this.#plan;
    const summary = index.summary(block);
    if (summary.records === 0 || !this.#known.mayMatch(zones, block)) return false;
    const segments: StoredSegment[] = [];
    for (const [at, field] of this.#fields.entries()) {
      const segment = store?.segment(this.#names[at], block);
      if (!segment?.answers(field)) return undefined;
      segments.push(segment);
    }
    const records = this.#blocks.block(summary, segments);
    const marks = where?.mark?.(records);
    return marks === true ? this.#blocks.all(records.count) : marks;
  }
}

/** Counts one column, as long as its blocks are kept. */
class ColumnCounter {
  readonly #edges: Float64Array | undefined;
  readonly #valueCounter: () => ValueCounter;
  #bars: BarCounter | undefined;
  #values: ValueCounter | undefined;
  isWhole = true;

  constructor(edges: Float64Array | undefined, valueCounter: () => ValueCounter) {
    this.#edges = edges;
    this.#valueCounter = valueCounter;
  }

  get found(): KeptCounts | undefined {
    return this.isWhole ? { bars: this.#bars, values: this.#values?.found } : undefined;
  }

  add(segment: StoredSegment | undefined, marks: Marks): void {
    this.isWhole = segment?.answers({ path: [], numeric: true }) === true && this.#add(segment, marks);
  }

  #add(segment: StoredSegment, marks: Marks): boolean {
    const { values } = segment;
    if (values.kind === 'dictionary') {
      this.#values ??= this.#valueCounter();
      return this.#values.add(segment, values.head, marks);
    }
    if (this.#edges === undefined) return false;
    this.#bars ??= new BarCounter(this.#edges);
    this.#bars.add(segment, values.head, marks);
    return true;
  }
}
