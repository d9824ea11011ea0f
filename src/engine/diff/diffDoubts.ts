import { said } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { pathOf, type KnownColumn } from '../query/check.ts';
import { replacing, warningAt, type Diagnostic } from '../query/diagnostic.ts';
import { checkQuery, comparedFields, orderedFields, parseQuery, type Query } from '../query/index.ts';
import { writeName, writePath } from '../query/write.ts';
import { keyField, namesInNewer } from './keys.ts';
import { memberName, sides } from './recordDiff.ts';
import { rowNatures } from './rowNatures.ts';

/**
 * What is doubtful about a query of the rows of a comparison: a column that neither file has, and one that is taken for a
 * value, where a row has the older and the newer one.
 */
export function diffDoubts(
  query: Query,
  files: readonly [Dataset, Dataset],
  keys: readonly string[],
): Diagnostic[] {
  // The rows of a comparison are JSON, whatever the files are.
  const rows = { names: 'paths', ...rowNatures(files, keys) } as const;
  const known = new Map<string, KnownColumn>();
  const add = (path: string, type: string): unknown => known.set(path, { name: path, path, type });
  for (const name of ['_change', ...sides.map((side) => `_records.${side}`)]) add(name, 'text');
  // Beside a table, objects are taken apart: a member of theirs has a name of its own in a row.
  const inRow = ([first, ...rest]: readonly string[]): string =>
    writePath([rows.areMixed === true && rest.length > 0 ? first : memberName(first), ...rest]);
  const ofKey = new Set(keys.flatMap((key) => files.map((file) => inRow(keyField(key, file).names))));
  const values = new Set<string>();
  const inNewer = namesInNewer(files);
  for (const [side, file] of files.entries()) {
    for (const column of file.seenColumns) {
      const name = (side === 0 ? inNewer.get(column.name) : undefined) ?? column.name;
      const path =
        file.layout.names === 'columns'
          ? writeName(memberName(name))
          : column.fields[0] === '_change'
            ? inRow(column.fields.map(String))
            : pathOf(column);
      if (!ofKey.has(path)) values.add(path);
      add(path, column.type);
      // An object that one file lacks is a value as a whole.
      for (let above = path; above !== ''; above = above.slice(0, Math.max(0, above.lastIndexOf('.'))))
        for (const one of sides) add(`${above}.${one}`, column.type);
    }
  }
  const compared = comparedFields(query, rows).filter(({ isField }) => isField);
  const taken = [
    ...compared.map(({ operand, path }) => ({ column: operand, path })),
    ...orderedFields(query, rows),
  ];
  const found = new Map(
    taken.flatMap(({ column, path }) => {
      const written = values.has(writePath(path)) ? query.text.slice(column.from, column.to) : undefined;
      if (written === undefined) return [];
      const [older, newer] = sides.map((side) => `${written}.${side}`);
      const message = said`${written} is what it was and what it is now; write ${older} or ${newer}`;
      const fix = replacing(query.text, column, newer);
      return [[column, { ...warningAt(column, message), fix }] as const];
    }),
  );
  return [...checkQuery(query, [...known.values()], rows), ...found.values()];
}

/** What is doubtful about a field of the key: one that was not seen in records of JSON. */
export function keyDoubts(key: string, { layout, seenColumns, checkedIn }: Dataset): Diagnostic[] {
  if (layout.names === 'columns') return [];
  const asked = [key, writeName(key)].map((text) => parseQuery(`|> SELECT ${text}`));
  const parsed = asked.find(({ ok }) => ok);
  return parsed?.ok ? checkQuery(parsed.query, seenColumns, checkedIn) : [];
}
