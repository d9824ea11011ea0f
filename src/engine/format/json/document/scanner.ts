import { createJsonlKernel } from '../../../kernel/jsonlKernel.ts';
import { createKernelMemory } from '../../../kernel/memory.ts';
import { createRowKernel, cutState, type RowShape } from '../../../kernel/rowKernel.ts';
import { createJsonDocumentScanner, nameField, names, pastTheEnd, planOf } from './document.ts';
import type { JsonRows } from './rows.ts';
import { engineLimits, type ScanLimits } from '../lines.ts';
import { createKernelJsonlScanner } from '../scanner.ts';
import { Lender } from '../../lease.ts';
import type { RecordBlock, Scanner, ScanTask } from '../../record.ts';
import { copied, joined, noRecords } from '../../recordBlocks.ts';

/**
 * The rows of a JSON document by the SIMD kernel: the same records as the plain scanner of documents finds. It reads
 * blocks in which brackets, quotes and commas are as JSON has them; the others are the plain one's.
 */
export function createKernelJsonDocumentScanner(rows: JsonRows, limits: ScanLimits = engineLimits): Scanner {
  const memory = createKernelMemory();
  const lines = createKernelJsonlScanner(limits, createJsonlKernel(memory));
  const plain = createJsonDocumentScanner(rows, lines);
  const kernel = createRowKernel(memory);
  const lender = new Lender();
  const { layout, comments } = rows;
  const shape: RowShape = { layout, closer: closers[layout], comments };
  let plan = planOf([], rows);

  /** Reads the rows that were cut as lines. */
  function readRows(task: ScanTask, linesBefore: number): RecordBlock {
    const { count } = kernel;
    const room = kernel.room(task.length);
    if (memory.bytes().length < room) lines.reserve(room, task.length);
    const { from, end, shifts, undo } = kernel.lines(task.length);
    const range = { from, until: end, length: end, offset: task.offset, final: true };
    const block = lines.scan({ ...range, fields: plan.inside });
    undo();
    if (block.count !== count) throw new Error(`${count} rows were read as ${block.count} records.`);
    const moved = shifts?.();
    const fields = moved ? block.fields.map((field) => field.movedLeft(moved)) : block.fields;
    const found = kernel.rows();
    if (linesBefore > 0) for (let row = 0; row < count; row++) found.lines[row] += linesBefore;
    const bytes = memory.bytes().subarray(0, task.length);
    return block.with({
      bytes,
      starts: found.starts,
      ends: found.ends,
      lines: found.lines,
      fields: plan.outputs.map((output) =>
        output === nameField ? names(bytes, { ...found, count }) : fields[output],
      ),
    });
  }

  /** Undefined where the plain scanner has to look. */
  function scan(task: ScanTask): RecordBlock | undefined {
    lender.takeBack();
    if (plan.asked !== task.fields) plan = planOf(task.fields, rows);
    const blocks: RecordBlock[] = [];
    // What is a comment to the kernel may be none where the plain scanner finds a row to end.
    const uncut = comments ? memory.bytes().slice(task.from, task.length) : undefined;
    let from = task.from;
    let lineCount = 0;
    let state: number;
    do {
      const { length, until, final } = task;
      state = kernel.cut({ length, from, until: Math.min(until, length), final }, shape);
      if (uncut && (state === cutState.odd || state === cutState.incomplete))
        memory.bytes().set(uncut, task.from);
      if (state === cutState.odd) return undefined;
      if (state === cutState.incomplete) {
        // Only the plain scanner says where the row begins, which matters once it is long.
        if (length - from > plain.maxRecordLength) return undefined;
        return noRecords(memory.bytes(), task, plan.asked).with({ incomplete: true });
      }
      if (kernel.count > 0) {
        const block = readRows(task, lineCount);
        blocks.push(state === cutState.full || blocks.length > 0 ? copied(block) : block);
      }
      lineCount += kernel.lineCount;
      from = kernel.next;
    } while (state === cutState.full);

    const read =
      blocks.length === 1 ? blocks[0] : joined(blocks, noRecords(memory.bytes(), task, plan.asked));
    const ended = state === cutState.ended;
    const changes = {
      bytes: memory.bytes().subarray(0, task.length),
      offset: task.offset,
      lineCount,
      next: !ended ? from : task.final ? task.length : pastTheEnd - task.offset,
      incomplete: false,
      ended: ended && layout !== 'values' ? { at: from, afterComma: false } : undefined,
    };
    return read.with(changes, lender.lend());
  }

  function resync(from: number, length: number): number {
    // Scans may have moved the buffer.
    plain.reserve(length, length);
    return plain.resync(from, length);
  }

  return {
    ...plain,
    name: 'kernel',
    reserve: (length, keep) => plain.reserve(length, keep),
    scan: (task) => scan(task) ?? plain.scan(task),
    checksum: (from, to) => memory.checksum(from, to),
    resync,
    skip: resync,
  };
}

const closers = { elements: 0x5d, members: 0x7d, values: 0 };
