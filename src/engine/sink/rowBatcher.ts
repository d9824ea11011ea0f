import { said } from '../../said/said.ts';
import { createBlockBuilder } from '../format/columns.ts';
import { plainNumber, rewriteCell, type CellReading, type CellReadings } from '../format/csv/cellReading.ts';
import { columnNames, JsonFields, type FieldPath } from '../format/json/fields.ts';
import { createPlainJsonlScanner } from '../format/json/lines.ts';
import { exactNumber } from '../format/number.ts';
import { Kind, type FieldColumn } from '../format/record.ts';
import { eachLine, type DerivedColumns } from './derivedRow.ts';
import type { RowBatch, RowColumn } from './rowSink.ts';
import { SinkError } from './sinkError.ts';

/** Makes batches of rows that come as JSON Lines. */
export class RowBatcher {
  /** Whether the columns were asked for. */
  hasBegun = false;
  readonly #paths: readonly FieldPath[];
  readonly #fields: JsonFields;
  readonly #numbersInText: boolean;
  readonly #readings: CellReadings;
  readonly #builder = createBlockBuilder((bytes, kind, start, end) =>
    kind === Kind.Number ? exactNumber(bytes, start, end) : NaN,
  );
  readonly #requests;
  /** Its own, as a batch is looked at while others make theirs. */
  readonly #scanner = createPlainJsonlScanner();
  /** Rows so far. */
  #row = 0;

  /** @param numbersInText whether a text that reads as a number is one */
  constructor(columns: DerivedColumns, numbersInText: boolean) {
    const isNamed = columns.kind === 'named';
    this.#paths = isNamed ? columns.names.map((name) => [name]) : columns.paths;
    this.#fields = new JsonFields(this.#paths, 0, isNamed);
    this.#numbersInText = numbersInText;
    this.#readings = (columns.kind === 'named' ? columns.readings : undefined) ?? [];
    this.#requests = this.#paths.map((path) => ({ path, numeric: true }));
  }

  /** @throws SinkError where a row has a field that is no column */
  batch(lines: Uint8Array): RowBatch {
    const builder = this.#builder;
    builder.begin(this.#requests);
    const row: Parameters<typeof eachLine>[1] = ({ bytes, starts, ends }, record) => {
      const [start, end] = [starts[record], ends[record]];
      builder.add(start, end, 0);
      this.#row++;
      if (!this.#fields.read(bytes, start, end)) throw unknownField(this.#row, this.#paths);
      const { kinds, starts: from, ends: to } = this.#fields;
      for (let column = 0; column < this.#paths.length; column++) {
        builder.setField(column, kindAt(kinds, column), from[column], to[column]);
      }
    };
    const block = eachLine(lines, row, this.#scanner);
    const task = { length: lines.length, offset: 0, from: 0, until: 0, final: true, fields: this.#requests };
    return builder.finish(block.bytes, task, { lineCount: 0, next: 0, incomplete: false });
  }

  /** @param first the first rows; undefined where there are none */
  columns(first: RowBatch | undefined): RowColumn[] {
    this.hasBegun = true;
    return columnNames(this.#paths).map((name, column) => {
      const field = first?.fields[column];
      return { name, type: first && field && this.#typeOf(first, field, this.#readings.at(column)) };
    });
  }

  #typeOf({ bytes, count }: RowBatch, field: FieldColumn, reading?: CellReading): RowColumn['type'] {
    let isSeen = false;
    for (let row = 0; row < count; row++) {
      const kind = field.kinds[row];
      const [start, end] = [field.starts[row], field.ends[row]];
      if (kind === Kind.Missing || kind === Kind.Null || (this.#numbersInText && start === end)) continue;
      isSeen = true;
      const isText = this.#numbersInText && kind === Kind.Text;
      if (kind !== Kind.Number && !(isText && readsAsNumber(bytes, start, end, reading))) return 'other';
    }
    return isSeen ? 'number' : undefined;
  }
}

function readsAsNumber(bytes: Uint8Array, start: number, end: number, reading?: CellReading): boolean {
  if (!reading) return !Number.isNaN(exactNumber(bytes, start, end));
  const written = rewriteCell(Buffer.from(bytes.subarray(start, end)).toString(), reading);
  return written !== undefined && plainNumber.test(written);
}

function kindAt(kinds: ArrayLike<number>, column: number): Kind {
  return kinds[column] as Kind;
}

function unknownField(row: number, paths: readonly FieldPath[]): SinkError {
  const names = columnNames(paths.slice(0, 3)).join(', ');
  return new SinkError(
    'unsupported',
    said`Row ${row.toLocaleString('en')} of the export has more fields than there are columns. Name the columns with SELECT, for example |> SELECT ${names}.`,
  );
}
