import { said } from '../../said/said.ts';
import { hasMembers, JsonFields, type FieldPath } from '../format/json/fields.ts';
import { FieldColumn, Kind } from '../format/record.ts';
import { unescapeOf } from '../query/fieldText.ts';
import type { Slot } from '../query/resolve/slot.ts';
import type { Output, OutputOpen } from '../query/resolve/step.ts';
import {
  ByteInput,
  CellColumn,
  ColumnSet,
  type ColumnAccumulator,
  type FieldInput,
} from '../statistics/index.ts';
import { vectorAt, type Batch } from './batch.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { asField } from './expression.ts';
import { MemoryLimitError } from './memoryLimit.ts';
import { openObject } from './output.ts';
import type { Reducer } from './stage.ts';

/** What is gathered beside the plain figures. */
export interface Figures {
  /** Whether to look inside lists. */
  readonly deep: boolean;
  /** Whether it is for plots: see `limitsFor`. */
  readonly counts: boolean;
}

const plain: Figures = { deep: false, counts: false };

/** A column of rows, or a member of an open part of them. */
export interface DescribedColumn {
  readonly path: FieldPath;
  /** Index of its part of the output. */
  readonly part: number;
  readonly column: ColumnAccumulator;
}

/** Columns that come from records without being named are at most so many. */
const maxColumns = 10_000;
/** Of how many columns the limits are chosen where it is not known how many there will be. */
const expected = 64;

/** What columns hold, of the rows of batches: first those that are named, then members of objects as they are seen. */
export class Description implements Reducer {
  readonly #output: Output;
  readonly #slots: readonly Slot[];
  readonly set: ColumnSet;
  /** Members that are not known by name, of each open part. */
  readonly #open: { readonly part: OutputOpen; members: JsonFields }[];
  /** Where each column of an open part stands in the set. */
  readonly #places = new Map<string, number>();
  /** Each behind the number of its part. */
  readonly #paths: FieldPath[] = [];
  readonly #named: readonly { readonly name: string; readonly slot: number }[];
  readonly #out = new ByteWriter();
  #input: ByteInput | undefined;

  /**
   * @param output the columns
   * @param figures as of `StatisticsOutput`
   */
  constructor(output: Output, slots: readonly Slot[], { deep, counts }: Figures = plain) {
    this.#output = output;
    this.#slots = slots;
    this.#named = output.flatMap((part) => (part.kind === 'column' ? [part] : []));
    this.#open = output.flatMap((part) => (part.kind === 'open' ? [{ part, members: openMembers() }] : []));
    const isOpen = this.#open.length > 0;
    this.set = new ColumnSet(
      isOpen ? Math.max(expected, this.#named.length) : this.#named.length,
      deep,
      counts,
    );
    this.set.reserve(this.#named.length);
  }

  /** What is made of the rows is small. */
  readonly size = 0;

  add(batch: Batch): void {
    const set = this.set;
    set.addRows(batch.count, 0);
    this.#input = undefined;
    const rows = batch.selection.subarray(0, batch.count);
    const fields = this.#named.map(({ slot }) => this.#fieldOf(batch, slot));
    // The bytes are taken in with the first column, for all of them.
    for (const { column } of fields) column.writeTexts();
    for (const [at, field] of fields.entries()) set.add(at, field, field.rows ?? rows, batch.count);
    for (const [at, { part, members }] of this.#open.entries()) this.#addMembers(batch, part, members, at);
  }

  take(): Uint8Array<ArrayBuffer> {
    const out = this.#out;
    out.clear();
    out.text(JSON.stringify(this.#paths));
    this.set.write(out);
    return out.take();
  }

  restart(): void {
    this.#places.clear();
    this.#paths.length = 0;
    for (const open of this.#open) open.members = openMembers();
    this.set.reset(this.#named.length);
  }

  merge(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    const paths = JSON.parse(reader.text()) as FieldPath[];
    const own = this.#named.length;
    this.set.merge(bytes.subarray(reader.at), (column) =>
      column < own ? column : this.#placeOf(paths[column - own]),
    );
  }

  /** What was found, in the order of the output: of its open parts the members that were seen. */
  get columns(): readonly DescribedColumn[] {
    const own = this.#named.length;
    let [named, open] = [0, 0];
    return this.#output.flatMap((part, at): DescribedColumn[] => {
      if (part.kind === 'column') return [{ path: [part.name], part: at, column: this.set.columns[named++] }];
      const number = String(open++);
      return this.#paths.flatMap(([of, ...path], place) => {
        const column = this.set.columns[own + place];
        return of === number && column.hasValues(this.set.rows) ? [{ path, part: at, column }] : [];
      });
    });
  }

  /** @returns `rows` where they are not those of the batch */
  #fieldOf(batch: Batch, slot: number): FieldInput & { readonly rows?: Uint32Array } {
    const { loose, reading } = this.#slots[slot];
    const nature = { loose, reading };
    const vector = vectorAt(batch, slot);
    const field = asField(vector);
    if (field) {
      const { bytes, column, unescape } = field;
      // The columns of a block all have the same bytes.
      if (this.#input?.bytes !== bytes) this.#input = new ByteInput(bytes);
      return { input: this.#input, column, unescape, nature };
    }
    const cells = new CellColumn(nature);
    for (let i = 0; i < batch.count; i++) cells.add(vector.cell(batch.selection[i]));
    return cells.finish();
  }

  /** Takes in the members of objects, one row after the other. */
  #addMembers(batch: Batch, part: OutputOpen, members: JsonFields, at: number): void {
    const scratch = new ByteWriter();
    const found = new Map<number, FoundMembers>();
    for (let i = 0; i < batch.count; i++) {
      const start = scratch.length;
      scratch.utf8(openObject(batch, part, batch.selection[i]));
      if (!members.read(scratch.bytes, start, scratch.length)) {
        throw new MemoryLimitError(
          said`DESCRIBE found more than ${maxColumns.toLocaleString('en')} different columns: name those that you want.`,
        );
      }
      for (let member = 0; member < members.count; member++) {
        const kind = members.kinds[member];
        if (kind === Kind.Missing) continue;
        const values = found.get(member) ?? noMembers();
        found.set(member, values);
        const [from, to] = [members.starts[member], members.ends[member]];
        if (kind === Kind.Object && hasMembers(scratch.bytes, from, to)) {
          values.parted++;
          continue;
        }
        values.kinds.push(kind);
        values.starts.push(from);
        values.ends.push(to);
      }
    }
    const input = new ByteInput(scratch.view());
    for (const [member, path] of members.paths().entries()) {
      const place = this.#placeOf([String(at), ...path], batch.count);
      const values = found.get(member) ?? noMembers();
      const { length } = values.kinds;
      const column = new FieldColumn(
        Uint8Array.from(values.kinds),
        Uint32Array.from(values.starts),
        Uint32Array.from(values.ends),
        new Float64Array(0),
      );
      const field = { input, column, unescape: jsonUnescape, nature: { loose: false } };
      this.set.add(
        place,
        field,
        Uint32Array.from({ length }, (_, row) => row),
        length,
      );
      this.set.addParted(place, values.parted);
      this.set.addMissing(place, batch.count - length - values.parted);
    }
  }

  /** @param taken rows of the batch at hand, which the set has counted and the columns have not */
  #placeOf(path: FieldPath, taken = 0): number {
    const key = JSON.stringify(path);
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#named.length + this.#paths.push(path) - 1;
      this.#places.set(key, place);
      const before = this.set.columns.length;
      this.set.reserve(place + 1);
      // A new column is missing in all rows so far; those of this batch are counted with their values.
      if (this.set.columns.length > before) this.set.addMissing(place, -taken);
    }
    return place;
  }
}

/** Values of a member, as they are found one by one. */
interface FoundMembers {
  readonly kinds: number[];
  readonly starts: number[];
  readonly ends: number[];
  /** Objects whose members are columns of their own. */
  parted: number;
}

function noMembers(): FoundMembers {
  return { kinds: [], starts: [], ends: [], parted: 0 };
}

function openMembers(): JsonFields {
  return new JsonFields([], maxColumns, false, true);
}

const jsonUnescape = unescapeOf({ names: 'paths' });
