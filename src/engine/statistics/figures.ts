import type { FigureName } from '../query/operator/describe.ts';
import { numericText, readNumber, type Numeric } from '../query/value/decimal.ts';
import { WrittenNumber, type Cell } from '../stage/vector.ts';
import type { ColumnAccumulator, Kinds } from './column.ts';
import type { RangeAccumulator } from './range.ts';
import { quantileOf, timeText, topOf } from './summary.ts';

/** What DESCRIBE says of a column; `rows` is all of them. */
export function figuresOf(name: string, column: ColumnAccumulator, rows: number): Record<FigureName, Cell> {
  const { kinds, texts } = column;
  const [type, count] = mainKind(kinds);
  const values = rows - kinds.null - kinds.missing;
  const nulls = rows - values;
  const hasTexts = texts.count > 0;
  const summed = column.numbers?.sum;
  const top = topOf(column, 1);
  const [most] = top.values.length > 0 && top.exact ? top.values : [undefined];
  return {
    column_name: name,
    column_type: count === 0 ? 'null' : typeNames[type],
    ...rangeOf(column, type),
    // Objects whose members are columns of their own are not compared with each other.
    approx_unique: column.parted > 0 ? null : column.distinct.count,
    count: rows,
    null_percentage: rows === 0 ? null : Math.round((nulls / rows) * 10_000) / 100,
    nulls,
    other_types: values - count,
    sum: summed ?? null,
    true_count: kinds.boolean === 0 ? null : column.trues,
    min_length: hasTexts ? texts.minLength : null,
    max_length: hasTexts ? texts.maxLength : null,
    avg_length: hasTexts ? texts.meanLength : null,
    top: most === undefined ? null : cellOf(most.text, most.kind),
    top_count: most?.count ?? null,
  };
}

type ValueKind = Exclude<keyof Kinds, 'null' | 'missing'>;

const typeNames: Record<ValueKind, string> = {
  number: 'number',
  text: 'text',
  boolean: 'boolean',
  time: 'timestamp',
  list: 'list',
  object: 'object',
};

/** What most values are; of as many, the one that is listed first. */
function mainKind(kinds: Kinds): readonly [ValueKind, number] {
  const names = ['number', 'time', 'text', 'boolean', 'list', 'object'] as const;
  const [first] = names.toSorted((a, b) => kinds[b] - kinds[a]);
  return [first, kinds[first]];
}

type RangeFigures = Pick<Record<FigureName, Cell>, 'min' | 'max' | 'avg' | 'std' | 'q25' | 'q50' | 'q75'>;

const noRange: RangeFigures = {
  min: null,
  max: null,
  avg: null,
  std: null,
  q25: null,
  q50: null,
  q75: null,
};

/** Of the values that are of the column's type. */
function rangeOf(column: ColumnAccumulator, type: ValueKind): RangeFigures {
  const { numbers, times, texts, kinds, trues } = column;
  if (type === 'number' && numbers) {
    const cell = ({ value, text }: RangeAccumulator['min']): Cell =>
      value === undefined ? null : writtenAs(value, text);
    return {
      min: cell(numbers.min),
      max: cell(numbers.max),
      avg: numbers.mean ?? null,
      std: numbers.std ?? null,
      q25: quantileOf(numbers, 0.25) ?? null,
      q50: quantileOf(numbers, 0.5) ?? null,
      q75: quantileOf(numbers, 0.75) ?? null,
    };
  }
  if (type === 'time' && times) {
    const written = (ms: number): string => timeText(ms, times.min.text);
    const quantile = (fraction: number): string => written(quantileOf(times, fraction) ?? NaN);
    return {
      min: times.min.text,
      max: times.max.text,
      avg: times.mean === undefined ? null : written(times.mean),
      std: times.std === undefined ? null : times.std / 1000,
      q25: quantile(0.25),
      q50: quantile(0.5),
      q75: quantile(0.75),
    };
  }
  if (type === 'text' && texts.count > 0) return { ...noRange, min: texts.min, max: texts.max };
  if (type === 'boolean') return { ...noRange, min: trues === kinds.boolean, max: trues > 0 };
  return noRange;
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A number with the digits that the file has it in, where JSON can have them so. */
function writtenAs(value: Numeric, text: string): Cell {
  const isOther = text !== numericText(value) && jsonNumber.test(text);
  return isOther && readNumber(text) === value ? new WrittenNumber(value, text) : value;
}

function cellOf(text: string, kind: string): Cell {
  if (kind === 'boolean') return text === 'true';
  const number = kind === 'number' ? readNumber(text) : undefined;
  return number === undefined ? text : writtenAs(number, text);
}
