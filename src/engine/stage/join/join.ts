import { lineFeed, openBrace } from '../../ascii.ts';
import { mayGiveTimes } from '../../query/givesTimes.ts';
import type { Slot } from '../../query/resolve/slot.ts';
import { slotsOfBound, type Step } from '../../query/resolve/step.ts';
import { readValid } from '../../query/value/json.ts';
import { vectorAt, type Batch } from '../batch.ts';
import { ByteWriter } from '../bytes.ts';
import { tag, writeCell } from '../codec.ts';
import { compileForBatches } from '../expression.ts';
import { KeyPair, writeJoinKey } from './key.ts';
import { JoinMatches } from './matches.ts';
import { JoinParts } from './parts.ts';
import type { JoinedRows } from '../joins.ts';
import { JoinTable, noRow } from './table.ts';
import { writeRows } from '../output.ts';
import { inPieces } from '../pieces.ts';
import type { Stage, StageSetting } from '../stage.ts';
import type { Vector } from '../vector.ts';

/** JOIN: a table of the other file's rows is made first, and the rows are looked up in it. */
export function joinStage(step: Step<'join'>, slots: readonly Slot[]): Stage {
  return {
    name: step.type === 'inner' ? 'JOIN' : `${step.type.toUpperCase()} JOIN`,
    reads: [...slotsOfBound(step.bound), ...slotsOfBound(step.conditionBound)].filter(
      (slot) => slot !== step.slot,
    ),
    fills: [step.slot],
    holds: true,
    run: (input, setting) => joined(input, step, slots, setting),
  };
}

async function* joined(
  input: AsyncIterable<Batch>,
  step: Step<'join'>,
  slots: readonly Slot[],
  setting: StageSetting,
): AsyncGenerator<Batch> {
  const { joins, signal, live, budget, folder } = setting;
  if (!joins) throw new TypeError('JOIN was planned where it is not allowed.');
  const { columns } = step.conditionBound;
  const puts = live.has(step.slot) || Array.from(columns.values()).some(({ slot }) => slot === step.slot);
  const keys = step.keys.map(({ left }) => compileForBatches(left, step.bound, slots));
  const rows = joins.rows(step, signal);
  const pairs = step.keys.map(({ left, right }, at) => {
    const times = mayGiveTimes(left, { bound: step.bound, slots }) || mayGiveTimes(right);
    return new KeyPair(keys[at], rows.natures[at], times);
  });
  const table = new JoinTable();
  const matches = new JoinMatches(step, slots, table, pairs, puts);
  const parts = new JoinParts(step, { table, matches, pairs, live, budget, folder, signal });
  for await (const batch of rows.batches) {
    for (const { key, row } of rowsOf(batch, rows, pairs, puts)) {
      if (!parts.isUsed && table.size < budget) table.add(key, row);
      else if (!parts.tryAddOther(key, row)) await parts.addOther(key, row);
    }
    signal.throwIfAborted();
  }
  const pieces = inPieces(
    input,
    (piece) => ({ piece, values: keys.map((key) => key.vector(piece)) }),
    signal,
  );
  if (parts.isUsed) {
    yield* parts.joined(pieces);
    return;
  }
  const out = new ByteWriter();
  for await (const { piece, values } of pieces) {
    const firsts = new Int32Array(piece.count);
    for (let i = 0; i < piece.count; i++) {
      const row = piece.selection[i];
      const number = values.length === 1 ? pairs[0].numberInKey(values[0], row) : NaN;
      if (!Number.isNaN(number)) {
        firsts[i] = table.firstOfNumber(number);
        continue;
      }
      out.clear();
      const isFound = writeJoinKey(out, values, row, pairs, 'left');
      firsts[i] = isFound ? table.first(out.bytes, out.length) : noRow;
    }
    for (const { batch } of matches.of(piece, firsts, values)) yield batch;
    signal.throwIfAborted();
  }
}

/**
 * The rows of the other file that have a key: as the cell that is put beside others, NULL where none is, and behind it
 * what is kept of the keys to be compared. Each is valid until the next one.
 */
function* rowsOf(
  batch: Batch,
  { keys, output }: JoinedRows,
  pairs: readonly KeyPair[],
  puts: boolean,
): Generator<{ readonly key: Uint8Array; readonly row: Uint8Array }> {
  const lines = new ByteWriter();
  const key = new ByteWriter();
  const row = new ByteWriter();
  const vectors = keys.map((slot) => vectorAt(batch, slot));
  if (puts) writeRows(lines, batch, output);
  const text = lines.view();
  let start = 0;
  for (let i = 0; i < batch.count; i++) {
    const at = batch.selection[i];
    const end = puts ? text.indexOf(lineFeed, start) : 0;
    key.clear();
    if (writeJoinKey(key, vectors, at, pairs, 'right')) {
      row.clear();
      if (puts) writeLine(row, text, start, end);
      else row.byte(tag.null);
      writeKept(row, vectors, at, pairs);
      yield { key: key.view(), row: row.view() };
    }
    start = end + 1;
  }
}

/** A line of JSON as a cell. */
function writeLine(out: ByteWriter, text: Uint8Array, start: number, end: number): void {
  if (text[start] !== openBrace) {
    writeCell(out, readValid(Buffer.from(text.buffer, text.byteOffset).toString('utf8', start, end)));
    return;
  }
  out.byte(tag.objectText);
  out.count(end - start);
  out.copy(text, start, end);
}

/** A cell for each key. */
function writeKept(
  out: ByteWriter,
  vectors: readonly Vector[],
  row: number,
  pairs: readonly KeyPair[],
): void {
  for (const [at, pair] of pairs.entries()) writeCell(out, pair.keptOf(vectors[at], row, 'right'));
}
