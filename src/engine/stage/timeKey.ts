import { isReadable } from '../fault.ts';
import { Kind, type FieldRequest, type RecordBlock } from '../format/record.ts';
import { dateIn, readValue } from '../query/cell.ts';
import { planQuery, type Layout, type Plan, type Query } from '../query/index.ts';
import { slotsOfBound } from '../query/resolve/step.ts';
import { readNumber, subtract, toDouble, type Numeric } from '../query/value/decimal.ts';
import { readTime, Timestamp } from '../query/value/time.ts';
import { DayCache, readMs, readNanos } from '../query/value/timeBytes.ts';
import { isNumeric, type Value } from '../query/value/value.ts';
import { batchOfBlock } from './batch.ts';
import type { BatchExpression } from './expression.ts';
import { sortKeys } from './orderBy.ts';
import type { FieldVector } from './vector.ts';

/** Where a record stands: two numbers, the second of which decides where the first ones are the same. */
export interface TimePlace {
  high: number;
  low: number;
}

/** `none`: there is no value; `other`: there is one by which records are not in order with those before. */
export type TimeFound = 'time' | 'none' | 'other';

/**
 * The times of records, or the numbers: which of the two, the first one says. Times are points in time, whatever their
 * zones are and however they are written.
 */
export class TimeKey implements TimePlace {
  /** What was found last: milliseconds and nanoseconds, or the nearest double of a number and how far it is from that. */
  high = 0;
  low = 0;
  kind: 'time' | 'number' | undefined;
  readonly fields: readonly FieldRequest[];
  readonly #plan: Plan;
  readonly #key: BatchExpression;
  #block: RecordBlock | undefined;
  #field: FieldVector | undefined;
  readonly #days = new DayCache();

  private constructor(plan: Plan, key: BatchExpression) {
    this.fields = plan.fields.map(({ path }) => ({ path, numeric: true }));
    this.#plan = plan;
    this.#key = key;
  }

  /** Undefined where more than a record's own fields must be known to tell its time. */
  static of(query: Query, layout: Layout): TimeKey | undefined {
    const planned = planQuery(query, layout);
    const plan = planned.asRecords ?? planned;
    const [step] = plan.steps;
    if (plan.steps.length !== 1 || step.kind !== 'sort') return undefined;
    const sources = slotsOfBound(step.bound).map((slot) => plan.slots[slot].source.kind);
    if (sources.some((kind) => kind !== 'field' && kind !== 'record')) return undefined;
    const [{ expression }] = sortKeys(step.keys, step.bound, plan.slots);
    return new TimeKey(plan, expression);
  }

  /** Makes `block` the one that `read` is asked of: its fields are those of `fields`. */
  use(block: RecordBlock): void {
    const batch = batchOfBlock(this.#plan, block, nobody, 0, { record: 0, line: 0 });
    this.#block = block;
    this.#field = this.#key.reading === undefined ? this.#key.field(batch) : undefined;
    this.#key.use(batch);
  }

  /** Reads the time of a record into `high` and `low`. */
  read(record: number): TimeFound {
    const block = this.#block;
    if (!block || !isReadable(block.faults[record])) return 'none';
    if (this.#field && this.#readField(this.#field, record)) return this.#is('time');
    const value = this.#value(record);
    if (value === null) return 'none';
    if (isNumeric(value)) {
      if (this.kind === 'time') return 'other';
      this.high = toDouble(value);
      this.low = typeof value === 'number' ? 0 : distance(value, this.high);
      return this.#is('number');
    }
    const time = typeof value === 'string' ? (readTime(value) ?? readLogTime(value)) : value;
    if (!(time instanceof Timestamp)) return 'other';
    this.high = time.ms;
    this.low = time.nanos;
    return this.#is('time');
  }

  /** A text of a table that is a number, or is written in its column's own way, is what it reads as. */
  #value(record: number): Value {
    const { reading, loose } = this.#key;
    const value = readValue(this.#key.value(record), reading);
    return loose && typeof value === 'string' ? (readNumber(value) ?? value) : value;
  }

  #is(kind: 'time' | 'number'): TimeFound {
    this.kind ??= kind;
    return this.kind === kind ? 'time' : 'other';
  }

  /** Reads what is written as most times are, from its bytes; false, and nothing, where it is written otherwise. */
  #readField({ bytes, column }: FieldVector, record: number): boolean {
    if (column.kinds[record] !== Kind.Text) return false;
    const ms = readMs(bytes, column.starts[record], column.ends[record], this.#days);
    if (Number.isNaN(ms)) return false;
    this.high = ms;
    this.low = readNanos;
    return true;
  }
}

/** As web servers write times in their logs: 10/Oct/2026:13:55:36 -0700. */
const logTime = /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}$/;
const logReading = { kind: 'date', order: 'dmy', separator: '/', named: true } as const;

function readLogTime(text: string): Timestamp | undefined {
  return logTime.test(text) ? dateIn(text, logReading) : undefined;
}

const nobody = new Uint32Array(0);

/** What is left of a number beside a double. */
function distance(value: Numeric, double: number): number {
  const rest = Number.isFinite(double) ? subtract(value, double) : undefined;
  return rest === undefined ? 0 : toDouble(rest);
}
