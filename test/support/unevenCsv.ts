import { randomFrom } from './sample.ts';

/** How often things are as RFC 4180 does not have them. */
export interface Oddities {
  /** Share of fields. */
  readonly field: number;
  /** Share of rows. */
  readonly row: number;
}

/**
 * Delimited text of so many columns, with some rows and fields as they are found in the wild. The same bytes
 * for the same seed.
 */
export function unevenCsv(seed: number, columns: number, delimiter: string, oddities: Oddities): Uint8Array {
  const random = randomFrom(seed * 2_654_435_761);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)];
  const lineEnd = pick(['\n', '\n', '\r\n']);
  const quotedShare = pick([0, 0.1, 0.7]);

  const field = (): string => {
    if (random() < oddities.field) return pick(oddFields);
    return random() < quotedShare ? pick(quotedFields) : pick(plainFields);
  };
  const row = (): string => {
    const ragged = random() < oddities.row;
    const width = Math.max(1, ragged ? columns + below(4) - 2 : columns);
    const fields = Array.from({ length: width }, field).join(delimiter);
    return fields + (ragged ? pick(['\n', '\r\n', '\r', '\n\n', '\r\n\r\n', lineEnd]) : lineEnd);
  };
  let text = Array.from({ length: below(60) }, row).join('');
  if (random() < 0.3) text = text.replace(/\r?\n$/, pick(['', '\r']));
  const bytes = Buffer.from(text.replaceAll(',', delimiter));
  return Uint8Array.from(bytes.map((byte) => (byte === 0xbe && random() < 0.5 ? 0x41 : byte)));
}

const plainFields = [
  ...[
    '',
    '',
    'a',
    'x y',
    '0',
    '12',
    '-3.5',
    ' 7 ',
    '\t8',
    '1e3',
    '503',
    '01',
    '1.',
    '.5',
    '123456789012345',
    '1234567890123456',
  ],
  ...['été', '\u{1f600}', 'long '.repeat(20), 'true', '\ud7ff', '-', '7-8', '5e', '1 2', ' '],
];

const quotedFields = [
  ...[
    '""',
    '"a"',
    '"a,b"',
    '"a""b"',
    '""""',
    '"""x"""',
    '"a\nb"',
    '"a\r\nb"',
    '"\n\n"',
    '"503"',
    '" 12 "',
    '"été"',
  ],
  ...['"1,5"', '",,,"', `"${'long, '.repeat(30)}"`, `"${'x""'.repeat(40)}"`, '"""",""""', '"\n"'],
];

const oddFields = [
  ...[
    'a"b',
    '"',
    '"a',
    'a"',
    '"a"b',
    '"a" ',
    ' "a"',
    '"a""',
    '""a',
    '"a"b"',
    'a""b',
    '"a\nb',
    '"5"","x"',
    '"\r"',
    '"a"\r',
    '\r',
  ],
  ...['\u0000', '\uffbe', '"\uffbe"', '"\u0000"', '"\uffbe\n"', '\uffbe\n', "'a'", '"a\n\nb'],
];
