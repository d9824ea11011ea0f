import type { SchemaElement, SchemaTree } from 'hyparquet/src/types.js';

/** Writes the values of a column as JSON. */
export interface ColumnWriter {
  readonly name: string;
  /** The name as a JSON string. */
  readonly key: string;
  readonly write: (value: unknown) => string;
}

type Write = (value: unknown) => string;

export function columnWriters({ children }: SchemaTree): ColumnWriter[] {
  return children.map((child) => ({
    name: child.element.name,
    key: JSON.stringify(child.element.name),
    write: writerOf(child),
  }));
}

/** A row as a line of JSON. @param values of each column, those of some rows */
export function lineOf(
  columns: readonly ColumnWriter[],
  values: readonly ArrayLike<unknown>[],
  row: number,
): string {
  if (columns.length === 0) return '{}\n';
  let text = '';
  for (const [column, { key, write }] of columns.entries()) {
    text += `${column === 0 ? '{' : ','}${key}:${write(values[column][row])}`;
  }
  return `${text}}\n`;
}

/** Null, missing values and lists are looked after here, so that the writers of single values need not. */
function writerOf(node: SchemaTree): Write {
  const item = listItem(node);
  const one = item ? undefined : valueWriter(node);
  let ofItem: Write | undefined;
  const write: Write = (value) => {
    if (value === null || value === undefined) return 'null';
    if (Array.isArray(value)) {
      // A repeated field without a list around it is a list of itself.
      const each = (ofItem ??= item ? writerOf(item) : write);
      return `[${value.map((member: unknown) => each(member)).join(',')}]`;
    }
    return one ? one(value) : anyText(value);
  };
  return write;
}

/** What a list holds, as hyparquet sees it: the one child of the repeated group, or that itself in older files. */
export function listItem({ element, children }: SchemaTree): SchemaTree | undefined {
  const [group] = children;
  if (element.converted_type !== 'LIST' || children.length !== 1) return undefined;
  if (group.children.length > 1 || group.element.repetition_type !== 'REPEATED') return undefined;
  return group.children.length === 1 ? group.children[0] : group;
}

function valueWriter(node: SchemaTree): Write {
  const { element, children } = node;
  if (element.logical_type?.type === 'VARIANT') return anyText;
  if (children.length === 0) return leafWriter(element);
  if (element.converted_type === 'MAP' && children.length === 1 && children[0].children.length === 2) {
    const ofValue = writerOf(children[0].children[1]);
    return (value) =>
      objectText(
        Object.entries(asObject(value)).map(([key, member]) => [JSON.stringify(key), ofValue(member)]),
      );
  }
  const members = columnWriters(node);
  return (value) => {
    const group = asObject(value);
    return objectText(members.map(({ name, key, write }) => [key, write(group[name])]));
  };
}

function objectText(members: readonly (readonly [key: string, value: string])[]): string {
  return `{${members.map(([key, value]) => `${key}:${value}`).join(',')}}`;
}

function leafWriter(element: SchemaElement): Write {
  const { type, converted_type: converted, logical_type: logical, scale = 0 } = element;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const digits = logical?.type === 'DECIMAL' ? logical.scale : scale;
    return (value) => decimalText(unscaled(value), digits);
  }
  if (converted === 'INTERVAL') return (value) => JSON.stringify(intervalText(asBytes(value)));
  if (converted === 'DATE' || logical?.type === 'DATE') {
    return (value) => JSON.stringify(timeText(BigInt(asNumber(value)) * 86_400_000_000_000n, 'date'));
  }
  const unit = timeUnit(element);
  if (unit !== undefined) {
    const zoned = logical?.type !== 'TIMESTAMP' || logical.isAdjustedToUTC;
    return (value) => JSON.stringify(timeText(asBigint(value) * unit, zoned ? 'zoned' : 'local'));
  }
  const clock = clockUnit(element);
  if (clock !== undefined) return (value) => JSON.stringify(clockText(asBigint(value) * clock));
  if (converted === 'JSON' || logical?.type === 'JSON') return (value) => jsonValue(asBytes(value));
  if (type === 'FLOAT') return (value) => floatText(asNumber(value));
  return anyText;
}

/** Nanoseconds in the unit of a point in time; undefined for a column of something else. */
export function timeUnit({
  type,
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): bigint | undefined {
  if (type === 'INT96' && converted === undefined) return 1n;
  if (logical?.type === 'TIMESTAMP') return nanosIn[logical.unit];
  if (converted === 'TIMESTAMP_MILLIS') return nanosIn.MILLIS;
  return converted === 'TIMESTAMP_MICROS' ? nanosIn.MICROS : undefined;
}

/** Nanoseconds in the unit of a time of day. */
function clockUnit({ converted_type: converted, logical_type: logical }: SchemaElement): bigint | undefined {
  if (logical?.type === 'TIME') return nanosIn[logical.unit];
  if (converted === 'TIME_MILLIS') return nanosIn.MILLIS;
  return converted === 'TIME_MICROS' ? nanosIn.MICROS : undefined;
}

const nanosIn = { MILLIS: 1_000_000n, MICROS: 1000n, NANOS: 1n } as const;
const nanosPerSecond = 1_000_000_000n;

/** ISO 8601, with as many digits of a fraction as it has. */
function timeText(nanos: bigint, form: 'date' | 'zoned' | 'local'): string {
  const seconds = floorDiv(nanos, nanosPerSecond);
  const ms = Number(seconds) * 1000;
  const iso = Math.abs(ms) > maxMs ? farText(seconds) : new Date(ms).toISOString();
  const day = iso.slice(0, iso.indexOf('T'));
  if (form === 'date') return day;
  const time = iso.slice(day.length, day.length + 9) + fraction(nanos - seconds * nanosPerSecond);
  return `${day}${time}${form === 'zoned' ? 'Z' : ''}`;
}

/** The same of a year that a Date does not hold: the calendar is the same every 400 years. */
function farText(seconds: bigint): string {
  const rounds = floorDiv(seconds, secondsOfRound);
  const near = new Date(Number(seconds - rounds * secondsOfRound) * 1000).toISOString();
  const year = BigInt(near.slice(0, 4)) + 400n * rounds;
  const digits = String(year < 0n ? -year : year).padStart(6, '0');
  return `${year < 0n ? '-' : '+'}${digits}${near.slice(4)}`;
}

/** Of 400 years. */
const secondsOfRound = 146_097n * 86_400n;

/** What a JavaScript Date holds, in milliseconds from 1970. */
const maxMs = 8.64e15;

function clockText(nanos: bigint): string {
  const seconds = floorDiv(nanos, nanosPerSecond);
  const two = (value: bigint): string => String(value).padStart(2, '0');
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${fraction(nanos - seconds * nanosPerSecond)}`;
}

function fraction(nanos: bigint): string {
  return nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
}

function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

/** Months, days and milliseconds, each in four bytes, as ISO 8601 writes a duration. */
function intervalText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [months, days, ms] = [0, 4, 8].map((at) => view.getUint32(at, true));
  return `P${months}M${days}DT${ms / 1000}S`;
}

function unscaled(value: unknown): bigint {
  if (typeof value === 'bigint' || typeof value === 'number') return BigInt(value);
  const bytes = asBytes(value);
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

function decimalText(value: bigint, scale: number): string {
  if (scale === 0) return String(value);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The fewest digits that give this number of 32 bits again. */
function floatText(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return numberText(shorter);
  }
  return numberText(Number(value.toPrecision(9)));
}

/** JSON has no infinity and no NaN: these are texts. */
function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** The JSON that a column of JSON holds, on one line; a text where it holds something else. */
function jsonValue(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString();
  try {
    JSON.parse(text);
    // A text of JSON has no line end within: what stands around one is between two tokens.
    return text.replace(/\s*[\r\n]\s*/g, '');
  } catch {
    return JSON.stringify(text);
  }
}

function anyText(value: unknown): string {
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || value === undefined) return 'null';
  if (value instanceof Uint8Array) return JSON.stringify(bytesText(value));
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map((member: unknown) => anyText(member)).join(',')}]`;
  return objectText(
    Object.entries(asObject(value)).map(([key, member]) => [JSON.stringify(key), anyText(member)]),
  );
}

/** Bytes that are UTF-8 as that text, others as base64. */
function bytesText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('base64');
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new TypeError('a group without members');
  return value as Readonly<Record<string, unknown>>;
}

function asBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('bytes expected');
  return value;
}

function asNumber(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('a number expected');
  return value;
}

function asBigint(value: unknown): bigint {
  if (typeof value !== 'bigint' && typeof value !== 'number') throw new TypeError('a whole number expected');
  return BigInt(value);
}
