import type { CsvDialect } from '../../src/engine/format/csv/dialect.ts';
import { pick, upTo, type Random } from './messy.ts';

/**
 * Delimited texts as programs and people write them, made from a seed: tables of many kinds, dialects about as
 * often as surveys of public files find them, and what stands around and between the rows.
 */
export interface WildText {
  readonly text: string;
  readonly truth: Pick<CsvDialect, 'delimiter' | 'quote' | 'escape' | 'headerLines'>;
  /** What it is made of, for messages. */
  readonly made: string;
  /** Names in the header; of no meaning where there is none. */
  readonly names: readonly string[];
  /** Lines before the table. */
  readonly before: number;
}

type Maker = (next: Random, row: number, style: WildStyle) => string;

interface WildStyle {
  readonly delimiter: string;
  readonly decimalComma: boolean;
}

const words =
  'alpha river stone winter garden market signal copper orange window Friday castle harbour engine letter'.split(
    ' ',
  );
const people = [
  'Ada Byron',
  'Li Wei',
  "Sean O'Neill",
  'José Núñez',
  'Müller',
  'Anna-Lena Graf',
  'Smith',
  'Nguyễn An',
];
const cities = ['Berlin', 'São Paulo', 'Paris', 'New York', 'Leeds', 'Xi’an', "L'Aquila", 'Aix-en-Provence'];

function decimal(next: Random, { decimalComma }: WildStyle, scale = 100): string {
  const text = (next() * scale - scale / 5).toFixed(1 + upTo(next, 4));
  return decimalComma ? text.replace('.', ',') : text;
}

function date(next: Random): string {
  return `20${10 + upTo(next, 15)}-${String(1 + upTo(next, 12)).padStart(2, '0')}-${String(1 + upTo(next, 28)).padStart(2, '0')}`;
}

function clock(next: Random): string {
  return [24, 60, 60].map((limit) => String(upTo(next, limit)).padStart(2, '0')).join(':');
}

function sentence(next: Random): string {
  const count = 3 + upTo(next, 9);
  const parts = Array.from(
    { length: count },
    () => pick(next, words) + pick(next, ['', '', '', '', ',', ',', ';', ':', ' -']),
  );
  return parts.join(' ').replace(/[,;: -]+$/, '') + pick(next, ['.', '', '!', '?']);
}

const columns: Record<string, Maker> = {
  id: (_, row) => String(row + 1),
  count: (next) => String(upTo(next, 5000)),
  value: (next, _, style) => decimal(next, style),
  price: (next, _, style) => `${pick(next, ['$', '€', ''])}${decimal(next, style).replace('-', '')}`,
  percent: (next, _, style) => `${decimal(next, style)}%`,
  date: (next) => date(next),
  time: (next) => clock(next),
  stamp: (next) => `${date(next)}${pick(next, [' ', 'T'])}${clock(next)}`,
  germanDate: (next) => date(next).split('-').reverse().join('.'),
  americanDate: (next) => `${1 + upTo(next, 12)}/${1 + upTo(next, 28)}/20${10 + upTo(next, 15)}`,
  name: (next) => pick(next, people),
  lastFirst: (next) => `${pick(next, people)}, ${pick(next, ['A.', 'B.', 'Dr. C.'])}`,
  city: (next) => pick(next, cities),
  word: (next) => pick(next, words),
  code: (next) => `${pick(next, ['AB', 'QX', 'ZZ'])}-${1000 + upTo(next, 9000)}`,
  flag: (next) => pick(next, ['true', 'false']),
  letter: (next) => pick(next, ['Y', 'N']),
  note: (next) => (next() < 0.3 ? '' : sentence(next)),
  sparse: (next, _, style) => (next() < 0.7 ? '' : decimal(next, style)),
  url: (next) =>
    `https://example.org/${pick(next, words)}/${upTo(next, 999)}?q=${pick(next, words)}&n=${upTo(next, 9)}`,
  mail: (next) => `${pick(next, words)}.${pick(next, words)}@example.org`,
  address: (next) => `${upTo(next, 200)} ${pick(next, words)} St, ${pick(next, cities)}`,
  place: (next) => `${(next() * 90).toFixed(4)},${(next() * 180).toFixed(4)}`,
  ip: () => '192.0.2.17',
  path: (next) => `/${pick(next, words)}/${pick(next, words)}/${pick(next, words)}.txt`,
  json: (next) => `{"${pick(next, words)}":${upTo(next, 99)},"b":"${pick(next, words)}"}`,
  size: (next) => `${upTo(next, 40)}" ${pick(next, words)}`,
  quote: (next) => `"${pick(next, words)}" said ${pick(next, people)}`,
  lines: (next) => `${sentence(next)}\n${sentence(next)}`,
  list: (next) => `${pick(next, words)};${pick(next, words)}`,
  range: (next) => `${upTo(next, 20)}-${20 + upTo(next, 20)}`,
};

const schemas: string[][] = [
  ['id', 'name', 'city', 'date', 'price', 'flag'],
  ['stamp', 'value', 'value', 'value'],
  ['date', 'time', 'value', 'value', 'value', 'value', 'value'],
  ['germanDate', 'code', 'price', 'price', 'word'],
  ['id', 'lastFirst', 'address', 'mail', 'count'],
  ['word', 'note'],
  ['code', 'note', 'note', 'count'],
  ['name', 'city', 'word', 'letter'],
  ['word', 'word', 'word'],
  ['url', 'count', 'word'],
  ['id', 'json', 'stamp'],
  ['id', 'size', 'price', 'count'],
  ['stamp', 'word', 'note'],
  ['code', 'sparse', 'sparse', 'sparse', 'sparse', 'sparse', 'sparse'],
  ['id', 'place', 'city', 'value'],
  ['americanDate', 'count', 'count', 'percent'],
  ['ip', 'stamp', 'path', 'count', 'count'],
  ['name', 'quote', 'date'],
  ['id', 'lines', 'count'],
  ['word', 'list', 'count', 'range'],
  Array<string>(24).fill('value'),
  Array<string>(9).fill('count'),
  ['count', 'value'],
  ['id', 'word'],
];
const oneColumn = ['value', 'word', 'url', 'mail', 'stamp', 'name', 'count', 'date'];

export function wildText(next: Random): WildText {
  const delimiter = pickDelimiter(next);
  const single = next() < 0.04;
  const schema = single ? [pick(next, oneColumn)] : pick(next, schemas);
  const decimalComma = (delimiter === ';' || delimiter === '\t') && !schema.includes('place') && next() < 0.5;
  const style = { delimiter, decimalComma };
  const rows = pick(next, [1, 2, 3, 5, 8, 13, 30, 60, 150]);
  const headerLines = next() < 0.8 ? 1 : 0;
  const names = schema.map((name, index) => (schema.indexOf(name) === index ? name : `${name}${index}`));
  const cells = Array.from({ length: rows }, (_, row) =>
    schema.map((name) => columns[name](next, row, style)),
  );
  const table = headerLines === 1 ? [names, ...cells] : cells;

  const special = new RegExp(`["\\n${delimiter.replace(/[\\\]^-]/g, '\\$&')}]`);
  const needed = cells.flat().some((cell) => special.test(cell));
  const quote: '"' | "'" = !needed ? '"' : next() < 0.06 ? "'" : '"';
  const escape: CsvDialect['escape'] = next() < 0.1 ? 'backslash' : 'double';
  const policy = pick(next, ['least', 'least', 'least', 'all', 'text']);
  const inQuotes = (cell: string) =>
    special.test(cell) ||
    cell.includes(quote) ||
    policy === 'all' ||
    (policy === 'text' && /[a-z]/i.test(cell));
  const write = (cell: string) => {
    if (!inQuotes(cell)) return cell;
    const mark = escape === 'double' ? quote : '\\';
    return quote + cell.replaceAll(quote, mark + quote) + quote;
  };
  const lineEnd = next() < 0.35 ? '\r\n' : '\n';
  const lines = table.map((row) => row.map(write).join(delimiter));

  let before = 0;
  let noise = '';
  const roll = next();
  if (rows >= 5 && !single && roll < 0.08) {
    const title = pick(next, [
      ['Monthly report', ''],
      ['Source: harbour office', 'Created 2020-01-02', ''],
      ['Title'],
    ]);
    lines.unshift(...title);
    before = title.length;
    noise = 'preamble';
  } else if (rows >= 5 && !single && roll < 0.12) {
    lines.unshift('# made by a program', '# version: 1.2, build 77');
    before = 2;
    noise = 'comments';
  } else if (rows >= 8 && roll < 0.16) {
    lines.push('', 'Total rows: 12');
    noise = 'footer';
  } else if (rows >= 8 && !single && roll < 0.22) {
    for (let line = headerLines; line < lines.length; line += 5)
      lines[line] = (lines[line] ?? '') + delimiter;
    noise = 'ragged';
  }
  const used = lines.join('\n').includes(`\\${quote}`) && escape === 'backslash';
  return {
    text: lines.join(lineEnd) + (next() < 0.8 ? lineEnd : ''),
    truth: {
      delimiter: single ? ',' : delimiter,
      quote: needed || policy !== 'least' ? quote : '"',
      escape: used ? 'backslash' : 'double',
      headerLines,
    },
    made: [schema.slice(0, 8).join('+'), `${rows} rows`, policy, noise].join(', '),
    names,
    before,
  };
}

function pickDelimiter(next: Random): string {
  const roll = next();
  if (roll < 0.62) return ',';
  if (roll < 0.8) return ';';
  if (roll < 0.89) return '\t';
  if (roll < 0.94) return '|';
  return pick(next, [' ', '^', '~', '#', '§', ':', '||', '|~|', '\x01', '&']);
}
