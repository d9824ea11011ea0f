import { said } from '../../../said/said.ts';
import { Kind } from '../../format/record.ts';
import type { ObjectRows } from '../objectSink.ts';
import { SinkError } from '../sinkError.ts';
import { ObjectReader, readRows } from './cells.ts';
import type { JsonCells } from './jsonCells.ts';
import { Survey, type SurveyPart } from './survey.ts';
import type { RowCells } from './rowCells.ts';
import type { ColumnTypes, TypedFormat } from './typedFormat.ts';

/** What a `RowSurvey` has seen: of each column by its name, in order of first appearance. Plain data. */
export type RowsSeen = readonly (readonly [name: string, seen: SurveyPart])[];

/** What is known of rows before they are there. */
type SurveyedRows = Pick<ObjectRows, 'columns' | 'valueColumn' | 'typesInText'>;

/** Finds the columns of rows, and of each the type that holds all of its values. */
export class RowSurvey {
  readonly #rows: SurveyedRows;
  readonly #format: Pick<TypedFormat, 'name' | 'maxColumns'>;
  readonly #reader: ObjectReader;
  readonly #surveys = new Map<string, Survey>();
  /** The same by the numbers of the reader's keys. */
  readonly #read: Survey[] = [];

  constructor(rows: SurveyedRows, format: Pick<TypedFormat, 'name' | 'maxColumns'>) {
    this.#rows = rows;
    this.#format = format;
    this.#reader = new ObjectReader(rows.columns, format.maxColumns - rows.columns.length);
    this.#meetKeys();
  }

  /** Takes whole lines, each a row as JSON. @throws SinkError where there are too many columns */
  addLines(lines: Uint8Array): void {
    readRows(lines, this.#reader, this.#rows.valueColumn, (bytes) => this.#look(bytes));
  }

  /** Takes rows whose columns are the first ones here. */
  addRows(cells: RowCells): void {
    const columns = new Set(this.#rows.columns).size;
    for (let at = 0; at < columns; at++) cells.column(at, this.#read[at]);
  }

  /**
   * The same as `addLines` of rows of which the scan has found the members that there were in others. False where so many have
   * members besides that they are to be taken as lines.
   */
  addMembers(cells: JsonCells): boolean {
    const { columns } = cells;
    const apart = cells.apart((column) => this.#surveys.has(columns[column]));
    if (apart.length > Math.max(1, cells.count / 8)) return false;
    const known = new Set(columns);
    for (const row of apart) {
      const bytes = cells.read(row, this.#reader);
      this.#look(bytes, known);
    }
    for (const [column, name] of columns.entries()) {
      // A column that is in none of the rows is none of these.
      const survey = this.#surveys.get(name);
      if (survey) cells.column(column, survey);
    }
    return true;
  }

  /** What was seen so far. */
  seen(): RowsSeen {
    return [...this.#surveys].map(([name, survey]) => [name, survey.part()]);
  }

  /** Takes in what another survey has seen of the rows that come next. @throws SinkError as `addLines` */
  merge(seen: RowsSeen): void {
    for (const [name, part] of seen) this.#survey(name).merge(part);
    if (this.#surveys.size > Math.max(this.#format.maxColumns, this.#rows.columns.length))
      throw this.#tooMany();
  }

  /** @throws SinkError where there are no columns */
  async types({ columnsWithoutRows }: Pick<ObjectRows, 'columnsWithoutRows'>): Promise<ColumnTypes> {
    if (this.#surveys.size === 0) for (const name of await columnsWithoutRows()) this.#survey(name);
    if (this.#surveys.size === 0)
      throw new SinkError(
        'unsupported',
        said`There are no columns to write: ${this.#format.name} needs at least one.`,
      );
    return new Map([...this.#surveys].map(([name, survey]) => [name, survey.type()]));
  }

  /** @param passed columns whose values are looked at elsewhere */
  #look(bytes: Uint8Array, passed?: ReadonlySet<string>): void {
    if (this.#reader.overflown) throw this.#tooMany();
    const { keys, kinds, starts, ends } = this.#reader;
    const surveys = this.#read;
    if (surveys.length < keys.length) this.#meetKeys();
    for (let at = 0; at < surveys.length; at++) {
      if (kinds[at] !== Kind.Missing && !passed?.has(keys[at]))
        surveys[at].addCell(kinds[at] as Kind, bytes, starts[at], ends[at]);
    }
  }

  #meetKeys(): void {
    const { keys } = this.#reader;
    while (this.#read.length < keys.length) this.#read.push(this.#survey(keys[this.#read.length]));
  }

  #survey(name: string): Survey {
    const known = this.#surveys.get(name);
    if (known) return known;
    const { typesInText } = this.#rows;
    const survey = new Survey(typesInText([name]), (path) => typesInText([name, ...path]));
    this.#surveys.set(name, survey);
    return survey;
  }

  #tooMany(): SinkError {
    const { name, maxColumns } = this.#format;
    const message = said`The rows have more than ${maxColumns.toLocaleString('en')} columns, too many for ${name}. Choose some of them with SELECT.`;
    return new SinkError('too-many-columns', message);
  }
}
