import { Fault, isReadable } from '../fault.ts';
import { Lender } from './lease.ts';
import { FieldColumn, Kind, RecordBlock, type FieldRequest, type ScanTask } from './record.ts';

/** Where a block ends, once its records are known. */
export type BlockEnd = Pick<RecordBlock, 'lineCount' | 'next' | 'incomplete'>;

/** The records of a block while they are being found; its memory is used again for the next block. */
export interface BlockBuilder {
  /** Forgets all records. */
  begin(fields: readonly FieldRequest[]): void;
  /** Adds a record without a fault, all its fields missing. */
  add(start: number, end: number, line: number): void;
  /** Sets a field of the record that was added last. */
  setField(column: number, kind: Kind, start: number, end: number): void;
  /** Takes back a field of the record that was added last. */
  clearField(column: number): void;
  /**
   * Gives the record that was added last a fault, and takes its fields back where it cannot be read with it. `at`
   * counts from the record's start.
   */
  setFault(fault: Fault, at: number): void;
  /** The block with all its records; void after the next `begin`. */
  finish(bytes: Uint8Array, task: ScanTask, end: BlockEnd): RecordBlock;
}

interface GrowingColumn {
  /** `Kind` of each record. */
  kinds: Uint8Array<ArrayBuffer>;
  starts: Uint32Array<ArrayBuffer>;
  ends: Uint32Array<ArrayBuffer>;
}

/** What `FieldColumn.numbers` says of a field. */
export type NumberOf = (bytes: Uint8Array, kind: number, start: number, end: number) => number;

export function createBlockBuilder(numberOf: NumberOf): BlockBuilder {
  const lender = new Lender();
  let requests: readonly FieldRequest[] = [];
  let count = 0;
  let faulty = 0;
  let room = 1024;
  let starts = new Uint32Array(room);
  let ends = new Uint32Array(room);
  let lines = new Uint32Array(room);
  let faults = new Uint8Array(room);
  let faultAt = new Uint32Array(room);
  const columns: GrowingColumn[] = [];

  function createColumn(): GrowingColumn {
    return { kinds: new Uint8Array(room), starts: new Uint32Array(room), ends: new Uint32Array(room) };
  }

  function double(): void {
    room *= 2;
    starts = grown32(starts, room);
    ends = grown32(ends, room);
    lines = grown32(lines, room);
    faults = grown8(faults, room);
    faultAt = grown32(faultAt, room);
    for (const column of columns) {
      column.kinds = grown8(column.kinds, room);
      column.starts = grown32(column.starts, room);
      column.ends = grown32(column.ends, room);
    }
  }

  function setField(column: number, kind: Kind, start: number, end: number): void {
    const target = columns[column];
    target.kinds[count - 1] = kind;
    target.starts[count - 1] = start;
    target.ends[count - 1] = end;
  }

  function clearFields(): void {
    for (let column = 0; column < requests.length; column++) setField(column, Kind.Missing, 0, 0);
  }

  function numbersOf(column: GrowingColumn, bytes: Uint8Array): Float64Array {
    const { kinds, starts, ends } = column;
    const numbers = new Float64Array(count);
    for (let record = 0; record < count; record++) {
      numbers[record] = numberOf(bytes, kinds[record], starts[record], ends[record]);
    }
    return numbers;
  }

  function finishColumn(column: GrowingColumn, request: FieldRequest, bytes: Uint8Array): FieldColumn {
    return new FieldColumn(
      column.kinds.subarray(0, count),
      column.starts.subarray(0, count),
      column.ends.subarray(0, count),
      request.numeric ? numbersOf(column, bytes) : noNumbers,
    );
  }

  return {
    begin(fields) {
      lender.takeBack();
      requests = fields;
      count = 0;
      faulty = 0;
      while (columns.length < fields.length) columns.push(createColumn());
    },

    add(start, end, line) {
      if (count === room) double();
      starts[count] = start;
      ends[count] = end;
      lines[count] = line;
      faults[count] = Fault.None;
      faultAt[count] = 0;
      count++;
      clearFields();
    },

    setField,

    clearField(column) {
      setField(column, Kind.Missing, 0, 0);
    },

    setFault(fault, at) {
      faults[count - 1] = fault;
      faultAt[count - 1] = at;
      faulty++;
      if (!isReadable(fault)) clearFields();
    },

    finish(bytes, task, end) {
      const parts = {
        bytes,
        offset: task.offset,
        count,
        starts: starts.subarray(0, count),
        ends: ends.subarray(0, count),
        lines: lines.subarray(0, count),
        faults: faults.subarray(0, count),
        faultAt: faultAt.subarray(0, count),
        faulty,
        lineCount: end.lineCount,
        next: end.next,
        incomplete: end.incomplete,
        fields: requests.map((request, column) => finishColumn(columns[column], request, bytes)),
      };
      return RecordBlock.borrowed(parts, lender.lend());
    },
  };
}

const noNumbers = new Float64Array(0);

function grown32(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(array);
  return larger;
}

function grown8(array: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length);
  larger.set(array);
  return larger;
}
