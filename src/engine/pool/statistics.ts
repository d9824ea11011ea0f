import { isReadable } from '../fault.ts';
import { Coverage } from '../format/json/coverage.ts';
import { hasMembers, JsonFields } from '../format/json/fields.ts';
import { FieldColumn, Kind, type FieldRequest, type RecordBlock } from '../format/record.ts';
import { formatOf, type FormatSpec } from '../format/registry.ts';
import { unescapeOf } from '../query/fieldText.ts';
import { readingOf } from '../query/layout.ts';
import { tooManyColumns } from '../sink/tableRow.ts';
import { ByteWriter } from '../stage/bytes.ts';
import { ByteInput, ColumnSet, countedColumn, type FieldInput } from '../statistics/index.ts';
import { discovers, statisticsFields } from './columns.ts';
import { firstNumbers } from './firstNumbers.ts';
import type { Matcher } from './matcher.ts';
import type { ScanResult, StatisticsOutput } from './task.ts';

/** More columns than this are not gathered: keys that are data, such as ids, would fill the memory. */
const maxColumns = 10_000;

/** Gathers what columns hold in the records that match. */
export class StatisticsCollector {
  /** What the scan must find: the fields of the condition come first. */
  readonly fields: readonly FieldRequest[];
  readonly #output: StatisticsOutput;
  readonly #nature: (column: number) => Pick<FieldInput, 'unescape' | 'nature'>;
  /** Index in `fields` of each column's; -1 of one that no scanner finds, and that is read from odd records. */
  readonly #places: readonly number[];
  readonly #coverage: Coverage | undefined;
  readonly #firstRequest: number;
  readonly #set: ColumnSet;
  readonly #out = new ByteWriter();
  #members: JsonFields | undefined;
  #readable = new Uint32Array(0);
  #odd = new Uint32Array(0);

  constructor(output: StatisticsOutput, format: FormatSpec, asked: readonly FieldRequest[]) {
    this.#output = output;
    const { columns, deep, readings } = output;
    const { layout, numbersInText } = formatOf(format);
    const unescape = unescapeOf(layout);
    const loose = numbersInText || output.numbersInText === true;
    this.#nature = (column) => ({
      unescape,
      nature: { loose, reading: readings?.at(column) ?? readingOf(columns[column], layout) },
    });
    if (discovers(output, layout)) {
      // Only names lead to what is found unasked, and to some value: a record that is no object has no name.
      const named = columns.map((path) => path.map(String));
      const coverage = new Coverage(named.filter((path) => path.length > 0));
      this.#coverage = coverage;
      this.#firstRequest = asked.length;
      this.fields = [...asked, ...coverage.requests];
      let next = 0;
      this.#places = named.map((path) =>
        path.length === 0 ? -1 : asked.length + coverage.requestOf(next++),
      );
    } else {
      const { fields, places } = statisticsFields(output, asked);
      this.#places = places;
      this.#firstRequest = 0;
      this.fields = fields;
    }
    this.#set = new ColumnSet(output.expected, deep, output.counts);
    this.restart(output.many);
  }

  /** @param many see `StatisticsOutput` */
  restart(many: readonly number[]): void {
    this.#set.reset(this.#output.columns.length, new Set(many));
    this.#members = undefined;
  }

  take(block: RecordBlock, selection: Uint32Array, count: number): void {
    const readable = this.#readableOf(block, selection, count);
    const rows = readable.length;
    const input = new ByteInput(block.bytes);
    const packed = this.#coverage ? [] : this.#packedOf(block, readable);
    const odd = this.#coverage ? this.#oddOf(this.#coverage, block, readable) : undefined;
    const found = odd && odd.length > 0 ? this.#readMembers(block, odd) : undefined;
    const set = this.#set;
    set.reserve(this.#members?.count ?? 0);
    set.addRows(rows, count - rows);
    for (let column = 0; column < set.columns.length; column++) {
      const own = packed.at(column);
      if (own) {
        set.add(column, own, own.rows, own.rows.length);
        continue;
      }
      const place = this.#places.at(column) ?? -1;
      if (place !== -1) {
        const found = block.fields[place];
        const { values, parted } = this.#coverage
          ? withoutParted(block.bytes, found, readable)
          : { values: found, parted: 0 };
        if (values !== undefined) {
          set.add(column, { input, column: values, ...this.#nature(column) }, readable, rows);
          // They were counted as missing.
          if (parted > 0) set.addMissing(column, -parted);
        }
        if (parted > 0) set.addParted(column, parted);
        continue;
      }
      const others = found?.get(column);
      if (others) {
        set.add(column, { input, column: others.column(), ...json }, others.rows(), others.count);
        set.addParted(column, others.parted);
      }
      set.addMissing(column, rows - (others ? others.count + others.parted : 0));
    }
  }

  finish(): Partial<ScanResult> {
    this.#out.clear();
    this.#set.write(this.#out);
    const paths = this.#members?.paths(this.#output.columns.length) ?? [];
    return { bytes: this.#out.release(), paths };
  }

  /**
   * Of the columns, those that are packed: their different values where they are few, their numbers without their texts where
   * those are not looked at. All others have their texts in the block's bytes then.
   */
  #packedOf(block: RecordBlock, readable: Uint32Array): (PackedInput | undefined)[] {
    return this.#places.map((place, column) => {
      const values = block.fields[place];
      const nature = this.#nature(column);
      const counted = countedColumn(values, readable, block.count);
      if (counted) {
        const { column, bytes, counts } = counted;
        const rows = firstNumbers(counts.length);
        return { input: new ByteInput(bytes, true), column, counts, rows, ...nature };
      }
      const { textAt } = values;
      if (!textAt || nature.nature.loose) {
        values.writeTexts();
        return undefined;
      }
      const { kinds, numbers } = values;
      const numbersAlone = new FieldColumn(kinds, noPlaces, noPlaces, numbers);
      return { input: nothing, column: numbersAlone, textAt, rows: readable, ...nature };
    });
  }

  #readableOf(
    { faulty, faults, count: all }: RecordBlock,
    selection: Uint32Array,
    count: number,
  ): Uint32Array {
    if (faulty === 0) return selection.subarray(0, count);
    if (this.#readable.length < all) this.#readable = new Uint32Array(all * 2);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (isReadable(faults[selection[i]])) this.#readable[kept++] = selection[i];
    }
    return this.#readable.subarray(0, kept);
  }

  #oddOf(coverage: Coverage, block: RecordBlock, rows: Uint32Array): Uint32Array {
    if (this.#odd.length < rows.length) this.#odd = new Uint32Array(rows.length * 2);
    const count = coverage.uncovered(block, this.#firstRequest, rows, rows.length, this.#odd);
    return this.#odd.subarray(0, count);
  }

  /** What odd records hold at paths that no scan has been asked for, by column. */
  #readMembers({ bytes, starts, ends }: RecordBlock, odd: Uint32Array): Map<number, FoundValues> {
    const { columns } = this.#output;
    const known = columns.length;
    const members = (this.#members ??= new JsonFields(
      columns.map((path) => path.map(String)),
      maxColumns - known,
      false,
      true,
    ));
    const found = new Map<number, FoundValues>();
    const root = columns.findIndex((path) => path.length === 0);
    const note = (column: number): void => {
      const kind = members.kinds[column];
      if (kind === Kind.Missing) return;
      let values = found.get(column);
      if (!values) found.set(column, (values = new FoundValues()));
      const [start, end] = [members.starts[column], members.ends[column]];
      if (kind === Kind.Object && hasMembers(bytes, start, end)) values.parted++;
      else values.add(kind, start, end);
    };
    for (const record of odd) {
      if (!members.read(bytes, starts[record], ends[record])) throw tooManyColumns(maxColumns);
      if (root !== -1) note(root);
      for (let column = known; column < members.count; column++) note(column);
    }
    return found;
  }
}

interface PackedInput extends FieldInput {
  readonly rows: Uint32Array;
}

const nothing = new ByteInput(new Uint8Array(0), true);
const noPlaces = new Uint32Array(0);

/** Values of a column, as they are found one by one. */
class FoundValues {
  readonly #kinds: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Objects whose members are columns of their own. */
  parted = 0;

  get count(): number {
    return this.#kinds.length;
  }

  add(kind: number, start: number, end: number): void {
    this.#kinds.push(kind);
    this.#starts.push(start);
    this.#ends.push(end);
  }

  column(): FieldColumn {
    return new FieldColumn(
      Uint8Array.from(this.#kinds),
      Uint32Array.from(this.#starts),
      Uint32Array.from(this.#ends),
      new Float64Array(0),
    );
  }

  rows(): Uint32Array {
    return Uint32Array.from(this.#kinds, (_, row) => row);
  }
}

const json: Pick<FieldInput, 'unescape' | 'nature'> = {
  unescape: unescapeOf({ names: 'paths' }),
  nature: { loose: false },
};

interface WithoutParted {
  /** Undefined where there are no others. */
  readonly values: FieldColumn | undefined;
  readonly parted: number;
}

/** Takes out the objects whose members are columns of their own: those are missing in `values`. */
function withoutParted(bytes: Uint8Array, column: FieldColumn, rows: Uint32Array): WithoutParted {
  const { kinds, starts, ends } = column;
  const isParted = (row: number): boolean =>
    kinds[row] === Kind.Object && hasMembers(bytes, starts[row], ends[row]);
  let parted = 0;
  if (kinds.includes(Kind.Object)) for (const row of rows) if (isParted(row)) parted++;
  if (parted === 0) return { values: column, parted };
  if (parted === rows.length) return { values: undefined, parted };
  const others = kinds.slice();
  for (const row of rows) if (isParted(row)) others[row] = Kind.Missing;
  return { values: new FieldColumn(others, starts, ends, column.numbers), parted };
}

/** Collectors that a condition was last used with: what they hold in memory is used again for the next stretch. */
const kept = new WeakMap<Matcher, { readonly key: string; readonly collector: StatisticsCollector }>();

export function statisticsCollector(
  output: StatisticsOutput,
  format: FormatSpec,
  matcher: Matcher,
): StatisticsCollector {
  const key = JSON.stringify({ ...output, many: undefined });
  const last = kept.get(matcher);
  if (last?.key === key) {
    last.collector.restart(output.many);
    return last.collector;
  }
  const collector = new StatisticsCollector(output, format, matcher.fields);
  kept.set(matcher, { key, collector });
  return collector;
}
