import { monthNames } from '../../calendar.ts';
import { datePart } from './calendar.ts';
import { readTime, Timestamp } from './time.ts';

/** Formats of times as `strftime` and `strptime` have them: texts in which `%Y` and the like stand for a part of a time. */

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const part = (name: string, time: Timestamp): number => datePart(name, time) ?? 0;
const padded = (number: number, width: number): string => String(number).padStart(width, '0');
const nanosOf = (time: Timestamp): number => (((time.ms % 1000) + 1000) % 1000) * 1_000_000 + time.nanos;
const hourOf12 = (time: Timestamp): number => ((part('hour', time) + 11) % 12) + 1;

/** The number of the week in the year, where the first one begins with the year's first `start`: 0 for Sunday. */
function weekFrom(start: number, time: Timestamp): number {
  return Math.floor((part('doy', time) + 6 - ((part('dow', time) - start + 7) % 7)) / 7);
}

interface NumberPart {
  readonly value: (time: Timestamp) => number;
  /** Digits that are written at least, with zeros before them, and read at most. */
  readonly width: number;
}

/** By their letter; those of up to three digits are written without zeros before them after `%-`. */
const numbers = new Map<string, NumberPart>([
  ['Y', { value: (time) => part('year', time), width: 4 }],
  ['G', { value: (time) => part('isoyear', time), width: 4 }],
  ['y', { value: (time) => ((part('year', time) % 100) + 100) % 100, width: 2 }],
  ['m', { value: (time) => part('month', time), width: 2 }],
  ['d', { value: (time) => part('day', time), width: 2 }],
  ['H', { value: (time) => part('hour', time), width: 2 }],
  ['I', { value: hourOf12, width: 2 }],
  ['M', { value: (time) => part('minute', time), width: 2 }],
  ['S', { value: (time) => part('second', time), width: 2 }],
  ['j', { value: (time) => part('doy', time), width: 3 }],
  ['U', { value: (time) => weekFrom(0, time), width: 2 }],
  ['W', { value: (time) => weekFrom(1, time), width: 2 }],
  ['V', { value: (time) => part('week', time), width: 2 }],
  ['w', { value: (time) => part('dow', time), width: 1 }],
  ['u', { value: (time) => part('isodow', time), width: 1 }],
  ['f', { value: (time) => Math.floor(nanosOf(time) / 1000), width: 6 }],
  ['g', { value: (time) => Math.floor(nanosOf(time) / 1_000_000), width: 3 }],
  ['n', { value: nanosOf, width: 9 }],
]);

const texts = new Map<string, (time: Timestamp) => string>([
  ['a', (time) => weekdays[part('dow', time)].slice(0, 3)],
  ['A', (time) => weekdays[part('dow', time)]],
  ['b', (time) => monthNames[part('month', time) - 1].slice(0, 3)],
  ['B', (time) => monthNames[part('month', time) - 1]],
  ['p', (time) => (part('hour', time) < 12 ? 'AM' : 'PM')],
  ['z', () => '+00'],
  ['%', () => '%'],
]);

/** Letters that stand for others. */
const longer = new Map([
  ['h', '%b'],
  ['c', '%Y-%m-%d %H:%M:%S'],
  ['x', '%Y-%m-%d'],
  ['X', '%H:%M:%S'],
  ['T', '%H:%M:%S'],
]);

/** What cannot be read: a week says no day, and the others are read from the year, month and day. */
const onlyWritten: ReadonlySet<string> = new Set(Array.from('GUWVwu'));
const withoutMinus: ReadonlySet<string> = new Set(Array.from('YGfgnwu'));

/** Text between the parts, or a part: its letter, and whether zeros before it are left out. */
type Piece = string | { readonly letter: string; readonly bare: boolean };

/** Undefined where the format has something that is not known. */
function piecesOf(format: string): readonly Piece[] | undefined {
  const expanded = format.replace(/%(-?.)/gsu, (all, letter: string) => longer.get(letter) ?? all);
  const pieces: Piece[] = [];
  for (const [text, , minus, letter] of expanded.matchAll(/[^%]+|%((-?)(.?))/gsu)) {
    if (!text.startsWith('%')) pieces.push(text);
    else if (minus === '' ? numbers.has(letter) || texts.has(letter) : canBeBare(letter))
      pieces.push({ letter, bare: minus !== '' });
    else return undefined;
  }
  return pieces;
}

function canBeBare(letter: string): boolean {
  return numbers.has(letter) && !withoutMinus.has(letter);
}

/** Formats of the queries that run: few, and asked for in every row. */
const known = new Map<string, readonly Piece[] | undefined>();

function knownPieces(format: string): readonly Piece[] | undefined {
  if (known.has(format)) return known.get(format);
  if (known.size >= 100) known.clear();
  const pieces = piecesOf(format);
  known.set(format, pieces);
  return pieces;
}

/** The first part of a format that is not known, or cannot be read; undefined where there is none. */
export function unknownPart(format: string, reading: boolean): string | undefined {
  const written = format.match(/%-?.?/gsu) ?? [];
  return written.find((text) => {
    const pieces = piecesOf(text);
    return pieces === undefined || (reading && pieces.some((piece) => isOnlyWritten(piece)));
  });
}

function isOnlyWritten(piece: Piece): boolean {
  return typeof piece !== 'string' && onlyWritten.has(piece.letter);
}

/** Undefined where the format has something that is not known. */
export function formatTime(time: Timestamp, format: string): string | undefined {
  return knownPieces(format)
    ?.map((piece) => {
      if (typeof piece === 'string') return piece;
      const number = numbers.get(piece.letter);
      if (number === undefined) return texts.get(piece.letter)?.(time) ?? '';
      return padded(number.value(time), piece.bare ? 0 : number.width);
    })
    .join('');
}

/** The time that a text is by a format; undefined where it is none, or the format cannot be read by. */
export function readTimeBy(format: string, text: string): Timestamp | undefined {
  const pieces = knownPieces(format);
  if (pieces === undefined || pieces.some(isOnlyWritten)) return undefined;
  const found = new Map<string, string>();
  let at = spacesFrom(text, 0);
  for (const piece of pieces) {
    const expected = typeof piece === 'string' ? piece : piece.letter === '%' ? '%' : undefined;
    if (expected !== undefined) {
      const end = afterText(text, at, expected);
      if (end === undefined) return undefined;
      at = end;
    } else if (typeof piece !== 'string') {
      const { letter } = piece;
      const pattern = patternOf(letter);
      pattern.lastIndex = at;
      const [value] = pattern.exec(text) ?? [];
      if (value === undefined) return undefined;
      found.set(letter, value);
      at += value.length;
    }
  }
  return spacesFrom(text, at) === text.length ? timeOfParts(found) : undefined;
}

function spacesFrom(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at])) at++;
  return at;
}

/** One past the expected text, in which a space stands for any number of them; undefined where it is not there. */
function afterText(text: string, from: number, expected: string): number | undefined {
  let at = from;
  for (const character of expected) {
    if (/\s/.test(character)) at = spacesFrom(text, at);
    else if (text.startsWith(character, at)) at += character.length;
    else return undefined;
  }
  return at;
}

const anyOf = (names: readonly string[]): RegExp => new RegExp(names.join('|'), 'iy');
const short = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 3));

const patterns = new Map([
  ['a', anyOf(short(weekdays))],
  ['A', anyOf(weekdays)],
  ['b', anyOf(short(monthNames))],
  ['B', anyOf(monthNames)],
  ['p', /am|pm/iy],
  ['z', /Z|[+-]\d\d(?::?\d\d)?/y],
  ...Array.from(numbers, ([letter, { width }]): [string, RegExp] => [
    letter,
    new RegExp(String.raw`\d{1,${width}}`, 'y'),
  ]),
]);

function patternOf(letter: string): RegExp {
  return patterns.get(letter) ?? /$^/y;
}

/** What is not said is that of midnight on 1900-01-01. */
function timeOfParts(found: ReadonlyMap<string, string>): Timestamp | undefined {
  const number = (letter: string): number | undefined => {
    const text = found.get(letter);
    return text === undefined ? undefined : Number(text);
  };
  const hour = hourBy(number('H'), number('I'), found.get('p')?.toLowerCase());
  const year = number('Y') ?? yearOfTwoDigits(number('y')) ?? 1900;
  const month = number('m') ?? monthNamed(found.get('B') ?? found.get('b')) ?? 1;
  if (hour === undefined || hour > 23 || (number('S') ?? 0) > 59) return undefined;
  const fraction = found.get('n') ?? found.get('f') ?? found.get('g');
  const day = `${padded(year, 4)}-${padded(month, 2)}-${padded(number('d') ?? 1, 2)}`;
  const clock = [hour, number('M') ?? 0, number('S') ?? 0].map((some) => padded(some, 2)).join(':');
  const time = readTime(
    `${day} ${clock}${fraction === undefined ? '' : `.${fraction}`}${found.get('z') ?? ''}`,
  );
  const dayOfYear = number('j');
  if (time === undefined || dayOfYear === undefined) return time;
  const ofYear = new Timestamp(time.ms + (dayOfYear - part('doy', time)) * 86_400_000, time.nanos);
  return dayOfYear > 0 && part('year', ofYear) === part('year', time) ? ofYear : undefined;
}

function hourBy(
  hour: number | undefined,
  half: number | undefined,
  part: string | undefined,
): number | undefined {
  if (half === undefined) return hour ?? 0;
  if (half < 1 || half > 12) return undefined;
  return part === undefined ? half : (half % 12) + (part === 'pm' ? 12 : 0);
}

function yearOfTwoDigits(year: number | undefined): number | undefined {
  return year === undefined ? undefined : year + (year < 69 ? 2000 : 1900);
}

function monthNamed(name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  return (
    monthNames.findIndex((month) => month.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase()) + 1
  );
}
