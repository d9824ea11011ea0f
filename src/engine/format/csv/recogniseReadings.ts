import { createPlainCsvScanner } from './csv.ts';
import { plainNumber, type CellReading, type CellReadings } from './cellReading.ts';
import type { RecordBlock } from '../record.ts';
import type { CsvDialect } from './dialect.ts';
import type { OpenReading } from './openReading.ts';
import { fieldText } from './text.ts';
import { dateBy, dateOrders, readDateParts, type DateOrder } from './writtenDate.ts';
import { percent, rewriteNumber, unitIn, type DecimalMark } from './writtenNumber.ts';

/** What the user says of the cells; what is not said is recognised, `none` is not looked for. */
export interface ReadingHints {
  readonly decimal?: DecimalMark | 'none' | undefined;
  readonly dates?: DateOrder | 'none' | undefined;
}

export interface FoundReadings {
  /** Undefined where every column is written as the language has it. */
  readonly readings: CellReadings | undefined;
  readonly open: readonly OpenReading[];
  /** By the index of the column. */
  readonly written: readonly WrittenCells[];
}

/** What the cells of a column that hold something can all be. */
export interface WrittenCells {
  /** Whether any cell holds something. */
  readonly some: boolean;
  /** The decimal marks with which all are numbers; none where they are not. */
  readonly decimals: ReadonlySet<DecimalMark>;
  /** What stands with these numbers. */
  readonly unit: string | undefined;
  /** The orders in which all are dates; all orders where they are dates by ISO 8601, which are read in any column of dates. */
  readonly orders: ReadonlySet<DateOrder>;
  /** A cell that leaves one decimal mark or order only, where there is one. */
  readonly example: string;
  readonly reading: CellReading | undefined;
}

/** First rows that are looked at, and as many at most of those behind them, which lie as far apart. */
const rowLimit = 2000;
/** Of a column that begins with so many words no more is looked at. */
const manyWords = 20;
/** A text without any digit. */
const word = /^\D*\p{L}\D*$/u;
/** What stands in a cell that holds nothing. */
const nothing =
  /^\s*(?:|null|nil|none|n\/?a|nan|#(?:n\/a|div\/0!|ref!|value!|name\?|num!|null!)|\\n|\p{Sc}?\s*[-\u2013\u2014]+|\?|\.+|unknown)\s*$/iu;

export function holdsNothing(text: string): boolean {
  return nothing.test(text);
}

/**
 * Recognises how the cells of each column are written, from the rows in `head[from, ...)`. Every cell of a column
 * that holds something must fit, and one at least must fit nothing else. A word does no harm, such as the one of a total
 * below dates, or `pending` among amounts, where two cells are none for each that is.
 */
export function recogniseReadings(
  head: Uint8Array,
  from: number,
  final: boolean,
  dialect: CsvDialect,
  hints: ReadingHints,
): FoundReadings {
  const { count, bytes, fields } = rowsOf(head, from, final, dialect);
  const textOf = (row: number, column: number): string => {
    const { kinds, starts, ends } = fields[column];
    return fieldText(bytes, kinds[row], starts[row], ends[row], dialect);
  };
  return readingsIn(dialect.columns.length, count, textOf, hints, dialect.delimiter === ',' ? '.' : ',');
}

/**
 * The same of rows that are known already.
 * @param textOf a cell; '' where there is none
 * @param usual the decimal mark of files such as this one, where numbers have groups and no fraction
 */
export function readingsIn(
  width: number,
  count: number,
  textOf: (row: number, column: number) => string,
  hints: ReadingHints,
  usual: DecimalMark,
): FoundReadings {
  const columns = Array.from({ length: width }, () => new Column(hints));
  const open = new Set(columns.keys());
  const step = Math.max(1, Math.ceil((count - rowLimit) / rowLimit));
  for (let row = 0; row < count && open.size > 0; row += row < rowLimit ? 1 : step) {
    for (const index of open) if (!columns[index].take(textOf(row, index))) open.delete(index);
  }
  const found = columns.map((column, index) => (open.has(index) ? column.choices(usual) : []));
  const choices = settled(found, columns);
  const readings = choices.map((readings) => (readings.length === 1 ? readings[0] : undefined));
  return {
    readings: readings.some((reading) => reading !== undefined) ? readings : undefined,
    open: choices.flatMap((readings, column) =>
      readings.length === 2
        ? [{ column, example: columns[column].example, choices: [readings[0], readings[1]] }]
        : [],
    ),
    written: columns.map((column, index) => ({ ...column.written, reading: readings[index] })),
  };
}

/** A file is written in one way: what is open in a column is as all those columns have it that leave nothing open. */
function settled(
  found: readonly (readonly CellReading[])[],
  columns: readonly Column[],
): readonly (readonly CellReading[])[] {
  const wayOf = (reading: CellReading): string =>
    reading.kind === 'number' ? reading.decimal : reading.order;
  const ways = { number: new Set<string>(), date: new Set<string>() };
  for (const [at, choices] of found.entries())
    if (choices.length === 1 && columns[at].tells) ways[choices[0].kind].add(wayOf(choices[0]));
  return found.map((choices) => {
    if (choices.length < 2 || ways[choices[0].kind].size !== 1) return choices;
    const fitting = choices.filter((reading) => ways[reading.kind].has(wayOf(reading)));
    return fitting.length === 1 ? fitting : choices;
  });
}

/** Bytes that mostly hold rows enough to tell, and how many are enough. */
const firstBytes = 128 * 1024;
const enoughRows = 200;

/** The rows of the head, or the first ones where it is long. */
function rowsOf(head: Uint8Array, from: number, final: boolean, dialect: CsvDialect): RecordBlock {
  const scanner = createPlainCsvScanner(dialect);
  scanner.reserve(head.length).set(head);
  const fields = dialect.columns.map((_column, index) => ({ path: [index], numeric: false }));
  const task = { length: head.length, offset: 0, from, final, fields };
  const first = scanner.scan({ ...task, until: Math.min(head.length, from + firstBytes) });
  return first.count >= enoughRows ? first : scanner.scan({ ...task, until: head.length });
}

/** So many of the cells may be something else: an empty date of SAP among dates, `>100` among numbers. */
const oddShare = 0.1;
/** A column is given up before its end where so many of at least so many cells fit nothing. */
const poorShare = 0.25;
const poorCells = 4;

/** Which of some choices the cells of a column fit. */
class Choices<T> {
  readonly #misfits: Map<T, number>;
  #cells = 0;

  constructor(all: readonly T[]) {
    this.#misfits = new Map(all.map((choice) => [choice, 0]));
  }

  get all(): readonly T[] {
    return [...this.#misfits.keys()];
  }

  take(fits: (choice: T) => boolean): void {
    this.#cells++;
    for (const [choice, count] of this.#misfits) if (!fits(choice)) this.#misfits.set(choice, count + 1);
  }

  drop(): void {
    this.#misfits.clear();
  }

  /** Those that the most cells fit, where nearly all of them do. */
  get left(): ReadonlySet<T> {
    const least = this.#least;
    if (least > this.#cells * oddShare) return new Set();
    return new Set([...this.#misfits].filter(([, count]) => count === least).map(([choice]) => choice));
  }

  get isOver(): boolean {
    return this.#least >= poorCells && this.#least > this.#cells * poorShare;
  }

  get #least(): number {
    return Math.min(...this.#misfits.values());
  }
}

/** What the cells of a column still can be. */
class Column {
  readonly #hints: ReadingHints;
  /** A cell that the two readings that are left take differently; else the first cell. */
  example = '';
  #differs = false;
  #separator: string | undefined;
  #named = false;
  #short = false;
  /** Cells that hold something; those of them that are numbers, or dates, as the user says they are written. */
  #filled = 0;
  #words = 0;
  #numbersTold = 0;
  #datesTold = 0;
  #telling: string | undefined;
  #plain = true;
  #unit: string | undefined;
  /** Whether a number stands by itself, without a unit. */
  #bare = false;
  /** Whether a number is an amount, or written otherwise than as negative: `(1)`, `(2)` and so on count what they stand beside. */
  #positive = false;
  /** What separates three digits from those before them, of which the decimal marks make different numbers. */
  readonly #groups = new Set<DecimalMark>();
  #iso = true;
  readonly #marks: Choices<DecimalMark>;
  readonly #dates: Choices<DateOrder>;

  constructor(hints: ReadingHints) {
    this.#hints = hints;
    const { decimal, dates } = hints;
    this.#marks = new Choices(decimal === undefined ? [',', '.'] : decimal === 'none' ? [] : [decimal]);
    this.#dates = new Choices(dates === undefined ? dateOrders : dates === 'none' ? [] : [dates]);
  }

  /** What is told holds, however many of the cells do not fit. */
  get #decimals(): ReadonlySet<DecimalMark> {
    return this.#hints.decimal === undefined ? this.#marks.left : new Set(this.#marks.all);
  }

  get #orders(): ReadonlySet<DateOrder> {
    return this.#hints.dates === undefined ? this.#dates.left : new Set(this.#dates.all);
  }

  /** Takes a cell into account; answers whether there is anything that the column can be. */
  take(text: string): boolean {
    if (!holdsNothing(text)) {
      this.#filled++;
      if (this.example === '') this.example = text.trim();
      if (word.test(text)) {
        this.#words++;
        return this.#isTold || this.#words < manyWords || !this.#isWords;
      }
      if (!this.#isNone(this.#marks, this.#hints.decimal)) this.#takeNumber(text);
      if (!this.#isNone(this.#dates, this.#hints.dates)) this.#takeDate(text);
    }
    return !this.#isNone(this.#marks, this.#hints.decimal) || !this.#isNone(this.#dates, this.#hints.dates);
  }

  #isNone(choices: Choices<unknown>, told: string | undefined): boolean {
    return choices.all.length === 0 || (told === undefined && choices.isOver);
  }

  #takeNumber(text: string): void {
    const isPlain = plainNumber.test(text);
    const unit = isPlain ? undefined : unitIn(text);
    if (!this.#takeUnit(unit)) {
      if (this.#hints.decimal === undefined) this.#marks.drop();
      return;
    }
    const numbers = new Map(
      this.#marks.all.map((mark) => [mark, rewriteNumber(text, { decimal: mark, unit })]),
    );
    this.#marks.take((mark) => numbers.get(mark) !== undefined);
    const found = [...numbers.values()].filter((number) => number !== undefined);
    if (found.length === 0) return;
    this.#numbersTold++;
    this.#plain &&= isPlain;
    this.#positive ||= unit !== undefined || !negative.test(text);
    if (numbers.size < 2) return;
    if (found.length === 1) this.#telling ??= text.trim();
    else if (found[0] !== found[1]) {
      this.#groups.add(text.includes(',') ? ',' : '.');
      this.#note(text);
    }
  }

  /** Answers whether a number with this unit can stand in one column with those before it. */
  #takeUnit(unit: string | undefined): boolean {
    if (unit === undefined) {
      this.#bare = true;
      return this.#unit !== percent;
    }
    this.#unit ??= unit;
    return unit === this.#unit && !(unit === percent && this.#bare);
  }

  #takeDate(text: string): void {
    const parts = readDateParts(text);
    const isIso = parts?.yearFirst === true && isoDate.test(text.trim());
    const dates = new Map(
      this.#dates.all.map((order) => [order, parts && dateBy(parts, isIso ? 'ymd' : order)]),
    );
    this.#dates.take((order) => dates.get(order) !== undefined);
    const found = [...dates.values()].filter((date) => date !== undefined);
    if (parts === undefined || found.length === 0) return;
    this.#datesTold++;
    this.#iso &&= isIso;
    if (isIso) return;
    this.#separator ??= parts.separator;
    this.#named ||= parts.order !== undefined;
    this.#short ||= parts.short === true;
    if (dates.size < 2) return;
    if (found.length === 1) this.#telling ??= text.trim();
    else if (found[0] !== found[1]) this.#note(text);
  }

  get written(): Omit<WrittenCells, 'reading'> {
    const none = this.#isWords;
    const orders =
      this.#iso && this.#datesTold > 0 && this.#orders.size > 0 ? new Set(dateOrders) : this.#orders;
    return {
      some: this.#filled > 0,
      decimals: none || !this.#positive ? new Set() : this.#decimals,
      unit: this.#unit,
      orders: none ? new Set() : orders,
      example: this.#telling ?? this.example,
    };
  }

  /** Whether its cells by themselves leave one decimal mark, or one order of numbers in dates. */
  get tells(): boolean {
    return this.#separator === undefined
      ? this.#decimals.size === 1
      : this.#orders.size === 1 && !this.#named;
  }

  /** Whether too many of the cells are words for the column to be anything else. */
  get #isWords(): boolean {
    return this.#words * 3 > this.#filled;
  }

  get #isTold(): boolean {
    const { decimal = 'none', dates = 'none' } = this.#hints;
    return decimal !== 'none' || dates !== 'none';
  }

  #note(text: string): void {
    if (this.#differs) return;
    this.#differs = true;
    this.example = text.trim();
  }

  /**
   * No reading, one, or two between which the cells do not decide.
   * @param usual the decimal mark of files such as this one, where numbers have groups and no fraction
   */
  choices(usual: DecimalMark): readonly CellReading[] {
    const { decimal, dates } = this.#hints;
    // What is told holds for a column although a few of its cells are something else.
    const areDates =
      dates === undefined ? this.#orders.size > 0 && !this.#isWords : this.#datesTold * 2 > this.#filled;
    const separator = this.#separator;
    // Dates by ISO 8601 are read as such in any column.
    if (areDates && this.#iso && this.#datesTold > 0) return [];
    if (separator !== undefined && areDates) {
      const orders = [...this.#orders];
      // Article numbers such as 02.01.03 are no dates as long as no part can only be a day.
      if (this.#short && separator === '.' && orders.length > 1) return [];
      // Nobody writes a date with points month first, but for those whose other cells say so.
      const known = separator === '.' && this.#orders.has('dmy') ? (['dmy'] as const) : orders;
      const named = this.#named ? ({ named: true } as const) : undefined;
      const short = this.#short ? ({ short: true } as const) : undefined;
      return known.map((order) => ({ kind: 'date', order, separator, ...named, ...short }));
    }
    const isTold = decimal !== undefined;
    const isPlain = this.#plain || this.#isWords || !this.#positive;
    if (isTold ? this.#numbersTold * 2 <= this.#filled && this.#filled > 0 : isPlain) return [];
    const marks = this.#decided(usual);
    const unit = this.#unit === undefined ? undefined : { unit: this.#unit };
    return marks.map((decimal) => ({ kind: 'number', decimal, ...unit }));
  }

  #decided(usual: DecimalMark): readonly DecimalMark[] {
    if (this.#decimals.size < 2) return [...this.#decimals];
    if (!this.#differs) return [usual];
    // Amounts of money have no three digits behind their decimal mark.
    const [group, ...others] = this.#groups;
    const isMoney = this.#unit !== undefined && this.#unit !== percent && others.length === 0;
    return isMoney ? [group === ',' ? '.' : ','] : [...this.#decimals];
  }
}

const negative = /^\s*\(.*\)\s*$|\d\s*-\s*$/;
const isoDate = /^\d{4}-\d\d-\d\d(?!.*[ap]m)/i;
