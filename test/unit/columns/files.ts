import fc from 'fast-check';

/** Random files for the tests beside this one. */

/** What a column of a file may hold, as JSON has it: that of one kind, or of any. */
const few = fc.constantFrom(
  '"a"',
  '"b"',
  '"ab"',
  '"Ab"',
  '"tímeout"',
  '"a%b"',
  '""',
  '"it\'s"',
  '"a\\u0062"',
  'null',
);
const numbers = fc.oneof(
  fc.integer({ min: -5, max: 9 }).map(String),
  fc.integer({ min: -400, max: 900 }).map((value) => (value / 4).toFixed(2)),
);
const wild = fc.oneof(
  few,
  numbers,
  fc.constantFrom(
    'true',
    'false',
    '-0',
    '1e400',
    '1E5',
    '0.30000000000000004',
    '12345678901234567',
    '1.50',
    '[1]',
    '{"x":1}',
    'NaN',
    '-Infinity',
  ),
  fc.constantFrom('"2024-01-31 10:20:30"', '"1999-12-31T23:59:59Z"', '"1"', '" 1 "', '"NaN"'),
);
const timeOf = (ms: number): string => new Date(1_704_067_200_000 + ms).toISOString();
const whole = fc.integer({ min: -9, max: 9 }).map(String);
const money = fc.integer({ min: -400, max: 900 }).map((value) => (value / 4).toFixed(2));
const measured = fc.integer({ min: -400, max: 900 }).map((value) => String(value / 4));
/** With as many digits as a double has. */
const features = fc
  .double({ min: -1000, max: 1000, noNaN: true })
  .map((value) => String(Math.abs(value) < 1e-3 ? 0 : value));
/** Nearly all different: in a zone, by the millisecond, by the day, and some that are written otherwise. */
const zoned = fc.nat({ max: 9_999_999 }).map((value) => `"${timeOf(value * 100_000).slice(0, 19)}+02:00"`);
const exact = fc.nat({ max: 99_999_999 }).map((value) => `"${timeOf(value * 1000 + (value % 1000))}"`);
const nanos = fc
  .nat({ max: 999_999_999 })
  .map((value) => `"${timeOf(value).slice(0, 20)}${String(value).padStart(9, '0')}"`);
const days = fc.nat({ max: 20_000 }).map((value) => `"${timeOf(value * 86_400_000).slice(0, 10)}"`);
const odd = fc.constantFrom(
  '"2024-01-31T10:20"',
  '"2024-02-30T10:20:30.000Z"',
  '"2024-01-31 10:20:30"',
  '""',
);
const almost = fc.oneof({ weight: 40, arbitrary: exact }, { weight: 1, arbitrary: odd });
/** As Python writes what it measured. */
const lossy = fc.oneof(
  { weight: 40, arbitrary: measured },
  { weight: 1, arbitrary: fc.constantFrom('NaN', 'Infinity') },
);
const columnOf = (count: number): fc.Arbitrary<(string | undefined)[]> =>
  fc
    .constantFrom(
      numbers,
      few,
      fc.boolean().map(String),
      wild,
      whole,
      money,
      measured,
      features,
      zoned,
      exact,
      nanos,
      days,
      almost,
      lossy,
    )
    .chain((value) =>
      fc.array(fc.option(value, { nil: undefined, freq: 8 }), { minLength: count, maxLength: count }),
    );

/** Records with the columns of the random queries, some of them malformed. */
export const file = fc.integer({ min: 20, max: 160 }).chain((count) =>
  fc
    .tuple(
      ...(['i', 'd', 's', 'u', 'b'] as const).map(() => columnOf(count)),
      fc.array(fc.nat({ max: 99 }), { minLength: count, maxLength: count }),
    )
    .map((made) => {
      const columns = made.slice(0, 5) as (string | undefined)[][];
      const luck = made[5] as number[];
      return Array.from({ length: count }, (_, at) => ({
        id: at + 1,
        broken: luck[at] === 0,
        cells: columns.map((column) => column[at]),
      }));
    }),
);
export type Rows = typeof file extends fc.Arbitrary<infer R> ? R : never;
export const names = ['i', 'd', 's', 'u', 'b'];

export function jsonl(rows: Rows): string {
  return rows
    .map(({ id, broken, cells }) => {
      const members = cells.flatMap((cell, at) => (cell === undefined ? [] : [`"${names[at]}":${cell}`]));
      return `{"id":${id}${broken ? '' : ','}${members.join(',') || '"z":1'}}\n`;
    })
    .join('');
}

export function csv(rows: Rows): string {
  const cell = (value: string | undefined): string => {
    if (value === undefined || value === 'null') return '';
    if (value.startsWith('"')) return `"${(JSON.parse(value) as string).replaceAll('"', '""')}"`;
    return value.includes(',') || value.includes('"') ? `"${value.replaceAll('"', '""')}"` : value;
  };
  const lines = rows.map(({ id, broken, cells }) =>
    [id, ...cells.map(cell), ...(broken ? ['more'] : [])].join(','),
  );
  return `id,${names.join()}\n${lines.join('\n')}\n`;
}
