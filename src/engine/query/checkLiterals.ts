import { type Said, said } from '../../said/said.ts';
import { plainNumber } from '../format/csv/cellReading.ts';
import { dateBy, dateOrders, readDateParts } from '../format/csv/writtenDate.ts';
import { rewriteNumber, type DecimalMark } from '../format/csv/writtenNumber.ts';
import type { ComparedField } from './compared.ts';
import { replacing, warningAt, type Diagnostic } from './diagnostic.ts';
import { dateForm, timeForm } from './value/timeForm.ts';
import { writeText } from './write.ts';

/** What is known of the cells of a field. */
export interface KnownCells {
  /** They are texts that are numbers, with this decimal mark. */
  readonly decimal?: DecimalMark;
  /** Of so many digits each, as postal codes are: as texts they are in the order of the numbers. */
  readonly digits?: number | undefined;
  /** They are texts that are times, of these forms (see `timeForm`). */
  readonly timeForms?: ReadonlySet<string>;
  /** They are numbers that are no texts. */
  readonly numbers?: boolean;
  /** They are texts that are times by this format of `strptime`. */
  readonly format?: string;
}

/** How logs write times other than by ISO 8601. */
const formats: readonly (readonly [RegExp, string])[] = [
  [/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}$/, '%d/%b/%Y:%H:%M:%S %z'],
  [/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/, '%Y/%m/%d %H:%M:%S'],
];

/** The format that times are written by that ISO 8601 does not have; undefined for any other text. */
export function timeFormat(text: string): string | undefined {
  return formats.find(([written]) => written.test(text))?.[1];
}

/** Whether something can only be said of a comparison by what the field's cells hold. */
export function dependsOnCells({ literal: { value }, isOrder }: ComparedField): boolean {
  if (typeof value !== 'string') return false;
  return (
    timeForm(value) !== undefined ||
    (isOrder && (plainNumber.test(value) || readDateParts(value) !== undefined))
  );
}

/**
 * Where a query compares a field with something that is not to it what it looks: warnings. Beside a text, as in
 * `price > '1000'`, texts that are numbers or times are compared as texts, and numbers not at all where it is a time; and
 * `1.000` is one in a query, also where the file writes a thousand so.
 */
export function checkLiterals(
  text: string,
  compared: readonly ComparedField[],
  cellsOf: (field: ComparedField) => KnownCells | undefined,
): Diagnostic[] {
  const told = new Set<number>();
  return compared.flatMap((field) => {
    const cells = cellsOf(field);
    const { literal, operand, isOrder } = field;
    // Several fields may be handed on to be compared with one literal.
    if (cells === undefined || told.has(literal.from)) return [];
    const name = text.slice(operand.from, operand.to);
    const { value } = literal;
    const found =
      typeof value === 'string'
        ? (numberAsText(value, isOrder, cells, name) ?? timeAsText(value, isOrder, cells, name))
        : decimalPoint(text.slice(literal.from, literal.to), cells, name);
    if (found === undefined) return [];
    told.add(literal.from);
    const { message, instead } = found;
    const warning = warningAt(literal, message);
    return [instead === undefined ? warning : { ...warning, fix: replacing(text, literal, instead) }];
  });
}

interface Doubt {
  readonly message: Said;
  /** What to write in place of the literal. */
  readonly instead?: string;
}

function numberAsText(
  value: string,
  isOrder: boolean,
  { decimal, digits }: KnownCells,
  name: string,
): Doubt | undefined {
  if (digits === value.length && /^\d+$/.test(value)) return undefined;
  const number = isOrder && decimal !== undefined ? numberIn(value, decimal) : undefined;
  if (number === undefined) return undefined;
  const message = said`beside a text, the numbers of ${name} are compared as texts; write ${number}`;
  return { message, instead: number };
}

function timeAsText(
  value: string,
  isOrder: boolean,
  { timeForms, numbers = false, format }: KnownCells,
  name: string,
): Doubt | undefined {
  const form = timeForm(value);
  if (form !== undefined && numbers) {
    const instead = `TIMESTAMP ${writeText(value)}`;
    return {
      message: said`the numbers of ${name} cannot be compared with a time that is a text; write ${instead}`,
      instead,
    };
  }
  if (form !== undefined && format !== undefined) {
    const read = `strptime(${name}, ${writeText(format)})`;
    return {
      message: said`beside a text, the times of ${name} are compared as texts, and are written in another way; write ${read} in place of ${name}`,
    };
  }
  if (timeForms === undefined) return undefined;
  if (form === undefined) return isOrder ? dateAsText(value, name) : undefined;
  const fits = (other: string): boolean =>
    form === other || (isOrder ? other.startsWith(form) : form === dateForm);
  return [...timeForms].every(fits) ? undefined : timeInstead(value, name);
}

/** A date that is not written as by ISO 8601, beside times that are. */
function dateAsText(value: string, name: string): Doubt | undefined {
  const parts = readDateParts(value);
  if (!parts) return undefined;
  const dates = dateOrders.flatMap((order) => dateBy(parts, order) ?? []);
  if (dates.length === 1) return timeInstead(dates[0], name);
  return {
    message: said`beside a text, the times of ${name} are compared as texts, and are written year first`,
  };
}

function timeInstead(time: string, name: string): Doubt {
  const instead = `TIMESTAMP ${writeText(time)}`;
  return {
    message: said`beside a text, the times of ${name} are compared as texts, and are written in another way; write ${instead}`,
    instead,
  };
}

function decimalPoint(written: string, { decimal }: KnownCells, name: string): Doubt | undefined {
  if (decimal !== ',' || !/^-?\d{1,3}\.\d{3}$/.test(written)) return undefined;
  const number = written.replace('.', '');
  const message = said`${written} has a decimal point here, other than in ${name}; write ${number} if that is meant`;
  return { message, instead: number };
}

/** The number that a text is as a query writes it; undefined where it is none. */
function numberIn(text: string, decimal: DecimalMark): string | undefined {
  return rewriteNumber(text, { decimal }) ?? (plainNumber.test(text) ? text.trim() : undefined);
}
