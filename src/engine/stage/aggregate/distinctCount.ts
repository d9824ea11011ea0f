import type { CodedValues } from '../../format/fieldColumn.ts';
import { Kind } from '../../format/record.ts';
import type { PackedGroups } from '../../kernel/packedGroups.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { asField, type BatchExpression } from '../expression.ts';
import { noKey } from '../held/keySet.ts';
import { FieldVector, valueOf, type Cell } from '../vector.ts';
import {
  addEachValue,
  emptiedDoubles,
  grownDoubles,
  type Accumulator,
  type AddPacked,
} from './accumulator.ts';
import { GroupedDoubles } from './groupedDoubles.ts';
import { GroupedTexts } from './groupedTexts.ts';
import { GroupedValues } from './groupedValues.ts';
import { hasStandIns, isStoodFor, standIn } from './standIn.ts';

/** count(DISTINCT value). Of a number only its double is held, of a long value a stand-in. */
export class DistinctCount implements Accumulator {
  readonly #input: BatchExpression;
  readonly #numbers = new GroupedDoubles();
  readonly #texts = new GroupedTexts();
  readonly #others = new GroupedValues(false);
  #counts: Float64Array = new Float64Array(16);
  #scratch = new Uint32Array(0);

  constructor(input: BatchExpression) {
    this.#input = input;
  }

  get size(): number {
    return this.#numbers.size + this.#texts.size + this.#others.size + this.#counts.byteLength;
  }

  reserve(groups: number): void {
    this.#counts = grownDoubles(this.#counts, groups);
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const { selection, count } = batch;
    const vector = this.#input.vector(batch);
    const field = asField(vector);
    if (field?.column.coded !== undefined) this.#addCoded(batch, field, field.column.coded, groups);
    else if (field !== undefined && !hasStandIns(batch, field)) this.#addField(batch, field, groups);
    else for (let i = 0; i < count; i++) this.#addCell(groups[i], vector.cell(selection[i]));
  }

  packed(batch: Batch, packed: PackedGroups): AddPacked | undefined {
    return addEachValue(batch, this.#input, packed, (group, _value, vector, row) => {
      this.#addCell(group, vector.cell(row));
    });
  }

  /** Stand-ins are written as such: what is merged has them already. */
  write(group: number, out: ByteWriter): void {
    const numbers = this.#numbers.of(group);
    out.count(numbers.length);
    for (const number of numbers) out.double(number);
    this.#texts.write(group, out);
    this.#others.write(group, out);
  }

  merge(group: number, from: ByteReader): void {
    for (let left = from.count(); left > 0; left--) this.#addNumber(group, from.double());
    this.#texts.merge(group, from, this.#take);
    this.#others.merge(group, from, this.#take);
  }

  result(group: number): Cell {
    return this.#counts[group];
  }

  reset(): void {
    this.#numbers.clear();
    this.#texts.clear();
    this.#others.clear();
    this.#counts = emptiedDoubles(this.#counts);
  }

  #addField(batch: Batch, field: FieldVector, groups: Uint32Array): void {
    const { selection, count } = batch;
    if (this.#scratch.length < count) this.#scratch = new Uint32Array(count);
    const texts = this.#scratch;
    this.#texts.numbers(batch, field, texts);
    // All that have a number come before others get one: see `GroupedTexts.numbers`.
    for (let i = 0; i < count; i++) {
      if (texts[i] !== noKey && this.#texts.addNumber(groups[i], texts[i])) this.#counts[groups[i]]++;
    }
    for (let i = 0; i < count; i++) {
      if (texts[i] === noKey) this.#addOther(groups[i], field, selection[i]);
    }
  }

  /** Of a column that is kept as its different values, each text is looked up once. */
  #addCoded(
    { selection, count }: Batch,
    { unescape }: FieldVector,
    { values, bytes, codes }: CodedValues,
    groups: Uint32Array,
  ): void {
    const field = new FieldVector(bytes, values, unescape);
    const texts = new Float64Array(values.kinds.length).fill(-1);
    for (let i = 0; i < count; i++) {
      const value = codes[selection[i]];
      if (values.kinds[value] !== Kind.Text || isStoodFor(bytes, values, value)) {
        this.#addOther(groups[i], field, value);
        continue;
      }
      if (texts[value] === -1)
        texts[value] = this.#texts.number(bytes, values.starts[value], values.ends[value]);
      if (this.#texts.addNumber(groups[i], texts[value])) this.#counts[groups[i]]++;
    }
  }

  #addOther(group: number, field: FieldVector, row: number): void {
    const { kinds, numbers } = field.column;
    const kind = kinds[row];
    if (kind <= Kind.Null) return;
    if (kind === Kind.Number && numbers.length > 0 && !Number.isNaN(numbers[row]))
      this.#addNumber(group, numbers[row]);
    else this.#addCell(group, kind === Kind.Number ? field.value(row) : field.cell(row));
  }

  #addCell(group: number, cell: Cell): void {
    const value = valueOf(cell);
    if (value === null) return;
    if (typeof value === 'number') {
      this.#addNumber(group, value);
      return;
    }
    const known = standIn(cell);
    if (typeof known !== 'string') this.#others.add(group, known, 1, this.#take);
    else if (this.#texts.add(group, known)) this.#counts[group]++;
  }

  #addNumber(group: number, value: number): void {
    if (this.#numbers.add(group, value)) this.#counts[group]++;
  }

  readonly #take = (group: number): void => {
    this.#counts[group]++;
  };
}
