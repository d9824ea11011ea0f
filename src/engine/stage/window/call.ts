import type { Bound } from '../../query/resolve/step.ts';
import type { Slot } from '../../query/resolve/slot.ts';
import type { Call } from '../../query/syntax/tree.ts';
import { momentIn, numberIn, type CellNature } from '../../query/cell.ts';
import { rounded } from '../../query/value/decimal.ts';
import { ExactSums } from '../aggregate/exactSum.ts';
import { TimeSums } from '../aggregate/timeSums.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter } from '../bytes.ts';
import { compileForBatches, type BatchExpression } from '../expression.ts';
import { compareKeys, writeSortKey } from '../held/key.ts';
import type { SortExpression } from '../orderBy.ts';
import { CellVector, valueOf, type Cell } from '../vector.ts';
import { Ring } from './ring.ts';

/** A window function as the query calls it, compiled; each partition makes a state of it. */
export interface WindowCall {
  readonly slot: number;
  /** Rows after the current one that must be known before its value is. */
  readonly ahead: number;
  /** What is looked at in each row; undefined for count(*) and row_number. */
  readonly input: BatchExpression | undefined;
  readonly otherwise: BatchExpression | undefined;
  begin(): WindowState;
}

/** One window moving over the rows of one partition. Rows are numbered from 0. */
export interface WindowState {
  /** Takes in the next row. */
  push(cell: Cell, otherwise: Cell): void;
  /** The value for a row, asked for in order, once `ahead` rows more are in, or all. */
  result(row: number): Cell;
}

export function createWindowCall(call: Call, slot: number, bound: Bound, slots: readonly Slot[]): WindowCall {
  const name = call.name.name.toLowerCase();
  const distance = call.arguments.at(1);
  const compile = (at: number): BatchExpression | undefined =>
    at < call.arguments.length ? compileForBatches(call.arguments[at], bound, slots) : undefined;
  const input = compile(0);
  const otherwise = compile(2);
  const base = { slot, input, otherwise };
  if (name === 'row_number') return { ...base, ahead: 0, begin: rowNumber };
  if (name === 'rank' || name === 'dense_rank') {
    const keys = (call.over?.orderBy ?? []).map((key) => ({
      ...key,
      expression: compileForBatches(key.expression, bound, slots),
    }));
    return { ...base, input: sortKeyOf(keys), ahead: 0, begin: () => ranked(name === 'dense_rank') };
  }
  if (name === 'lag' || name === 'lead') {
    const rows = distance?.kind === 'literal' && typeof distance.value === 'number' ? distance.value : 1;
    const shift = name === 'lag' ? -rows : rows;
    return { ...base, ahead: Math.max(0, shift), begin: () => shifted(shift) };
  }
  const { preceding, following } = call.over ?? { preceding: 0, following: 0 };
  const frame = { preceding, following };
  const ahead = Math.max(0, following);
  const nature = input ?? { loose: false };
  const countsRows = input === undefined;
  switch (name) {
    case 'count':
      return { ...base, ahead, begin: () => counted(frame, countsRows) };
    case 'sum':
    case 'avg':
      return { ...base, ahead, begin: () => summed(frame, name === 'avg', nature) };
    case 'min':
    case 'max':
      return { ...base, ahead, begin: () => extreme(frame, name === 'max', nature) };
    case 'first_value':
    case 'last_value':
      return { ...base, ahead, begin: () => edge(frame, name === 'last_value') };
    default:
      throw new Error(`${name} was let through by the validator`);
  }
}

interface Frame {
  readonly preceding: number;
  readonly following: number;
}

function rowNumber(): WindowState {
  return { push: () => undefined, result: (row) => row + 1 };
}

/** What rows are sorted by, as a text: equal rows have the same. */
function sortKeyOf(keys: readonly SortExpression[]): BatchExpression {
  const out = new ByteWriter(64);
  const value = (row: number): string => {
    out.clear();
    for (const key of keys) writeSortKey(out, key.expression.value(row), key, key.expression);
    return Buffer.from(out.view()).toString('latin1');
  };
  const use = (batch: Batch): void => {
    for (const { expression } of keys) expression.use(batch);
  };
  return {
    loose: false,
    use,
    value,
    field: () => undefined,
    vector(batch) {
      use(batch);
      const cells = new Array<Cell>(batch.rows).fill(null);
      for (let i = 0; i < batch.count; i++) {
        const cell = value(batch.selection[i]);
        batch.room?.takeCell(cell);
        cells[batch.selection[i]] = cell;
      }
      return new CellVector(cells);
    },
  };
}

/** Rows come in their order; equal ones have equal cells. */
function ranked(dense: boolean): WindowState {
  const ranks = new Ring<number>();
  let last: Cell = null;
  let rank = 0;
  return {
    push(cell) {
      if (cell !== last) rank = dense ? rank + 1 : ranks.end + 1;
      last = cell;
      ranks.push(rank);
    },
    result(row) {
      const result = ranks.at(row) ?? null;
      ranks.dropBefore(row + 1);
      return result;
    },
  };
}

function shifted(shift: number): WindowState {
  const cells = new Ring<Cell>();
  const defaults = new Ring<Cell>();
  return {
    push(cell, otherwise) {
      cells.push(cell);
      defaults.push(otherwise);
    },
    result(row) {
      const cell = cells.at(row + shift);
      const result = cell === undefined ? (defaults.at(row) ?? null) : cell;
      cells.dropBefore(row + Math.min(0, shift) + 1);
      defaults.dropBefore(row + 1);
      return result;
    },
  };
}

/** Tells a function of the rows that enter and leave the window of a row. */
function moving(
  frame: Frame,
  enter: (cell: Cell, row: number) => void,
  leave: (cell: Cell, row: number) => void,
): { readonly push: (cell: Cell) => void; readonly moveTo: (row: number) => void } {
  const cells = new Ring<Cell>();
  let entered = 0;
  let left = 0;
  return {
    push: (cell) => cells.push(cell),
    moveTo(row) {
      const end = Math.min(cells.end, row + frame.following + 1);
      for (; entered < end; entered++) enter(cells.at(entered) ?? null, entered);
      const begin = Math.min(row - frame.preceding, entered);
      for (; left < begin; left++) leave(cells.at(left) ?? null, left);
      // Without a beginning no row ever leaves, so none has to be kept once it is in.
      cells.dropBefore(frame.preceding === Infinity ? entered : left);
    },
  };
}

function counted(frame: Frame, countsRows: boolean): WindowState {
  let count = 0;
  const weight = (cell: Cell): number => (countsRows || cell !== null ? 1 : 0);
  const window = moving(
    frame,
    (cell) => (count += weight(cell)),
    (cell) => (count -= weight(cell)),
  );
  return {
    push: window.push,
    result(row) {
      window.moveTo(row);
      return count;
    },
  };
}

function summed(frame: Frame, mean: boolean, nature: CellNature): WindowState {
  const sums = new ExactSums();
  sums.reserve(1);
  const times = new TimeSums();
  let count = 0;
  const change = (cell: Cell, by: 'add' | 'subtract'): void => {
    const value = valueOf(cell);
    const number = numberIn(value, nature);
    if (number !== undefined) {
      sums[by](0, number);
      count += by === 'add' ? 1 : -1;
      return;
    }
    const moment = momentIn(value, nature);
    if (moment !== undefined) times[by](0, moment);
  };
  const window = moving(
    frame,
    (cell) => change(cell, 'add'),
    (cell) => change(cell, 'subtract'),
  );
  return {
    push: window.push,
    result(row) {
      window.moveTo(row);
      if (count === 0) return mean ? times.mean(0) : times.sum(0);
      if (!mean) return sums.sum(0) ?? null;
      const sum = sums.toDouble(0);
      return sum === undefined ? null : (rounded(sum / count) ?? null);
    },
  };
}

const order = { descending: false, nullsFirst: false };

/** Keeps the candidates only: a row that a later, better one stands beside can never be the best again. */
function extreme(frame: Frame, largest: boolean, nature: CellNature): WindowState {
  const candidates: { readonly row: number; readonly key: Uint8Array; readonly cell: Cell }[] = [];
  const out = new ByteWriter(64);
  const window = moving(
    frame,
    (cell, row) => {
      const value = valueOf(cell);
      if (value === null) return;
      out.clear();
      writeSortKey(out, value, order, nature);
      const key = out.take();
      for (let last = candidates.at(-1); last !== undefined; last = candidates.at(-1)) {
        const difference = compareKeys(key, last.key);
        if (largest ? difference <= 0 : difference >= 0) break;
        candidates.pop();
      }
      candidates.push({ row, key, cell });
    },
    (_cell, row) => {
      if (candidates.at(0)?.row === row) candidates.shift();
    },
  );
  return {
    push: window.push,
    result(row) {
      window.moveTo(row);
      return candidates.at(0)?.cell ?? null;
    },
  };
}

function edge(frame: Frame, atEnd: boolean): WindowState {
  const cells = new Ring<Cell>();
  let first: Cell = null;
  return {
    push(cell) {
      if (cells.end === 0) first = cell;
      cells.push(cell);
    },
    result(row) {
      const begin = Math.max(0, row - frame.preceding);
      const end = Math.min(cells.end, row + frame.following + 1);
      const isEmpty = end <= begin;
      const cell = atEnd ? cells.at(end - 1) : begin === 0 ? first : cells.at(begin);
      const kept = Math.min(atEnd ? row + frame.following : begin, row + 1);
      cells.dropBefore(Math.max(0, kept));
      return isEmpty ? null : (cell ?? null);
    },
  };
}
