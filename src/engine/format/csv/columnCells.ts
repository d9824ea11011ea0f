import { plainNumber, type CellReading } from './cellReading.ts';
import { dateBy, dateOrders, readDateParts, type DateOrder } from './writtenDate.ts';
import { percent, rewriteNumber, unitIn, type DecimalMark } from './writtenNumber.ts';

/** What the user says of the cells; what is not said is recognised, `none` is not looked for. */
export interface ReadingHints {
  readonly decimal?: DecimalMark | 'none' | undefined;
  readonly dates?: DateOrder | 'none' | undefined;
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

/** Of a column that begins with so many words no more is looked at. */
const manyWords = 20;
/** A text without any digit. */
const word = /^\D*\p{L}\D*$/u;
/**
 * Most numbers: with a decimal comma they are the same, or none, as a group has three digits. No date, word or cell that
 * holds nothing is written so.
 */
const simple = /^-?(?:\d{1,18}|\d{1,18}\.(?:\d{1,2}|\d{4,18}))$/;
/** What stands in a cell that holds nothing. */
const nothing =
  /^\s*(?:|null|nil|none|n\/?a|nan|#(?:n\/a|div\/0!|ref!|value!|name\?|num!|null!)|\\n|\p{Sc}?\s*[-\u2013\u2014]+|\?|\.+|unknown)\s*$/iu;

export function holdsNothing(text: string): boolean {
  return nothing.test(text);
}

/** So many of the cells may be something else: an empty date of SAP among dates, `>100` among numbers. */
const oddShare = 0.1;
/** A column is given up before its end where so many of at least so many cells fit nothing. */
const poorShare = 0.25;
const poorCells = 4;

/** Which of some choices the cells of a column fit. */
class Choices<T> {
  #all: readonly T[];
  /** By the index of the choice. */
  readonly #misfits: number[];
  #least = 0;
  #cells = 0;

  constructor(all: readonly T[]) {
    this.#all = all;
    this.#misfits = all.map(() => 0);
  }

  get all(): readonly T[] {
    return this.#all;
  }

  /** @param fits by the index of the choice */
  take(fits: (index: number) => boolean): void {
    this.#cells++;
    this.#least = Infinity;
    for (let index = 0; index < this.#all.length; index++) {
      if (!fits(index)) this.#misfits[index]++;
      this.#least = Math.min(this.#least, this.#misfits[index]);
    }
  }

  drop(): void {
    this.#all = [];
  }

  /** Those that the most cells fit, where nearly all of them do. */
  get left(): ReadonlySet<T> {
    if (this.#least > this.#cells * oddShare) return new Set();
    return new Set(this.#all.filter((_choice, index) => this.#misfits[index] === this.#least));
  }

  /** Whether there is nothing that the cells can be. */
  get isOver(): boolean {
    return this.#least >= poorCells && this.#least > this.#cells * poorShare;
  }
}

/** What the cells of a column still can be, which are taken one by one. */
export class ColumnCells {
  readonly #hints: ReadingHints;
  /** A cell that the two readings that are left take differently; else the first cell. */
  example = '';
  #differs = false;
  #separator: string | undefined;
  #named = false;
  #short = false;
  /** Cells that hold something, and those of them that are words, numbers or dates in any way that is left to choose from. */
  #filled = 0;
  #words = 0;
  #numbers = 0;
  #datesFound = 0;
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
    const isSimple = simple.test(text);
    if (isSimple || !holdsNothing(text)) {
      this.#filled++;
      if (this.example === '') this.example = text.trim();
      if (!isSimple && word.test(text)) {
        this.#words++;
        return this.#isTold || this.#words < manyWords || !this.#isWords;
      }
      if (!this.#isNone(this.#marks, this.#hints.decimal)) this.#takeNumber(text, isSimple);
      if (!this.#isNone(this.#dates, this.#hints.dates)) this.#takeDate(text, isSimple);
    }
    return !this.#isNone(this.#marks, this.#hints.decimal) || !this.#isNone(this.#dates, this.#hints.dates);
  }

  #isNone(choices: Choices<unknown>, told: string | undefined): boolean {
    return choices.all.length === 0 || (told === undefined && choices.isOver);
  }

  #takeNumber(text: string, isSimple: boolean): void {
    const isPlain = isSimple || plainNumber.test(text);
    const unit = isPlain ? undefined : unitIn(text);
    if (!this.#takeUnit(unit)) {
      if (this.#hints.decimal === undefined) this.#marks.drop();
      return;
    }
    const numbers = this.#marks.all.map((decimal) => {
      if (isSimple) return decimal === '.' || !text.includes('.') ? text : undefined;
      return rewriteNumber(text, { decimal, unit });
    });
    this.#marks.take((mark) => numbers[mark] !== undefined);
    const found = numbers.filter((number) => number !== undefined);
    if (found.length === 0) return;
    this.#numbers++;
    this.#plain &&= isPlain;
    this.#positive ||= unit !== undefined || !negative.test(text);
    if (numbers.length < 2) return;
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

  #takeDate(text: string, isSimple: boolean): void {
    const parts = isSimple ? undefined : readDateParts(text);
    const isIso = parts?.yearFirst === true && isoDate.test(text.trim());
    const dates = this.#dates.all.map((order) => parts && dateBy(parts, isIso ? 'ymd' : order));
    this.#dates.take((order) => dates[order] !== undefined);
    const found = dates.filter((date) => date !== undefined);
    if (parts === undefined || found.length === 0) return;
    this.#datesFound++;
    this.#iso &&= isIso;
    if (isIso) return;
    this.#separator ??= parts.separator;
    this.#named ||= parts.order !== undefined;
    this.#short ||= parts.short === true;
    if (dates.length < 2) return;
    if (found.length === 1) this.#telling ??= text.trim();
    else if (found[0] !== found[1]) this.#note(text);
  }

  get written(): Omit<WrittenCells, 'reading'> {
    const none = this.#isWords;
    const orders =
      this.#iso && this.#datesFound > 0 && this.#orders.size > 0 ? new Set(dateOrders) : this.#orders;
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
      dates === undefined ? this.#orders.size > 0 && !this.#isWords : this.#datesFound * 2 > this.#filled;
    const separator = this.#separator;
    // Dates by ISO 8601 are read as such in any column.
    if (areDates && this.#iso && this.#datesFound > 0) return [];
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
    if (isTold ? this.#numbers * 2 <= this.#filled && this.#filled > 0 : isPlain) return [];
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
