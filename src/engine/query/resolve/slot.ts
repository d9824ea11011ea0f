import type { FieldRequest } from '../../format/record.ts';
import { timesInside, type CellNature } from '../cell.ts';
import { natureOf, type Layout } from '../layout.ts';
import type { RecordAttribute } from '../recordAttribute.ts';
import type { FieldList } from '../predicate/fields.ts';

/**
 * Where the values of a slot come from. A slot is a column of the batches that run through the stages; its number
 * stays the same from the scan to the output.
 */
export type SlotSource =
  /** A field that the scan found; `field` is its index in `RecordBlock.fields`. */
  | { readonly kind: 'field'; readonly field: number }
  | { readonly kind: 'attribute'; readonly attribute: RecordAttribute }
  /** What the folder of its file says of a record: see `FormatSpec.partitions`. */
  | { readonly kind: 'partition'; readonly partition: number }
  /** The whole record as JSON. */
  | { readonly kind: 'record' }
  /** The bytes of the whole record. */
  | { readonly kind: 'bytes' }
  /** Filled by a stage. */
  | { readonly kind: 'computed' };

export interface Slot extends CellNature {
  readonly source: SlotSource;
  /** Set where there are cells of tables inside its objects: where it is itself. */
  readonly within?: { readonly layout: Layout; readonly path: FieldRequest['path'] } | undefined;
  /** Set where its objects are rows of the other file of a JOIN; `layout` once that file is open. */
  readonly rowsOf?: { readonly layout: Layout | undefined } | undefined;
}

/** What the texts are that stand at some path inside a slot's value. */
export function memberNature(
  { loose, rowsOf, times, within }: Slot,
  path: readonly (string | number)[],
): CellNature {
  if (within !== undefined) return natureOf([...within.path, ...path], within.layout);
  const layout = rowsOf?.layout;
  if (layout === undefined) return { loose, times: path.reduce(timesInside, times) };
  if (layout.names !== 'columns') return natureOf(path, layout);
  const column = path.length === 1 ? layout.columns.indexOf(String(path[0])) : -1;
  return { loose: true, reading: column === -1 ? undefined : layout.readings?.at(column) };
}

/** Values that have a type of their own. */
const typed: Omit<Slot, 'source'> = { loose: false };

/** Hands out slots, one for each thing that a query reads or makes. */
export class SlotTable {
  readonly slots: Slot[] = [];
  readonly fields: FieldList;
  /** What the query names of records besides their fields. Steps may read more of it, on their own account. */
  readonly named = new Set<RecordAttribute>();
  readonly #layout: Layout;
  readonly #known = new Map<string, number>();

  constructor(fields: FieldList, layout: Layout) {
    this.fields = fields;
    this.#layout = layout;
  }

  /** @param numeric whether the field's numbers will be asked for, and not only its text */
  field(path: FieldRequest['path'], numeric: boolean): number {
    const field = this.fields.add(path, numeric);
    return this.#once(`field ${field}`, {
      source: { kind: 'field', field },
      ...natureOf(path, this.#layout),
      within: hasCells(this.#layout) ? { layout: this.#layout, path } : undefined,
    });
  }

  /** The numbers of a slot will be asked for: what has passed a column on did not know. */
  askNumbers(slot: number): void {
    const { source } = this.slots[slot];
    if (source.kind === 'field') this.fields.askNumbers(source.field);
  }

  attribute(attribute: RecordAttribute): number {
    return this.#once(attribute, { source: { kind: 'attribute', attribute }, loose: false });
  }

  partition(partition: number): number {
    return this.#once(`partition ${partition}`, { source: { kind: 'partition', partition }, loose: false });
  }

  record(): number {
    return this.#once('record', { source: { kind: 'record' }, loose: false });
  }

  bytes(): number {
    return this.#once('bytes', { source: { kind: 'bytes' }, loose: false });
  }

  computed({ loose, reading, times, rowsOf, within }: Omit<Slot, 'source'> = typed): number {
    return this.slots.push({ source: { kind: 'computed' }, loose, reading, times, rowsOf, within }) - 1;
  }

  #once(key: string, slot: Slot): number {
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.slots.push(slot) - 1;
      this.#known.set(key, index);
    }
    return index;
  }
}

function hasCells(layout: Layout): boolean {
  return layout.names === 'paths' && layout.cells !== undefined;
}
