import wasm from './assembly/kernel.wasm';

/** What assembly/kernel.ts exports. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;

  checksumBegin(): void;
  checksumAdd(from: number, to: number): void;
  checksumEnd(): number;

  compressSnappy(from: number, length: number, target: number): number;

  beginDictionary(bytes: number, size: number, offsets: number): void;
  codePlaces(...operands: number[]): number;
  readonly knownValues: WebAssembly.Global;

  scanJsonl(...operands: number[]): number;
  forgetShapes(): void;
  indexKeys(node: number): void;
  readonly rows: WebAssembly.Global;
  readonly suspects: WebAssembly.Global;
  readonly lines: WebAssembly.Global;
  readonly next: WebAssembly.Global;

  scanCsv(...operands: number[]): number;
  readonly csvRows: WebAssembly.Global;
  readonly csvFaulty: WebAssembly.Global;
  readonly csvLines: WebAssembly.Global;
  readonly csvNext: WebAssembly.Global;
  readonly heldRows: WebAssembly.Global;
  readonly heldCount: WebAssembly.Global;

  cutRows(...operands: number[]): number;
  coverGaps(bufferAt: number): void;
  uncoverGaps(bufferAt: number): void;
  layRows(bufferAt: number, target: number): number;
  readonly rowStarts: WebAssembly.Global;
  readonly rowEnds: WebAssembly.Global;
  readonly rowLines: WebAssembly.Global;
  readonly nameStarts: WebAssembly.Global;
  readonly nameEnds: WebAssembly.Global;
  readonly rowShifts: WebAssembly.Global;
  readonly rowCount: WebAssembly.Global;
  readonly rowsApart: WebAssembly.Global;
  readonly rowsNext: WebAssembly.Global;
  readonly rowsLineCount: WebAssembly.Global;
  readonly rowsFeedsInside: WebAssembly.Global;

  selectRange(...operands: number[]): number;
  numberBounds(numbers: number, kinds: number, count: number): number;
  readonly least: WebAssembly.Global;
  readonly greatest: WebAssembly.Global;
  textBounds(...operands: number[]): number;
  readonly leastText: WebAssembly.Global;
  readonly greatestText: WebAssembly.Global;

  endPlain(): void;
  endWhole(): void;
  packDecimals(...operands: number[]): number;
  readonly decimalScale: WebAssembly.Global;
  readonly decimalLeast: WebAssembly.Global;
  readonly decimalOthers: WebAssembly.Global;
  readonly decimalWidth: WebAssembly.Global;
  readonly decimalLow: WebAssembly.Global;
  readonly decimalHigh: WebAssembly.Global;
  codeValues(...operands: number[]): number;
  readonly valueRecords: WebAssembly.Global;
  packPlaces(starts: number, ends: number, count: number, target: number): number;
  readonly leastLength: WebAssembly.Global;
  readonly mostLength: WebAssembly.Global;
  readonly leastGap: WebAssembly.Global;
  readonly mostGap: WebAssembly.Global;

  sortRows(...operands: number[]): void;
  readonly missingRows: WebAssembly.Global;
  readonly nullRows: WebAssembly.Global;
  readonly trueRows: WebAssembly.Global;
  readonly falseRows: WebAssembly.Global;
  readonly numberRows: WebAssembly.Global;
  readonly textRows: WebAssembly.Global;
  readonly listRows: WebAssembly.Global;
  readonly objectRows: WebAssembly.Global;
  readonly oddRows: WebAssembly.Global;
  measureNumbers(values: number, count: number): void;
  readonly lowNumber: WebAssembly.Global;
  readonly highNumber: WebAssembly.Global;
  readonly lowAt: WebAssembly.Global;
  readonly highAt: WebAssembly.Global;
  readonly meanNumber: WebAssembly.Global;
  readonly squares: WebAssembly.Global;
  readonly negatives: WebAssembly.Global;
  readonly zeros: WebAssembly.Global;
  readonly areWhole: WebAssembly.Global;
  addScaled(values: number, from: number, count: number, power: number): number;
  readonly scaledSum: WebAssembly.Global;
  splitTexts(...operands: number[]): void;
  readonly timeRows: WebAssembly.Global;
  readonly plainRows: WebAssembly.Global;
  readonly unusualRows: WebAssembly.Global;
  readonly nanoRows: WebAssembly.Global;
  hashRows(...operands: number[]): void;
  hashNumbers(count: number, values: number, seed: number, hashes: number): void;
  measureTexts(...operands: number[]): void;
  readonly characters: WebAssembly.Global;
  readonly emptyRows: WebAssembly.Global;
  readonly shortestRow: WebAssembly.Global;
  readonly longestRow: WebAssembly.Global;
  readonly leastRow: WebAssembly.Global;
  readonly greatestRow: WebAssembly.Global;
  groupRows(...operands: number[]): number;
  noteHashes(count: number, hashes: number, registers: number): void;
  leastSize(values: number, count: number, sign: number): number;
  countSizes(...operands: number[]): void;

  markRange(...operands: number[]): void;
  markDoubles(...operands: number[]): void;
  markCodes(...operands: number[]): void;
  keepKinds(...operands: number[]): void;
  unpackKinds(words: number, count: number, kind: number, target: number): void;
  markAll(count: number, marked: number, target: number): void;
  andMarks(target: number, other: number, count: number): void;
  orMarks(target: number, other: number, count: number): void;
  countMarks(marks: number, count: number): number;
  listMarks(marks: number, count: number, target: number): number;
  unpackNumbers(...operands: number[]): void;
  unpackCodes(words: number, count: number, width: number, target: number): void;

  joinCodes(codes: number, others: number, size: number, count: number): void;
  codeMarked(...operands: number[]): void;
  countBars(
    words: number,
    count: number,
    width: number,
    marks: number,
    cells: number,
    shift: number,
    even: number,
    odd: number,
  ): void;
  countGroups(codes: number, count: number, most: number, counts: number, firsts: number): void;
  sumGroups(codes: number, numbers: number, count: number, most: number, sums: number): void;
  boundGroups(...operands: number[]): void;
  unpackWords(words: number, count: number, width: number, target: number): void;

  beginCells(kinds: number, starts: number, ends: number, buffer: number, count: number): void;
  areTableCells(quote: number): number;
  surveyCells(typesInText: number, isText: number, left: number): number;
  readonly seenKinds: WebAssembly.Global;
  readonly seenWholes: WebAssembly.Global;
  readonly seenFractions: WebAssembly.Global;
  readonly seenDigits: WebAssembly.Global;
  readonly seenScale: WebAssembly.Global;
  readonly seenForms: WebAssembly.Global;
  readonly seenNanos: WebAssembly.Global;
  readonly seenFarAway: WebAssembly.Global;
  readonly seenPlain: WebAssembly.Global;
  readonly seenTrue: WebAssembly.Global;
  takeIntegers(values: number, present: number, left: number): number;
  takeDoubles(values: number, present: number, left: number): number;
  takeTimes(nanos: number, values: number, present: number, left: number): number;
  takeDates(values: number, present: number, left: number): number;
  takeBooleans(values: number, present: number, left: number): number;
  takeTexts(...operands: number[]): number;
  readonly textBytes: WebAssembly.Global;
  readonly nullCells: WebAssembly.Global;
  weaveRows(...operands: number[]): number;
  readonly wovenBytes: WebAssembly.Global;
  readonly neededBytes: WebAssembly.Global;
  takeMembers(...operands: number[]): number;
  takeItems(...operands: number[]): number;
  readonly itemCount: WebAssembly.Global;
  readonly otherCells: WebAssembly.Global;

  search(from: number, to: number, length: number): number;
  readonly searched: WebAssembly.Global;
  readonly needle: WebAssembly.Global;
  readonly loose: WebAssembly.Global;
  readonly hits: WebAssembly.Global;
}

/**
 * Records that begin in [from, until) of the buffer's first `length` bytes; `final` where the source ends with
 * them.
 */
export interface ByteRange {
  readonly length: number;
  readonly from: number;
  readonly until: number;
  readonly final: boolean;
}

/** What scans answer: `full` where there was no room for the records, `odd` where another reader has to go on. */
export const status = { done: 0, incomplete: 1, full: 2, odd: 3 };

/**
 * The memory of one kernel: a buffer that sources read into, and behind it room that is laid out for a scan. Growing
 * it detaches all views.
 */
export interface KernelMemory {
  readonly exports: KernelExports;
  /** Address of the buffer. */
  readonly bufferAt: number;
  /** Counts up when everything behind the buffer has to be laid out again. */
  readonly generation: number;
  bytes(): Uint8Array;
  /** See `Scanner.reserve`. */
  reserve(length: number, keep: number): void;
  /** A checksum of the buffer's bytes in [from, to): a whole number below 2^53. */
  checksum(from: number, to: number): number;
  /** Room behind the buffer. */
  arena(): Arena;
}

/** Takes room piece by piece. */
export interface Arena {
  /** Address of `size` bytes, a multiple of 16. */
  take(size: number): number;
  /** A view of the memory with all that has been taken so far. */
  view(): DataView;
}

export const pageSize = 65536;
/** Bytes around the buffer that the kernel may touch: it looks back a block and ahead a stretch and some. */
const before = 64;
const after = 4352;
/** A memory that was grown past this for one huge record is given back when small ones follow. */
const keptSize = 64 * 1024 * 1024;

let compiled: WebAssembly.Module | undefined;

/** A kernel with memory of its own. */
export function instantiate(): KernelExports {
  compiled ??= new WebAssembly.Module(wasm);
  return new WebAssembly.Instance<KernelExports>(compiled).exports;
}

export function createKernelMemory(): KernelMemory {
  let exports = instantiate();
  let capacity = 0;
  let generation = 0;
  const bufferAt = align(exports.heapBase(), 64) + before;

  function grow(end: number): void {
    const missing = end - exports.memory.buffer.byteLength;
    if (missing > 0) exports.memory.grow(Math.ceil(missing / pageSize));
  }

  function bytes(): Uint8Array {
    return new Uint8Array(exports.memory.buffer, bufferAt, capacity);
  }

  return {
    get exports() {
      return exports;
    },
    get generation() {
      return generation;
    },
    bufferAt,
    bytes,

    reserve(length, keep) {
      if (capacity > keptSize && length < capacity / 8) {
        const kept = bytes().slice(0, keep);
        exports = instantiate();
        capacity = length;
        generation++;
        grow(bufferAt + capacity + after);
        bytes().set(kept);
      } else if (length > capacity) {
        capacity = length;
        generation++;
        grow(bufferAt + capacity + after);
      }
    },

    checksum(from, to) {
      exports.checksumBegin();
      exports.checksumAdd(bufferAt + from, bufferAt + to);
      return exports.checksumEnd();
    },

    arena() {
      let free = align(bufferAt + capacity + after, 64);
      return {
        take(size) {
          const place = free;
          free = align(free + size, 16);
          grow(free);
          return place;
        },
        view: () => new DataView(exports.memory.buffer),
      };
    },
  };
}

function align(address: number, to: number): number {
  return Math.ceil(address / to) * to;
}
