import { pick, random, upTo, type Random } from './messy.ts';

/** A cell as JSON writes it; undefined where the record has no such member. */
export type Written = string | undefined;

/** A table with columns that statistics and plots may get wrong, made from a seed. */
export interface BadFile {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Written[])[];
}

/** Two cells of 10 MB are in it, so that it is made only where it is used. */
export function longCells(megabytes: number): BadFile {
  const long = 'x'.repeat(megabytes << 20);
  const wide = '€'.repeat((megabytes << 20) / 3);
  const rows = Array.from({ length: 5 }, (_, row): Written[] => [
    String(row),
    JSON.stringify(row === 2 ? long : 'short'),
    JSON.stringify(row === 3 ? wide : 'u'),
  ]);
  return { name: 'long cells', columns: ['id', 't', 'u'], rows };
}

export function differentTexts(count: number): BadFile {
  // A prime, so that every number comes once.
  const rows = Array.from({ length: count }, (_, row): Written[] => [
    `"text number ${(row * 7919) % count}"`,
  ]);
  return { name: `${count} different texts`, columns: ['t'], rows };
}

export function manyColumns(columns: number, rows: number): BadFile {
  return {
    name: `${columns} columns`,
    columns: Array.from({ length: columns }, (_, column) => `c${column}`),
    rows: Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_, column) =>
        column % 3 === 0 ? `"t${row % 7}"` : String(row * column),
      ),
    ),
  };
}

/** The others, which are small. */
export function badFiles(seed: number): readonly BadFile[] {
  const next = random(seed);
  const of = (cells: readonly Written[]) => (): Written => pick(next, cells);
  const id = (_: Random, row: number): Written => String(row);
  return [
    made(next, 'nothing but NULL', 500, { id, x: of(['null']), y: of(['null']) }),
    made(next, 'one value', 500, {
      n: of(['5']),
      t: of(['"same"']),
      d: of(['"2024-01-01"']),
      b: of(['true']),
      f: of(['1.5']),
    }),
    made(next, 'texts like NaN', 700, {
      v: of(['"NaN"', '"nan"', '"Infinity"', '"-inf"', '"NULL"', '"None"', '"N/A"']),
      w: (random, row) => (random() < 0.6 ? '"NaN"' : String(row)),
    }),
    made(next, 'the first and the last year', 400, {
      d: of([
        '"0001-01-01"',
        '"9999-12-31"',
        '"0001-01-01T00:00:00Z"',
        '"9999-12-31T23:59:59.999999999Z"',
        'null',
      ]),
      e: of(['"0001-01-01"', '"9999-12-31"']),
    }),
    made(next, 'negative zero', 300, { z: of(['-0', '0', '-0.0', '1']), m: of(['-0']) }),
    made(next, 'no rows', 0, { a: id, b: id, c: id }),
    made(next, 'one row', 1, { a: id, b: of(['null']), c: of(['"text"']) }),
    made(next, 'n/a among numbers', 900, {
      n: (random, row) => (random() < 0.1 ? '"n/a"' : String(row)),
      m: (random) => (random() < 0.5 ? '"n/a"' : String(upTo(random, 900) / 4)),
    }),
  ];
}

/** Columns that the first records do not have. JSON alone has such. */
export function lateColumns(seed: number): BadFile {
  const next = random(seed);
  // More than is read to recognise a file.
  const pad = `"${'p'.repeat(400)}"`;
  return made(next, 'columns that appear late', 6000, {
    id: (_, row) => String(row),
    pad: () => pad,
    late: (random, row) => (row > 4000 && random() < 0.7 ? String(row) : undefined),
    last: (_, row) => (row === 5999 ? '"z"' : undefined),
  });
}

export function asJsonl({ columns, rows }: BadFile): string {
  const member = (cell: Written, at: number): string[] =>
    cell === undefined ? [] : [`${JSON.stringify(columns[at])}:${cell}`];
  return rows.map((cells) => `{${cells.flatMap(member).join(',')}}\n`).join('');
}

export function asCsv({ columns, rows }: BadFile): string {
  return [columns, ...rows.map((cells) => cells.map(csvText))].map((line) => `${line.join(',')}\n`).join('');
}

/** What a CSV has in the place of a cell. */
export function csvText(cell: Written): string {
  if (cell === undefined || cell === 'null') return '';
  return cell.startsWith('"') ? (JSON.parse(cell) as string) : cell;
}

function made(
  next: Random,
  name: string,
  count: number,
  columns: Readonly<Record<string, (next: Random, row: number) => Written>>,
): BadFile {
  const cells = Object.values(columns);
  const rows = Array.from({ length: count }, (_, row) => cells.map((cell) => cell(next, row)));
  return { name, columns: Object.keys(columns), rows };
}
