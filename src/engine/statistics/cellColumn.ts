import { FieldColumn, Kind } from '../format/record.ts';
import type { CellNature } from '../query/cell.ts';
import { JsonList, JsonObject } from '../query/value/json.ts';
import { jsonOf, textOf } from '../query/value/value.ts';
import { ByteWriter } from '../stage/bytes.ts';
import { WrittenNumber, type Cell } from '../stage/vector.ts';
import { ByteInput, type FieldInput } from './fieldInput.ts';

/** Computed cells laid out as a scanner would have found them, so that there is one way to take values in. */
export class CellColumn {
  readonly #nature: CellNature;
  readonly #out = new ByteWriter();
  readonly #kinds: number[] = [];
  readonly #ends: number[] = [];
  readonly #numbers: number[] = [];

  constructor(nature: CellNature = typed) {
    this.#nature = nature;
  }

  /** Texts alone. */
  static ofTexts(texts: readonly string[], nature: CellNature = typed): CellField {
    const cells = new CellColumn(nature);
    for (const text of texts) cells.add(text);
    return cells.finish();
  }

  add(cell: Cell): void {
    this.#numbers.push(NaN);
    this.#kinds.push(this.#write(cell));
    this.#ends.push(this.#out.length);
  }

  clear(): void {
    this.#out.clear();
    this.#kinds.length = 0;
    this.#ends.length = 0;
    this.#numbers.length = 0;
  }

  /** Valid until the next call. */
  finish(): CellField {
    const ends = Uint32Array.from(this.#ends);
    const starts = new Uint32Array(ends.length);
    if (ends.length > 0) starts.set(ends.subarray(0, -1), 1);
    const column = new FieldColumn(
      Uint8Array.from(this.#kinds),
      starts,
      ends,
      Float64Array.from(this.#numbers),
    );
    const rows = Uint32Array.from({ length: ends.length }, (_, row) => row);
    return {
      input: new ByteInput(this.#out.view(), true),
      column,
      unescape: (raw) => raw,
      nature: this.#nature,
      rows,
    };
  }

  #write(cell: Cell): number {
    if (cell === null) return Kind.Null;
    if (typeof cell === 'boolean') return cell ? Kind.True : Kind.False;
    if (cell instanceof WrittenNumber) {
      this.#out.utf8(cell.text);
      if (typeof cell.value === 'number') this.#numbers[this.#numbers.length - 1] = cell.value;
      return Kind.Number;
    }
    if (cell instanceof JsonList || cell instanceof JsonObject) {
      this.#out.utf8(jsonOf(cell));
      return cell instanceof JsonList ? Kind.List : Kind.Object;
    }
    this.#out.utf8(textOf(cell));
    if (typeof cell === 'number') this.#numbers[this.#numbers.length - 1] = cell;
    return typeof cell === 'number' || (typeof cell === 'object' && 'coefficient' in cell)
      ? Kind.Number
      : Kind.Text;
  }
}

export interface CellField extends FieldInput {
  /** All rows. */
  readonly rows: Uint32Array<ArrayBuffer>;
}

const typed: CellNature = { loose: false };
