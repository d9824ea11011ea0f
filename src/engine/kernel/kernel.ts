import wasm from './assembly/kernel.wasm';

/**
 * The SIMD kernel in a memory of its own: a buffer that sources read into, and behind it what a scan finds there.
 * It knows addresses and bytes; what they mean is said in `format`.
 */
export interface Kernel {
  /** See `Scanner.reserve`. */
  reserve(length: number, keep?: number): Uint8Array;
  /** Views of what `scan` found, void after the next call of anything here. */
  scanJsonl(
    lines: LineRange,
    columns: readonly ColumnRequest[],
    root: NameNode | undefined,
    limits: Limits,
  ): Found;
}

/** The lines that begin in [from, until) of the buffer's first `length` bytes. */
export interface LineRange {
  readonly length: number;
  readonly from: number;
  readonly until: number;
  /** Whether the last line ends at `length` without a line end. */
  readonly final: boolean;
}

export interface ColumnRequest {
  readonly numeric: boolean;
}

/** Members of a JSON object that matter, as a tree. */
export interface NameNode {
  /** Index of the column whose path ends here. */
  readonly column: number | undefined;
  /** Columns whose paths end here or further down. */
  readonly below: readonly number[];
  readonly names: readonly { readonly utf8: Uint8Array; readonly node: NameNode }[];
}

export interface Limits {
  readonly maxDepth: number;
  readonly maxRecordLength: number;
}

/** Records as in `RecordBlock`, all indices into `bytes`. */
export interface Found {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly lines: Uint32Array;
  /** `suspect`, or 0. */
  readonly faults: Uint8Array;
  readonly suspects: number;
  readonly lineCount: number;
  readonly next: number;
  readonly incomplete: boolean;
  readonly columns: readonly FoundColumn[];
}

export interface FoundColumn {
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Empty when not asked for. */
  readonly numbers: Float64Array;
}

/** What `Found.faults` has of a record that another reader must look at: it is malformed, or too rare a thing. */
export const suspect = 255;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly rows: WebAssembly.Global;
  readonly suspects: WebAssembly.Global;
  readonly lines: WebAssembly.Global;
  readonly next: WebAssembly.Global;
  heapBase(): number;
  forgetShapes(): void;
  scanJsonl(...operands: number[]): number;
}

const status = { done: 0, incomplete: 1, full: 2 };

const pageSize = 65536;
/** Sizes of the structures in assembly/frame.ts and path.ts. */
const frameSize = 28;
const columnSize = 16;
const nodeSize = 20;
const keySize = 32;
const levelSize = 20;
/** Bytes around the buffer that the kernel may touch: it looks back a block and ahead a stretch and some. */
const before = 64;
const after = 4352;
/** A memory that was grown past this for one huge record is given back when small ones follow. */
const keptSize = 64 * 1024 * 1024;

let compiled: WebAssembly.Module | undefined;

function instantiate(): Exports {
  compiled ??= new WebAssembly.Module(wasm);
  return new WebAssembly.Instance<Exports>(compiled).exports;
}

export function createKernel(): Kernel {
  let exports = instantiate();
  let capacity = 0;
  /** Records that the arrays have room for: grows with what blocks hold. */
  let rows = 4096;
  /** Shapes hold for one set of columns. */
  let lastRoot: NameNode | undefined;

  const bufferAt = (): number => align(exports.heapBase()) + before;

  function reserve(length: number, keep = 0): Uint8Array {
    if (capacity > keptSize && length < capacity / 8) {
      const kept = bytes().slice(0, keep);
      exports = instantiate();
      capacity = 0;
      grow(bufferAt() + length + after);
      new Uint8Array(exports.memory.buffer, bufferAt()).set(kept);
    }
    capacity = Math.max(capacity, length);
    grow(bufferAt() + capacity + after);
    return bytes();
  }

  function bytes(): Uint8Array {
    return new Uint8Array(exports.memory.buffer, bufferAt(), capacity);
  }

  function grow(end: number): void {
    const missing = end - exports.memory.buffer.byteLength;
    if (missing > 0) exports.memory.grow(Math.ceil(missing / pageSize));
  }

  function scanJsonl(
    lines: LineRange,
    columns: readonly ColumnRequest[],
    root: NameNode | undefined,
    limits: Limits,
  ): Found {
    for (;;) {
      if (root !== lastRoot) exports.forgetShapes();
      lastRoot = root;
      const place = layOut(align(bufferAt() + capacity + after), columns, root, limits.maxDepth);
      const result = exports.scanJsonl(
        bufferAt(),
        lines.length,
        lines.from,
        lines.until,
        lines.final ? 1 : 0,
        place.frame,
        place.root,
        place.lengths,
        place.lengthCount,
        place.levels,
        limits.maxDepth,
        limits.maxRecordLength,
      );
      if (result !== status.full) return found(place, result === status.incomplete);
      rows *= 4;
    }
  }

  /** Lays out, from address `at` on, what the scan reads and room for what it finds. */
  function layOut(
    at: number,
    columns: readonly ColumnRequest[],
    root: NameNode | undefined,
    depth: number,
  ): Place {
    let free = at;
    const take = (size: number): number => {
      const place = free;
      free = align(free + size);
      return place;
    };
    const takeArrays = (): { starts: number; ends: number } => ({
      starts: take(rows * 4),
      ends: take(rows * 4),
    });

    const frame = take(frameSize);
    const levels = take((depth + 1) * levelSize);
    const columnTable = take(columns.length * columnSize);
    const records = { ...takeArrays(), lines: take(rows * 4), faults: take(rows) };
    const places = columns.map(({ numeric }) => ({
      ...takeArrays(),
      kinds: take(rows),
      numbers: numeric ? take(rows * 8) : 0,
    }));
    const nameLengths = root === undefined ? [] : [...new Set(lengthsOf(root))];
    const lengths = take(nameLengths.length * 4);
    const tree = free;
    grow(free + (root === undefined ? 0 : treeSize(root)));

    const view = new DataView(exports.memory.buffer);
    const write = (place: number, ...words: number[]): void => {
      for (const [index, word] of words.entries()) view.setUint32(place + index * 4, word, true);
    };
    write(
      frame,
      rows,
      records.starts,
      records.ends,
      records.lines,
      records.faults,
      columns.length,
      columnTable,
    );
    for (const [index, { kinds, starts, ends, numbers }] of places.entries()) {
      write(columnTable + index * columnSize, kinds, starts, ends, numbers);
    }
    write(lengths, ...nameLengths);

    const writeNode = (node: NameNode): number => {
      const place = take(nodeSize);
      const keys = take(node.names.length * keySize);
      const below = take(node.below.length * 4);
      write(below, ...node.below.map((column) => columnTable + column * columnSize));
      const own = node.column === undefined ? 0 : columnTable + node.column * columnSize;
      write(place, node.names.length, keys, own, node.below.length, below);
      for (const [index, { utf8, node: child }] of node.names.entries()) {
        const text = take(utf8.length + 1);
        const target = new Uint8Array(exports.memory.buffer, text, utf8.length + 1);
        target.set(utf8);
        target[utf8.length] = 0x22;
        const key = keys + index * keySize;
        for (let byte = 0; byte < 8; byte++) {
          const inside = byte < target.length;
          view.setUint8(key + byte, inside ? target[byte] : 0);
          view.setUint8(key + 8 + byte, inside ? 0xff : 0);
        }
        write(key + 16, text, utf8.length, writeNode(child));
      }
      return place;
    };
    return {
      frame,
      levels,
      lengths,
      lengthCount: nameLengths.length,
      root: root === undefined ? 0 : writeNode(root),
      tree,
      records,
      columns: places,
    };
  }

  function found(place: Place, incomplete: boolean): Found {
    const { buffer } = exports.memory;
    const count = exports.rows.value;
    const words = (at: number): Uint32Array => new Uint32Array(buffer, at, count);
    return {
      bytes: bytes(),
      count,
      starts: words(place.records.starts),
      ends: words(place.records.ends),
      lines: words(place.records.lines),
      faults: new Uint8Array(buffer, place.records.faults, count),
      suspects: exports.suspects.value,
      lineCount: exports.lines.value,
      next: exports.next.value,
      incomplete,
      columns: place.columns.map(({ kinds, starts, ends, numbers }) => ({
        kinds: new Uint8Array(buffer, kinds, count),
        starts: words(starts),
        ends: words(ends),
        numbers: new Float64Array(buffer, numbers, numbers === 0 ? 0 : count),
      })),
    };
  }

  return { reserve, scanJsonl };
}

/** Where a scan's structures and arrays stand. */
interface Place {
  readonly frame: number;
  readonly levels: number;
  readonly lengths: number;
  readonly lengthCount: number;
  readonly root: number;
  readonly tree: number;
  readonly records: { starts: number; ends: number; lines: number; faults: number };
  readonly columns: readonly { kinds: number; starts: number; ends: number; numbers: number }[];
}

function align(address: number): number {
  return Math.ceil(address / 16) * 16;
}

function lengthsOf(node: NameNode): number[] {
  return node.names.flatMap(({ utf8, node: child }) => [utf8.length, ...lengthsOf(child)]);
}

/** More than what the tree takes in memory. */
function treeSize(node: NameNode): number {
  const own = nodeSize + node.names.length * keySize + node.below.length * 4 + 48;
  return node.names.reduce((size, { utf8, node: child }) => size + utf8.length + 32 + treeSize(child), own);
}
