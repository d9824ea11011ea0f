/**
 * Messy delimited texts, made from a seed after published descriptions: the pollutions of the Pollock benchmark
 * (Vitagliano et al., VLDB 2023), and the dialects that surveys of files in the wild report.
 */

export type Random = () => number;

/** Mulberry32. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(next: Random, items: readonly T[]): T {
  const item = items.at(Math.floor(next() * items.length));
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

export function upTo(next: Random, limit: number): number {
  return Math.floor(next() * limit);
}

/** A cell and whether its writer put it in quotes. */
export interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

/** Rows of cells; the first is the header. */
export type Table = readonly (readonly Cell[])[];

/** A polluted text, what it should be read as, and how much it weighs in the benchmark's weighted score. */
export interface Polluted {
  readonly name: string;
  readonly weight: number;
  readonly text: string;
  readonly clean: readonly (readonly string[])[];
}

const goods = [
  'Boots',
  'Jacket',
  'Rod',
  'Pillow',
  'Towel',
  'Jersey',
  'Table',
  'Socks',
  'Vest',
  'Cap',
  'Shirt',
  'Lamp',
];
const kinds = [
  "Men's",
  "Women's",
  'Light',
  'All-Weather',
  'Organic',
  "Kids'",
  'Heavy-Duty',
  'Folding',
  'Pro',
];
const praise = [
  'made of soft cotton that resists wrinkles',
  "you'll want to wear it beyond the trail",
  'ideal for cool-weather sports',
  'with easy set-up and take-down',
  'great for warm, dry conditions',
  'this is our most popular one',
  'rated 50+ for sun protection',
  "it won't chip, peel or crack",
];

/**
 * A table of goods like the benchmark's source: nine columns, some of them quoted, quotes and apostrophes
 * inside, an empty last one.
 */
export function goodsTable(next: Random, rows: number): Table {
  const plain = (text: string): Cell => ({ text, quoted: /[",\n]/.test(text) });
  const header = ['DATE', 'TIME', 'Qty', 'PRODUCTID', 'Price', 'ProductType'].map(plain);
  header.push({ text: 'ProductDescription', quoted: true }, { text: 'URL', quoted: true }, plain('Comments'));
  const table = [header];
  for (let row = 0; row < rows; row++) {
    const code = `${pick(next, ['MG', 'RI', 'CC', 'YY'])}-${1000 + upTo(next, 9000)}`;
    const size = next() < 0.08 ? `, ${8 + upTo(next, 40)}"` : next() < 0.3 ? `, ${pick(next, goods)}` : '';
    table.push([
      plain(`${String(1 + upTo(next, 28)).padStart(2, '0')}/0${1 + upTo(next, 9)}/2018`),
      plain(`${String(upTo(next, 24)).padStart(2, '0')}:${pick(next, ['00', '15', '30', '45'])}`),
      plain(String(upTo(next, 30))),
      plain(code),
      plain(`$${(next() * 100).toFixed(2)}`),
      plain(`${pick(next, kinds)} ${pick(next, goods)}${size}`),
      { text: `${pick(next, goods)}, ${pick(next, praise)}. ${pick(next, praise)}.`, quoted: true },
      { text: `https://www.example.com/product/${code.replace('-', '_')}.html`, quoted: true },
      plain(''),
    ]);
  }
  return table;
}

export interface Style {
  readonly delimiter: string;
  readonly quote: string;
  /** What is put before a quote inside quotes. */
  readonly escape: string;
  readonly lineEnd: string;
}

export const usual: Style = { delimiter: ',', quote: '"', escape: '"', lineEnd: '\r\n' };

export function writeCell({ text, quoted }: Cell, { quote, escape }: Style): string {
  return quoted ? quote + text.replaceAll('"', `${escape}"`) + quote : text;
}

export function writeRow(cells: readonly Cell[], style: Style): string {
  return cells.map((cell) => writeCell(cell, style)).join(style.delimiter);
}

export function writeTable(table: Table, style: Style = usual): string {
  return table.map((row) => writeRow(row, style) + style.lineEnd).join('');
}

function texts(table: Table): string[][] {
  return table.map((row) => row.map(({ text }) => text));
}

/**
 * The polluted files of the benchmark, with its own parameters and weights; those of single rows at each
 * `stride`-th row. Of 84 rows and 9 columns, a stride of 1 makes its 2,290 files.
 */
export function* polluted(source: Table, stride: number): Generator<Polluted> {
  const clean = texts(source);
  const width = clean.at(0)?.length ?? 0;
  const text = writeTable(source);
  const [header = []] = source;
  const blank = ','.repeat(width - 1);
  const special = (name: string, weight: number, polluted: string, expected = clean): Polluted => ({
    name,
    weight,
    text: polluted,
    clean: expected,
  });
  const headers = (count: number) => [
    header.map((cell) => Array(count).fill(cell.text).join(' ')),
    ...clean.slice(1),
  ];

  yield special('source', 1, text);
  yield special('no_payload', 15, '', []);
  yield special('no_trailing_newline', 184, text.trimEnd());
  yield special('double_trailing_newline', 5, `${text}\r\n`);
  yield special('no_header', 470, writeTable(source.slice(1)), clean.slice(1));
  yield special('header_multirow_2', 47, writeTable([header, ...source]), headers(2));
  yield special('header_multirow_3', 47, writeTable([header, header, ...source]), headers(3));
  yield special('preamble', 282, `PREAMBLE${blank}\r\n${blank}\r\n${text}`);
  for (const [name, columns] of [
    ['less', width - 1],
    ['same', width],
    ['more', width + 1],
  ] as const) {
    yield special(`multitable_${name}`, 188 / 3, text + secondTable(source, columns));
  }
  yield special('header_only', 3, writeTable([header]), clean.slice(0, 1));
  yield special('one_data_row', 4, writeTable(source.slice(0, 2)), clean.slice(0, 2));
  yield special('record_delimiter_CR', 7, writeTable(source, { ...usual, lineEnd: '\r' }));
  yield special('record_delimiter_LF', 1691, writeTable(source, { ...usual, lineEnd: '\n' }));
  yield special('field_delimiter_tab', 4, writeTable(source, { ...usual, delimiter: '\t' }));
  yield special('field_delimiter_semicolon', 834, writeTable(source, { ...usual, delimiter: ';' }));
  yield special('field_delimiter_space', 4, writeTable(source, { ...usual, delimiter: ' ' }));
  yield special('field_delimiter_comma_space', 101, writeTable(source, { ...usual, delimiter: ', ' }));
  // The quotes around fields are replaced, not those inside nor what escapes them.
  yield special('quotation_char_apostrophe', 11, writeTable(source, { ...usual, quote: "'" }));
  yield special('escape_char_backslash', 1, writeTable(source, { ...usual, escape: '\\' }));
  yield special('escape_char_none', 7, writeTable(source, { ...usual, escape: '' }));

  for (const [index, row] of source.entries()) {
    if (index % stride !== 0) continue;
    const cells = row.map((cell) => writeCell(cell, usual));
    const replaced = (line: string) =>
      source.map((other, at) => (at === index ? line : writeRow(other, usual)) + usual.lineEnd).join('');
    for (let column = 0; column < width; column++) {
      const before = cells.slice(0, column).join(',');
      const after = cells.slice(column).join(',');
      if (column > 0) yield special(`less_sep_row${index}_col${column}`, 0.368, replaced(before + after));
      yield special(
        `more_sep_row${index}_col${column}`,
        0.368,
        replaced(column === 0 ? `,${after}` : `${before},,${after}`),
      );
      const quote = cells.map((cell, at) => (at === column ? `"${cell}` : cell)).join(',');
      const expected = clean.map((line, at) =>
        at === index ? line.map((cell, of) => (of === column ? `"${cell}` : cell)) : line,
      );
      yield special(`extra_quote_row${index}_col${column}`, 1 / 108, replaced(quote), expected);
    }
    yield special(`field_delimiter_row${index}`, 1 / 7, replaced(cells.join(' ')));
  }
}

/**
 * The first table's rows but the last once more, right below it: only what has a delimiter is quoted, and a
 * quote inside a cell cuts it in two, so that rows shift.
 */
function secondTable(source: Table, columns: number): string {
  return writeTable(
    source.slice(0, -1).map((row, index) => {
      const parts = row.flatMap(({ text }) =>
        text.split('"').map((part, at) => (at === 0 ? part : `"${part}`)),
      );
      parts.push(index === 0 ? 'col1' : '');
      return parts.slice(0, columns).map((text) => ({ text, quoted: text.indexOf(',') > 0 }));
    }),
  );
}

/** The benchmark's measures: success, and precision, recall and F1 of header, records and cells; 10 at best. */
export function pollockScore(clean: Polluted['clean'], loaded: readonly (readonly string[])[]): number {
  if (clean.length === 0) return 10;
  const joined = (rows: readonly (readonly string[])[]) =>
    rows.slice(1).map((row) => row.join('').toLowerCase());
  const lower = (row: readonly string[] = []) => row.map((cell) => cell.toLowerCase());
  return (
    1 +
    overlap(lower(clean.at(0)), lower(loaded.at(0))) +
    (clean.length === 1 ? 3 : overlap(joined(clean), joined(loaded))) +
    overlap(clean.flat(), loaded.flat())
  );
}

/** Precision, recall and F1 of two multisets, added up. */
function overlap(source: readonly string[], loaded: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const item of source) counts.set(item, (counts.get(item) ?? 0) + 1);
  let shared = 0;
  for (const item of loaded) {
    const left = counts.get(item) ?? 0;
    if (left === 0) continue;
    counts.set(item, left - 1);
    shared++;
  }
  if (shared === 0) return 0;
  const precision = shared / source.length;
  const recall = shared / loaded.length;
  return precision + recall + (2 * precision * recall) / (precision + recall);
}
