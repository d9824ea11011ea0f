import { quote, smallN } from '../ascii.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { Kind } from '../format/record.ts';
import type { Plan } from '../query/index.ts';
import type { Layout } from '../query/layout.ts';
import { createCsvCells, type CsvCells, type CsvStyle } from '../sink/csvCell.ts';
import { createDerivedEncoder, type DerivedEncoder } from '../sink/derivedRow.ts';
import { elementSeparator } from '../sink/jsonRow.ts';
import { appendUnescaped } from '../sink/jsonText.ts';
import { vectorAt, type Batch } from '../stage/batch.ts';
import { ByteWriter } from '../stage/bytes.ts';
import { cellsOf, columnsOf, isOdd, writeJson, writeRows, type FieldCells } from '../stage/output.ts';
import type { Reducer } from '../stage/stage.ts';
import { FieldVector, type Vector } from '../stage/vector.ts';
import type { RowsForm } from './task.ts';

/** Rows as a thread has written them in their final form. */
export interface WrittenRows {
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** Bytes at which the rows' records begin in the file, where the plan has them. */
  readonly offsets: readonly number[];
}

/** For `localStagesOf`. */
export function rowsWriter(plan: Plan, form: RowsForm): { form: string; create: () => Reducer } {
  return { form: JSON.stringify(form), create: () => new RowsReducer(plan, form) };
}

/** Takes apart what a `RowsReducer` has made. */
export function writtenRows(part: Uint8Array): WrittenRows {
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  const end = part.length - 8;
  const rows = view.getUint32(end, true);
  const length = view.getUint32(end + 4, true);
  const offsets = Array.from({ length }, (_, row) => view.getFloat64(end - 8 * (length - row), true));
  return { bytes: part.subarray(0, end - 8 * length), rows, offsets };
}

/** Makes rows of batches: their bytes, behind them where their records begin, and how many they are. */
class RowsReducer implements Reducer {
  readonly #writer: RowsWriter;
  readonly #offset: number | undefined;
  readonly #end = new ByteWriter();
  #rows = 0;
  #offsets: number[] = [];

  constructor(plan: Plan, form: RowsForm) {
    this.#writer = writerOf(plan, form);
    this.#offset = plan.offset;
  }

  get size(): number {
    return this.#writer.out.length;
  }

  add(batch: Batch): void {
    const { out } = this.#writer;
    const before = out.length;
    try {
      this.#writer.write(batch);
    } catch (error) {
      out.cut(before);
      throw error;
    }
    this.#rows += batch.count;
    if (this.#offset === undefined) return;
    const vector = vectorAt(batch, this.#offset);
    for (let i = 0; i < batch.count; i++) this.#offsets.push(Number(vector.value(batch.selection[i])));
  }

  take(): Uint8Array<ArrayBuffer> {
    const { out } = this.#writer;
    const end = this.#end;
    end.clear();
    for (const offset of this.#offsets) end.double(offset);
    end.uint32(this.#rows);
    end.uint32(this.#offsets.length);
    out.copy(end.view());
    return out.release();
  }

  restart(): void {
    this.#writer.out.clear();
    this.#rows = 0;
    this.#offsets = [];
  }
}

interface RowsWriter {
  readonly out: Pick<ByteWriter, 'length' | 'cut' | 'copy' | 'release' | 'clear'>;
  /** @throws RoomExceeded */
  write(batch: Batch): void;
}

function writerOf({ output, layout }: Plan, { target, columns }: RowsForm): RowsWriter {
  if (target.kind !== 'table') {
    const marks = target.kind === 'elements' ? elements : undefined;
    const out = new ByteWriter();
    return { out, write: (batch) => writeRows(out, batch, output, marks, batch.room) };
  }
  const names = columnsOf(output);
  // Of equal names, the objects that tables are made of elsewhere have one member.
  return columns.kind === 'named' && new Set(names).size === names?.length
    ? new TableWriter(
        output.map(({ slot }) => slot),
        target.style,
        doubledQuote(layout),
      )
    : new LinesAsTable(output, createDerivedEncoder(target, columns));
}

function doubledQuote(layout: Layout): number {
  return layout.names === 'columns' && layout.escape === 'double' && layout.quote !== ''
    ? layout.quote.charCodeAt(0)
    : -1;
}

const elements = { before: elementSeparator, after: new Uint8Array(0) };

/** A table whose columns are paths in the rows. */
class LinesAsTable implements RowsWriter {
  readonly out = new ByteBuilder();
  readonly #lines = new ByteWriter();
  readonly #output: Plan['output'];
  readonly #encoder: DerivedEncoder;

  constructor(output: Plan['output'], encoder: DerivedEncoder) {
    this.#output = output;
    this.#encoder = encoder;
  }

  write(batch: Batch): void {
    this.#lines.clear();
    writeRows(this.#lines, batch, this.#output, undefined, batch.room);
    this.out.copy(this.#encoder.encode(this.#lines.view()));
  }
}

/** A column of a batch: its vector, and its cells where it is a field. */
interface TableColumn {
  readonly vector: Vector;
  readonly field: FieldCells | undefined;
}

/** A table whose columns are those of the rows: what `jsonAsTable` makes of rows as JSON, without making that. */
class TableWriter implements RowsWriter {
  readonly out = new ByteBuilder();
  readonly #slots: readonly number[];
  readonly #cells: CsvCells;
  readonly #json = new ByteWriter();
  readonly #text = new ByteBuilder();
  readonly #doubled: number;

  /** @param doubled the quote that the source doubles to escape it; -1 where it does not */
  constructor(slots: readonly number[], style: CsvStyle, doubled: number) {
    this.#slots = slots;
    this.#cells = createCsvCells(this.out, style);
    this.#doubled = doubled;
  }

  write(batch: Batch): void {
    const { out } = this;
    const cells = this.#cells;
    const columns = this.#slots.map((slot): TableColumn => {
      const vector = vectorAt(batch, slot);
      return { vector, field: vector instanceof FieldVector ? cellsOf(vector) : undefined };
    });
    const width = columns.length;
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      const start = out.length;
      cells.begin(width);
      for (let column = 0; column < width; column++) {
        const { vector, field } = columns[column];
        if (!field || !this.#field(field, row)) this.#cell(vector, row);
      }
      cells.end();
      batch.room?.take(out.length - start);
    }
  }

  /** A cell whose text stands in the source; false where it must be read. */
  #field({ bytes, kinds, starts, ends, isJson }: FieldCells, row: number): boolean {
    const start = starts[row];
    const end = ends[row];
    switch (kinds[row]) {
      case Kind.Missing:
      case Kind.Null:
        this.#cells.empty();
        return true;
      case Kind.EscapedText:
        if (!isJson) return this.#cells.doubled(bytes, start, end, this.#doubled);
        this.#text.clear();
        appendUnescaped(this.#text, bytes, start, end);
        this.#cells.text(this.#text.view(), 0, this.#text.length);
        return true;
      case Kind.OddText:
        return false;
      case Kind.List:
      case Kind.Object:
        if (isOdd(bytes, start, end)) return false;
        this.#cells.text(bytes, start, end);
        return true;
      default:
        this.#cells.text(bytes, start, end);
        return true;
    }
  }

  #cell(vector: Vector, row: number): void {
    const json = this.#json;
    json.clear();
    writeJson(json, vector, row);
    const { bytes, length } = json;
    if (bytes[0] === quote) {
      this.#text.clear();
      appendUnescaped(this.#text, bytes, 1, length - 1);
      this.#cells.text(this.#text.view(), 0, this.#text.length);
    } else if (bytes[0] === smallN) {
      this.#cells.empty();
    } else {
      this.#cells.text(bytes, 0, length);
    }
  }
}
