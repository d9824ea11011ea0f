import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Coverage } from '../../../src/engine/format/json/coverage.ts';
import { JsonFields } from '../../../src/engine/format/json/fields.ts';
import { createKernelJsonlScanner } from '../../../src/engine/format/json/scanner.ts';
import { runs } from '../../support/long.ts';

const key = fc.constantFrom('a', 'b', 'user', 'é', 'a"b', 'long key of a record', 'n\n');
const leaf = fc.oneof(
  fc.constantFrom(null, true, '', 'text', 'a "quoted" text', 'x,"a":1', 0, -1.5, 1e300),
  fc.array(fc.nat(3), { maxLength: 2 }),
);
const { value } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof({ weight: 4, arbitrary: leaf }, { weight: 1, arbitrary: tie('object') }),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
}));
const record = fc.oneof(
  { weight: 8, arbitrary: fc.dictionary(key, value, { maxKeys: 5 }) },
  { weight: 1, arbitrary: leaf },
);

/** Ways to write the same record. */
const writers: readonly ((value: unknown) => string)[] = [
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, undefined, 1).replace(/\n\s*/g, ' '),
  (value) => `  ${JSON.stringify(value)} `,
  (value) => JSON.stringify(value).replaceAll('é', '\\u00e9'),
];

describe('format/json/coverage', () => {
  it('finds every record that has a member at another path, and few others', () => {
    let [sure, odd] = [0, 0];
    const records = fc.array(fc.tuple(record, fc.constantFrom(...writers)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(records, fc.nat(20), (written, known) => {
        const lines = written.map(([one, write]) => Buffer.from(write(one)));
        const seen = new JsonFields();
        for (const line of lines.slice(0, known)) seen.read(line, 0, line.length);
        const paths = seen.paths().filter((path) => path.length > 0);
        const coverage = new Coverage(paths);
        const scanner = createKernelJsonlScanner();
        const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
        scanner.reserve(bytes.length).set(bytes);
        const block = scanner.scan({
          length: bytes.length,
          offset: 0,
          from: 0,
          until: bytes.length,
          final: true,
          fields: coverage.requests,
        });
        assert.equal(block.count, lines.length);
        const all = Uint32Array.from(lines.keys());
        const found = new Uint32Array(lines.length);
        const count = coverage.uncovered(block, 0, all, lines.length, found);
        const uncovered = new Set(found.subarray(0, count));
        for (const [row, line] of lines.entries()) {
          const fields = new JsonFields(paths);
          fields.read(line, 0, line.length);
          if (fields.count > paths.length)
            assert.ok(uncovered.has(row), `${line.toString()} has another member`);
          else if (uncovered.has(row)) odd++;
          else sure++;
        }
      }),
      { numRuns: runs(500, 20_000) },
    );
    assert.ok(odd < sure, `${odd} of ${odd + sure} records would be read in vain`);
  });
});
