import {
  firstCapacity,
  layOutFrame,
  writeWords,
  type ColumnRequest,
  type Found,
  type Frame,
} from './frame.ts';
import { createKernelMemory, status, type ByteRange } from './memory.ts';
import { createSearch, searchAhead, type Search, type Needle } from './search.ts';

/**
 * Scans delimited text with SIMD, in a memory of its own as `JsonlKernel` does. Rows that RFC 4180 does not know are
 * left to another reader.
 */
export interface CsvKernel {
  /** See `Scanner.reserve`. */
  reserve(length: number, keep?: number): Uint8Array;
  /**
   * Finds records. Where a row is odd, `readOdd` is asked to put the row that begins at an index into `target`;
   * it answers the index of the next one, or -1 where the bytes do not tell. Rows that are not among the held
   * ones are given with all fields missing.
   */
  scan(
    range: ByteRange,
    request: CsvRequest,
    readOdd: (at: number, target: OddRow) => number,
    holding: Needle | undefined,
  ): FoundRows;
  /** See `Scanner.checksum`. */
  checksum(from: number, to: number): number;
  readonly search: Search;
}

export interface FoundRows extends Found {
  /** The records that may hold `holding`, ascending; undefined where all may. */
  readonly held: Uint32Array | undefined;
}

/** The same object for the same request: what is made of it is kept. */
export interface CsvRequest {
  /** `index` is the 0-based field; none has a negative one. */
  readonly columns: readonly (ColumnRequest & { readonly index: number })[];
  /** Fields of a row; 0 for any number. */
  readonly width: number;
  /** One byte each; 0 for no quote. */
  readonly delimiter: number;
  readonly quote: number;
  /** Rows of more bytes are odd. */
  readonly maxRowLength: number;
}

/** Where an odd row is put: nothing but lines, if it has no record. */
export interface OddRow {
  /** The buffer. */
  readonly bytes: Uint8Array;
  addLines(count: number): void;
  addRecord(start: number, end: number): void;
  /** Gives the record that was added last a fault, `at` counted from its start. */
  setFault(fault: number, at: number): void;
  /** Sets a field of the record that was added last. */
  setField(column: number, kind: number, start: number, end: number, number: number): void;
}

interface Layout {
  readonly request: CsvRequest;
  readonly generation: number;
  readonly frame: Frame;
  readonly indices: number;
}

/** The last operand of the kernel's scan: whether it heeds the places that were searched ahead, and from which on. */
const heldPlaces = { none: 0, fromFirst: 1, on: 2 };

export function createCsvKernel(): CsvKernel {
  const memory = createKernelMemory();
  /** How much more room there is than at first: grows with what blocks hold. */
  let growth = 1;
  let layout: Layout | undefined;

  function layOut(request: CsvRequest): Layout {
    const arena = memory.arena();
    const capacity = growth * firstCapacity(request.columns.length);
    const frame = layOutFrame(memory, arena, capacity, request.columns);
    const indices = arena.take(request.columns.length * 4);
    writeWords(arena.view(), indices, ...request.columns.map(({ index }) => index >>> 0));
    return { request, generation: memory.generation, frame, indices };
  }

  /** The records found; undefined where there is no room for them. */
  function scanWith(
    { frame, indices, request }: Layout,
    range: ByteRange,
    readOdd: (at: number, target: OddRow) => number,
    holding: Needle | undefined,
  ): FoundRows | undefined {
    const { exports } = memory;
    const oddRows: number[] = [];
    const ahead = holding !== undefined && searchAhead(memory, range.from, range.length, holding);
    let places = ahead ? heldPlaces.fromFirst : heldPlaces.none;
    let target: OddTarget | undefined;
    let from = range.from;
    let [rows, faulty, lines] = [0, 0, 0];
    for (;;) {
      const result = exports.scanCsv(
        memory.bufferAt,
        range.length,
        from,
        range.until,
        range.final ? 1 : 0,
        frame.address,
        indices,
        request.width,
        request.delimiter,
        request.quote,
        request.maxRowLength,
        rows,
        faulty,
        lines,
        places,
      );
      if (ahead) places = heldPlaces.on;
      if (result === status.full) return undefined;
      rows = exports.csvRows.value;
      faulty = exports.csvFaulty.value;
      lines = exports.csvLines.value;
      from = exports.csvNext.value;
      let incomplete = result === status.incomplete;

      if (result === status.odd) {
        if (rows === frame.capacity) return undefined;
        target ??= createOddTarget(frame);
        target.rows = rows;
        target.faulty = faulty;
        target.lines = lines;
        const next = readOdd(from, target);
        if (target.rows > rows) oddRows.push(rows);
        incomplete = next < 0;
        if (!incomplete) {
          ({ rows, faulty, lines } = target);
          from = next;
          if (from < range.until) continue;
        }
      }
      const held = ahead ? heldRows(oddRows) : undefined;
      return { ...frame.found(rows, { faulty, lineCount: lines, next: from, incomplete }), held };
    }
  }

  /** The rows that the kernel found a place in, and these. */
  function heldRows(others: readonly number[]): Uint32Array {
    const { heldRows, heldCount } = memory.exports;
    const { buffer } = memory.exports.memory;
    const held = new Uint32Array(buffer, heldRows.value, heldCount.value);
    if (others.length === 0) return held;
    const all = new Uint32Array(held.length + others.length);
    all.set(held);
    all.set(others, held.length);
    return all.sort();
  }

  return {
    search: createSearch(memory),
    checksum: (from, to) => memory.checksum(from, to),

    reserve(length, keep = 0) {
      memory.reserve(length, keep);
      return memory.bytes();
    },

    scan(range, request, readOdd, holding) {
      for (;;) {
        if (layout?.request !== request || layout.generation !== memory.generation) layout = layOut(request);
        const found = scanWith(layout, range, readOdd, holding);
        if (found !== undefined) return found;
        growth *= 4;
        layout = layOut(request);
      }
    },
  };
}

interface OddTarget extends OddRow {
  rows: number;
  faulty: number;
  lines: number;
}

function createOddTarget(frame: Frame): OddTarget {
  const all = frame.found(frame.capacity, { faulty: 0, lineCount: 0, next: 0, incomplete: false });
  const { starts, ends, lines, faults, faultAt, columns } = all;
  const target: OddTarget = {
    bytes: all.bytes,
    rows: 0,
    faulty: 0,
    lines: 0,

    addLines(count) {
      target.lines += count;
    },

    addRecord(start, end) {
      const row = target.rows++;
      starts[row] = start;
      ends[row] = end;
      lines[row] = target.lines;
      faults[row] = 0;
      faultAt[row] = 0;
      for (const column of columns) {
        column.kinds[row] = 0;
        column.starts[row] = 0;
        column.ends[row] = 0;
        if (column.numbers.length > 0) column.numbers[row] = NaN;
      }
    },

    setFault(fault, at) {
      faults[target.rows - 1] = fault;
      faultAt[target.rows - 1] = at;
      target.faulty++;
    },

    setField(index, kind, start, end, number) {
      const row = target.rows - 1;
      const column = columns[index];
      column.kinds[row] = kind;
      column.starts[row] = start;
      column.ends[row] = end;
      if (column.numbers.length === 0) return;
      column.numbers[row] = number;
      column.ranges.numberSet(number, target.bytes, start, end);
    },
  };
  return target;
}
