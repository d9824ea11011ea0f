import { firstCapacity, layOutFrame, type ColumnRequest, type Found, type Frame } from './frame.ts';
import { createKernelMemory, status, type ByteRange, type KernelMemory } from './memory.ts';
import { layOutNames, type NameNode, type Names } from './names.ts';
import { createSearch, type Search } from './search.ts';

/**
 * Scans JSON Lines with SIMD, in a memory of its own: a buffer that sources read into, and behind it what is
 * found there. It knows addresses and bytes; what they mean is said in `format`. Views are void after the next
 * call of anything here.
 */
export interface JsonlKernel {
  /** See `Scanner.reserve`. */
  reserve(length: number, keep?: number): Uint8Array;
  /** Finds records. Those with the fault `suspect` are for another reader to look at, `faultAt` means nothing. */
  scan(range: ByteRange, request: JsonlRequest): Found;
  /** See `Scanner.checksum`. */
  checksum(from: number, to: number): number;
  readonly search: Search;
}

/** The same object for the same request: what is made of it is kept. */
export interface JsonlRequest {
  readonly columns: readonly ColumnRequest[];
  readonly root: NameNode | undefined;
  /** At most so many containers in one another, so many bytes. */
  readonly maxDepth: number;
  readonly maxRecordLength: number;
}

/** What `Found.faults` has of a record that is malformed, or too rare a thing. */
export const suspect = 255;

interface Layout {
  readonly request: JsonlRequest;
  readonly generation: number;
  readonly frame: Frame;
  readonly levels: number;
  readonly names: Names;
}

const levelSize = 20;

export function createJsonlKernel(memory: KernelMemory = createKernelMemory()): JsonlKernel {
  /** How much more room there is than at first: grows with what blocks hold. */
  let growth = 1;
  let layout: Layout | undefined;

  function layOut(request: JsonlRequest): Layout {
    if (layout?.request !== request) memory.exports.forgetShapes();
    const arena = memory.arena();
    const capacity = growth * firstCapacity(request.columns.length);
    const frame = layOutFrame(memory, arena, capacity, request.columns);
    const levels = arena.take((request.maxDepth + 1) * levelSize);
    const names = layOutNames(memory, arena, request.root, frame);
    return { request, generation: memory.generation, frame, levels, names };
  }

  return {
    search: createSearch(memory),
    checksum: (from, to) => memory.checksum(from, to),

    reserve(length, keep = 0) {
      memory.reserve(length, keep);
      return memory.bytes();
    },

    scan(range, request) {
      for (;;) {
        if (layout?.request !== request || layout.generation !== memory.generation) layout = layOut(request);
        const { frame, levels, names } = layout;
        const { exports } = memory;
        const result = exports.scanJsonl(
          memory.bufferAt,
          range.length,
          range.from,
          range.until,
          range.final ? 1 : 0,
          frame.address,
          names.root,
          names.lengths,
          names.lengthCount,
          levels,
          request.maxDepth,
          request.maxRecordLength,
        );
        if (result !== status.full) {
          return frame.found(exports.rows.value, {
            faulty: exports.suspects.value,
            lineCount: exports.lines.value,
            next: exports.next.value,
            incomplete: result === status.incomplete,
          });
        }
        growth *= 4;
        layout = layOut(request);
      }
    },
  };
}
