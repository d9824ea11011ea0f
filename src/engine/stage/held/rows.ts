import { openBrace, space } from '../../ascii.ts';
import { isReadable } from '../../fault.ts';
import { Kind } from '../../format/record.ts';
import { jsonUnescape } from '../../query/fieldText.ts';
import { wholeBatch, vectorAt, type Batch } from '../batch.ts';
import { ByteReader, ByteWriter } from '../bytes.ts';
import { skipCell, tag, writeCell } from '../codec.ts';
import { CodedVector } from '../codedVector.ts';
import { LinesVector } from '../linesVector.ts';
import { BytesVector, FieldVector, RecordVector, type Vector } from '../vector.ts';

/** Copies rows out of their batches: only the slots that somebody further on reads. */
export class RowCodec {
  readonly #slots: readonly number[];

  /** @param behind slots whose cells somebody writes behind the row */
  constructor(slots: Iterable<number>, behind: readonly number[] = []) {
    this.#slots = [...[...slots].sort((a, b) => a - b), ...behind];
  }

  /** The vectors to hand to `write`, looked up once a batch. */
  vectors(batch: Batch): Vector[] {
    return this.#slots.map((slot) => vectorAt(batch, slot));
  }

  write(out: ByteWriter, vectors: readonly Vector[], row: number): void {
    for (const vector of vectors) writeFrom(out, vector, row);
  }

  /** The rows that begin at these places, as a batch that looks into the bytes. */
  read(bytes: Uint8Array, starts: Uint32Array): Batch {
    const vectors: (Vector | undefined)[] = [];
    const reader = new ByteReader(bytes);
    let places = starts;
    for (const [at, slot] of this.#slots.entries()) {
      vectors[slot] = new CodedVector(bytes, places);
      if (at < this.#slots.length - 1) {
        places = places.map((place) => {
          reader.at = place;
          skipCell(reader);
          return reader.at;
        });
      }
    }
    return wholeBatch(vectors, starts.length);
  }

  get slots(): readonly number[] {
    return this.#slots;
  }
}

/** Rows in one batch where rows are made from something other than blocks. */
export const rowsPerBatch = 2048;
/** The same in bytes: a batch of long rows is shorter. */
export const bytesPerBatch = 1024 * 1024;

/**
 * Puts written rows one behind the other until there are enough for a batch. What it gives is void once more is
 * added.
 */
export class RowGatherer {
  readonly #codec: RowCodec;
  readonly #bytes = new ByteWriter();
  readonly #starts: Uint32Array;
  #count = 0;

  constructor(codec: RowCodec, most = rowsPerBatch) {
    this.#codec = codec;
    this.#starts = new Uint32Array(most);
  }

  get count(): number {
    return this.#count;
  }

  /** Whether `take` must be called before more is added. */
  get full(): boolean {
    return this.#count === this.#starts.length || this.#bytes.length >= bytesPerBatch;
  }

  add(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.#starts[this.#count++] = this.#bytes.length;
    this.#bytes.copy(bytes, start, end);
  }

  take(): Batch {
    const batch = this.#codec.read(this.#bytes.view(), this.#starts.subarray(0, this.#count));
    this.#bytes.clear();
    this.#count = 0;
    return batch;
  }
}

/** Batches of written rows. */
export function* batchesOf(codec: RowCodec, rows: Iterable<Uint8Array>): Generator<Batch> {
  const gatherer = new RowGatherer(codec);
  for (const row of rows) {
    gatherer.add(row);
    if (gatherer.full) yield gatherer.take();
  }
  if (gatherer.count > 0) yield gatherer.take();
}

/** Writes a cell; what stands in a block as the codec would write it is copied, not decoded. */
function writeFrom(out: ByteWriter, vector: Vector, row: number): void {
  if (vector instanceof FieldVector) writeField(out, vector, row);
  else if (vector instanceof RecordVector) writeRecord(out, vector, row);
  else if (vector instanceof BytesVector) writeBytes(out, vector, row);
  else if (vector instanceof CodedVector) vector.copyTo(out, row);
  else if (vector instanceof LinesVector) writeLine(out, vector, row);
  else writeCell(out, vector.cell(row));
}

function writeField(out: ByteWriter, vector: FieldVector, row: number): void {
  const { bytes, column, unescape } = vector;
  const kind = column.kinds[row];
  const start = column.starts[row];
  const end = column.ends[row];
  switch (kind) {
    case Kind.Missing:
    case Kind.Null:
      out.byte(tag.null);
      break;
    case Kind.False:
      out.byte(tag.false);
      break;
    case Kind.True:
      out.byte(tag.true);
      break;
    case Kind.Number:
      writeRange(out, tag.writtenNumber, bytes, start, end);
      break;
    case Kind.List:
      writeRange(out, tag.listText, bytes, start, end);
      break;
    case Kind.Object:
      writeRange(out, tag.objectText, bytes, start, end);
      break;
    case Kind.Text:
      // JSON that can be read is UTF-8; a CSV field need not be.
      if (unescape === jsonUnescape || isAscii(bytes, start, end)) {
        writeRange(out, tag.text, bytes, start, end);
        break;
      }
      writeCell(out, vector.cell(row));
      break;
    default:
      writeCell(out, vector.cell(row));
  }
}

/** Objects and lists as they stand; other records are rare. */
function writeRecord(out: ByteWriter, vector: RecordVector, row: number): void {
  const { bytes, starts, ends, faults } = vector.block;
  let start = starts[row];
  let end = ends[row];
  while (start < end && bytes[start] <= space) start++;
  while (start < end && bytes[end - 1] <= space) end--;
  if (isReadable(faults[row]) && bytes[start] === openBrace) {
    writeRange(out, tag.objectText, bytes, start, end);
  } else {
    writeCell(out, vector.cell(row));
  }
}

function writeBytes(out: ByteWriter, { block }: BytesVector, row: number): void {
  writeRange(out, tag.text, block.bytes, block.starts[row], block.ends[row]);
}

function writeLine(out: ByteWriter, vector: LinesVector, row: number): void {
  const { start, end } = vector.range(row);
  writeRange(out, tag.objectText, vector.bytes, start, end);
}

function writeRange(out: ByteWriter, kind: number, bytes: Uint8Array, start: number, end: number): void {
  out.byte(kind);
  out.count(end - start);
  out.copy(bytes, start, end);
}

export function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 0;
  for (let at = start; at < end; at++) all |= bytes[at];
  return all < 0x80;
}
