import { isReadable } from '../fault.ts';
import type { Format } from '../format/driver.ts';
import type { FieldRequest, Needle, RecordBlock } from '../format/record.ts';
import { partitionOf, pathOf } from '../format/recordBlocks.ts';
import { formatOf } from '../format/registry.ts';
import { bufferOver, fieldText, jsonUnescape } from '../query/fieldText.ts';
import { Hits, placesOf, type Plan } from '../query/index.ts';
import { SaidError } from '../../said/said.ts';
import { cellsOf, holding, RecordHits, type RecordCells } from './cellTexts.ts';
import { DerivedRows } from './derivedRows.ts';
import type { Find, SearchedCells } from './task.ts';
import { writtenAs } from './written.ts';

/** Rows that are computed at a time, to be looked through. */
const computedAtOnce = 64;

/**
 * Finds a text in the cells of rows, as people's Ctrl+F does: what a cell shows is found, however the file has it written,
 * and nothing else, such as the name of a member or a text that goes on in the next field. Marks that stand for no
 * value, such as `null`, are no text. Upper and lower case are the same unless `matchCase`, by Unicode's
 * simple folding as JavaScript's `toLowerCase` has it.
 */
export class TextFinder {
  /** What a scan must find for it. */
  readonly fields: readonly FieldRequest[];
  readonly #records: RecordFinder;
  /** Where the rows are computed from records, and the finder for them. */
  readonly #derived: ComputedRows | undefined;

  constructor(find: Find, plan: Plan, format: Format) {
    const { named } = plan.layout;
    const asked = plan.where?.fields ?? [];
    const isNamed = named !== undefined;
    const computes = plan.shape === 'rows';
    this.fields = computes ? plan.fields : isNamed ? [...asked, { path: [named], numeric: false }] : asked;
    this.#records = new RecordFinder(find, format, isNamed ? asked.length : undefined);
    this.#derived = computes
      ? {
          rows: new DerivedRows(plan),
          finder: new RecordFinder(find, formatOf({ kind: 'jsonl' }), undefined),
        }
      : undefined;
  }

  /** Whether it computes rows, which may say where their records are. */
  get computes(): boolean {
    return this.#derived !== undefined;
  }

  /**
   * Narrows a selection of the block's records in place; answers how many are left.
   * @param record 0-based number of the block's first record, `line` of its first line
   */
  select(block: RecordBlock, selection: Uint32Array, count: number, record: number, line: number): number {
    if (count === 0) return 0;
    if (!this.#derived) return this.#records.select(block, selection, count);
    let kept = 0;
    for (let at = 0; at < count; at += computedAtOnce) {
      const some = selection.slice(at, Math.min(count, at + computedAtOnce));
      for (const index of this.#foundIn(this.#derived, block, some, record, line)) selection[kept++] = index;
    }
    return kept;
  }

  /** Those of some records whose rows hold the text. Of a row that cannot be computed nothing is shown but why. */
  #foundIn(
    derived: ComputedRows,
    block: RecordBlock,
    records: Uint32Array,
    record: number,
    line: number,
  ): Uint32Array {
    const rows = derived.rows.compute(block, records, record, line, true);
    if (rows instanceof SaidError) {
      if (records.length === 1) return none;
      return records.filter(
        (one) => this.#foundIn(derived, block, Uint32Array.of(one), record, line).length > 0,
      );
    }
    const found = Uint32Array.from(records.keys());
    const count = derived.finder.select(rows, found, found.length);
    return found.subarray(0, count).map((row) => records[row]);
  }
}

/** What computes rows, and what finds the text in them. */
interface ComputedRows {
  readonly rows: DerivedRows;
  readonly finder: RecordFinder;
}

/** Finds the text in records as they stand. */
class RecordFinder {
  readonly #needle: Needle;
  readonly #doubts: readonly Needle[] | undefined;
  readonly #holds: (text: string) => boolean;
  readonly #cells: RecordCells;
  readonly #shown: SearchedCells;
  readonly #partitions: readonly string[];
  /** What was found of what is said of files. */
  readonly #ofFiles = new Map<string, boolean>();
  readonly #nameAt: number | undefined;

  /** @param nameAt the field of the records' names, where they have some */
  constructor(find: Find, format: Format, nameAt: number | undefined) {
    const { needle, doubts } = writtenAs(find, format);
    this.#needle = needle;
    this.#doubts = doubts;
    this.#holds = holding(find);
    this.#cells = cellsOf(format, find.cells, this.#holds);
    this.#shown = find.cells;
    this.#partitions = format.layout.partitions ?? [];
    this.#nameAt = nameAt;
  }

  select(block: RecordBlock, selection: Uint32Array, count: number): number {
    if (count === 0) return 0;
    const { starts, ends, faults, bytes } = block;
    const [first, last] = [selection[0], selection[count - 1]];
    const search = (needle: Needle): Hits => new Hits(placesOf(block, needle, first, last), needle);
    const hits = new RecordHits(placesOf(block, this.#needle, first, last), this.#needle);
    const doubts = this.#doubts?.map(search);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const record = selection[i];
      const [start, end] = [starts[record], ends[record]];
      // Each is asked, as it goes on from the record before.
      let isOpen = doubts === undefined;
      for (const doubt of doubts ?? []) if (doubt.isIn(start, end)) isOpen = true;
      const isHit = hits.begin(start, end);
      // A record that is too long is not there.
      const isHeld = end <= bytes.length;
      const isFound =
        isHeld && (isHit || isOpen)
          ? isReadable(faults[record])
            ? this.#cells.hold(block, record, hits, isOpen)
            : isHit || this.#holds(bufferOver(bytes).toString('utf8', start, end))
          : false;
      if (isFound || this.#isBeside(block, record)) selection[kept++] = record;
    }
    return kept;
  }

  /** Whether the text stands in what is said of a record besides its fields. */
  #isBeside(block: RecordBlock, record: number): boolean {
    const names = this.#nameAt === undefined ? undefined : block.fields[this.#nameAt];
    if (names !== undefined && this.#holds(fieldText(block.bytes, names, record, jsonUnescape))) return true;
    if (!this.#shown.paths || !block.files) return false;
    const path = pathOf(block, record) ?? '';
    let known = this.#ofFiles.get(path);
    if (known === undefined) {
      const said = this.#partitions.map((_, column) => partitionOf(block, record, column));
      known = [path, ...said].some((value) => value !== null && this.#holds(String(value)));
      this.#ofFiles.set(path, known);
    }
    return known;
  }
}

const none = new Uint32Array(0);
