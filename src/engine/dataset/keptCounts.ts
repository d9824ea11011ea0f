import { setImmediate } from 'node:timers/promises';
import { BarCounter, type CountedBars } from '../columns/barCounter.ts';
import { columnName } from '../columns/columnStore.ts';
import { everyRecord } from '../columns/storedBlock.ts';
import type { StoredSegment } from '../columns/storedSegment.ts';
import { ValueCounter, type ValueCounts } from '../columns/valueCounter.ts';
import type { FieldRequest, Marks } from '../format/record.ts';
import { isEverything } from '../matchWindow.ts';
import { whereNeedsText } from '../pool/columns.ts';
import type { Dataset } from './dataset.ts';
import { KeptBlocks } from './keptBlocks.ts';
import type { PlannedQuery } from './plan.ts';
import { lookingMs } from './stretches.ts';

/** A column whose values are to be counted. */
export interface CountedField {
  readonly path: FieldRequest['path'];
  /** In which numbers and times may be counted. Undefined: they are wanted one by one. */
  readonly bars: CountedBars | undefined;
}

/** What the blocks hold that keep a column as numbers or times, and those that keep it as few different values. */
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
  { known, indexed, checks }: Pick<Dataset, 'known' | 'indexed' | 'checks'>,
  { plan, window }: PlannedQuery,
  columns: readonly CountedField[],
  signal: AbortSignal,
): Promise<CountedMatches | undefined> {
  const { columns: store } = known;
  const { where, zones } = plan;
  const isAsked = plan.shape === 'records' && isEverything(window) && !whereNeedsText(plan);
  if (!store || !indexed || checks || !isAsked || where?.mark === undefined) return undefined;
  await store.use([...where.fields, ...columns].map(columnName));
  const kept = new KeptBlocks(store, () => known.index, where.fields);
  /** False: none match. Undefined where that is not known. */
  const marksOf = (block: number): Marks | false | undefined => {
    if (known.index.summary(block).records === 0 || !known.mayMatch(zones, block)) return false;
    const records = kept.records(block);
    if (records === undefined) return undefined;
    const marks = where.mark?.(records);
    return marks === true ? everyRecord(records.count) : marks;
  };
  const counters = columns.map(({ path, bars }) => {
    const name = columnName({ path });
    return { name, counter: new ColumnCounter(bars, () => new ValueCounter(store.valuesOf(name))) };
  });
  let matched = 0;
  let until = performance.now() + lookingMs;
  for (let block = 0; block < known.index.length; block++) {
    const marks = marksOf(block);
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

/** Counts one column, as long as its blocks are kept. */
class ColumnCounter {
  readonly #countedBars: CountedBars | undefined;
  readonly #valueCounter: () => ValueCounter;
  #bars: BarCounter | undefined;
  #values: ValueCounter | undefined;
  isWhole = true;

  constructor(bars: CountedBars | undefined, valueCounter: () => ValueCounter) {
    this.#countedBars = bars;
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
    if (this.#countedBars === undefined) return false;
    this.#bars ??= new BarCounter(this.#countedBars);
    this.#bars.add(segment.words, values, marks);
    return true;
  }
}
