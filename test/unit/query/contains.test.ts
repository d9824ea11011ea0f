import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createPlainCsvScanner } from '../../../src/engine/format/csv/csv.ts';
import type { CsvDialect } from '../../../src/engine/format/csv/dialect.ts';
import { createPlainJsonlScanner } from '../../../src/engine/format/json/lines.ts';
import { createKernelCsvScanner } from '../../../src/engine/format/csv/scanner.ts';
import { createKernelJsonlScanner } from '../../../src/engine/format/json/scanner.ts';
import type { Scanner } from '../../../src/engine/format/record.ts';
import { parseQuery, planQuery, type Layout, type Plan } from '../../../src/engine/query/index.ts';
import { plainDialect } from '../../support/csvRecords.ts';
import { runs } from '../../support/long.ts';

/*
 * Texts are sought in raw bytes, where they may stand escaped, in the other case, or between two fields. What
 * JavaScript's own `includes` says of the values is the truth.
 */

const dialect: CsvDialect = {
  ...plainDialect,
  columns: ['before', 'm'],
};

const formats: { name: string; layout: Layout; scanners: Scanner[]; write: (text: string) => string }[] = [
  {
    name: 'JSONL',
    layout: { names: 'paths' },
    scanners: [createKernelJsonlScanner(), createPlainJsonlScanner()],
    write: (text) => `{"before":"time","m":${JSON.stringify(text)}}`,
  },
  {
    name: 'JSONL of codes',
    layout: { names: 'paths' },
    scanners: [createKernelJsonlScanner()],
    write: (text) => `{"before":"kilo","m":"${Array.from(text, codeOf).join('')}"}`,
  },
  {
    name: 'CSV',
    layout: { names: 'columns', ...dialect },
    scanners: [createKernelCsvScanner(dialect), createPlainCsvScanner(dialect)],
    write: (text) => `time,"${text.replaceAll('"', '""')}"`,
  },
];

/** Each third character as its code. */
function codeOf(character: string, index: number): string {
  if (index % 3 !== 0) return JSON.stringify(character).slice(1, -1);
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/**
 * Short texts of few characters, so that one often holds another: letters that fold in surprising ways, and
 * what is escaped.
 */
const fragment = fc
  .array(
    fc.constantFrom('t', 'i', 'm', 'k', 'T', 'I', 'K', '\u212a', '\u0130', '"', '\\', '/', '\n', 'é', 'n'),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((characters) => characters.join(''));
const value = fc.array(fragment, { maxLength: 4 }).map((parts) => parts.join(''));

for (const { name, layout, scanners, write } of formats) {
  /** So many records that the text is rare: then fields are found only where it stands. */
  const others = Array.from({ length: 300 }, () => write('z'.repeat(100)));

  describe(`a text sought in ${name}`, () => {
    for (const scanner of scanners) {
      const block = (
        lines: readonly string[],
        plan?: Pick<Plan, 'fields' | 'holding'>,
      ): ReturnType<Scanner['scan']> => {
        const bytes = Buffer.from([...lines, ...others].map((line) => `${line}\n`).join(''));
        scanner.reserve(bytes.length).set(bytes);
        return scanner.scan({
          length: bytes.length,
          offset: 0,
          from: 0,
          until: bytes.length,
          final: true,
          fields: plan?.fields ?? [],
          holding: plan?.holding,
        });
      };

      const holding = (query: string, lines: readonly string[]): number[] => {
        const parsed = parseQuery(query);
        if (!parsed.ok) assert.fail(query);
        const plan = planQuery(parsed.query, layout);
        const found = block(lines, plan);
        const selection = Uint32Array.from({ length: found.count }, (_, record) => record);
        const count = plan.where?.select(found, selection, found.count, { record: 0, line: 0 });
        return [...selection.subarray(0, count)].filter((record) => record < lines.length);
      };

      const numbers = (values: readonly string[], holds: (text: string) => boolean): number[] =>
        values.flatMap((text, index) => (holds(text) ? [index] : []));

      it(`is found in the values that hold it, by the ${scanner.name} scanner`, () => {
        fc.assert(
          fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), fragment, (values, part) => {
            const lines = values.map(write);
            const pattern = `'%${part}%' ESCAPE '~'`;
            const folded = part.toLowerCase();
            assert.deepEqual(
              holding(`m LIKE ${pattern}`, lines),
              numbers(values, (text) => text.includes(part)),
            );
            const ilike = numbers(values, (text) => text.toLowerCase().includes(folded));
            assert.deepEqual(holding(`m ILIKE ${pattern}`, lines), ilike);
            const not = numbers(values, (text) => !text.toLowerCase().includes(folded));
            assert.deepEqual(holding(`m NOT ILIKE ${pattern}`, lines), not);
            const literal = part.replaceAll(/[\\/]/g, '\\$&');
            const matching = numbers(values, (text) => text.includes(part));
            assert.deepEqual(holding(`m ~ '${literal}'`, lines), matching);
          }),
          { numRuns: runs(100, 2000) },
        );
      });
    }
  });
}
