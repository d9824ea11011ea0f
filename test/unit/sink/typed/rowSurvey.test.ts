import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createKernelJsonlScanner } from '../../../../src/engine/format/json/scanner.ts';
import { JsonCells } from '../../../../src/engine/sink/typed/jsonCells.ts';
import { RowSurvey } from '../../../../src/engine/sink/typed/rowSurvey.ts';
import { runs } from '../../../support/long.ts';

const value = fc.constantFrom(
  ...['1', '-0', '1.50', '1e400', '9007199254740993', 'true', 'null', '"a"', '""', '"x\\"y"', '"2026-01-02"'],
  ...['[]', '[1, "a"]', '{}', '{"p":1}', '{"q":{"p":null}, "p":2}', '"a,\\"b\\":1"', '"NaN"', '{"x y":1}'],
);
const key = fc.constantFrom('"a"', '"b"', '"a b"', '"é"', '"\\u0061"', '"q\\""', '"new"', '" "');
const gap = fc.constantFrom('', '', '', ' ', '  ');
const record = fc
  .tuple(fc.array(fc.tuple(key, value), { maxLength: 5 }), gap, gap, gap, gap)
  .map(([members, afterBrace, beforeColon, afterColon, afterComma]) => {
    const written = members.map(([name, text]) => `${name}${beforeColon}:${afterColon}${text}`);
    return `{${afterBrace}${written.join(`,${afterComma}`)}${afterBrace}}`;
  });
/** Records that are mostly alike. */
const records = fc
  .tuple(fc.array(record, { minLength: 1, maxLength: 4 }), fc.array(record, { maxLength: 2 }), fc.nat(30))
  .map(([alike, others, at]) => {
    const rows = Array.from({ length: 40 }, (_, row) => alike[row % alike.length]);
    rows.splice(at, 0, ...others);
    return rows;
  });

describe('the survey of rows of which members are known', () => {
  it('finds the same columns and types as that of their lines', async () => {
    const scanner = createKernelJsonlScanner();
    await fc.assert(
      fc.asyncProperty(
        fc.array(records, { minLength: 1, maxLength: 3 }),
        fc.uniqueArray(key),
        async (blocks, known) => {
          const rows = { columns: [], valueColumn: '_value', typesInText: () => false };
          const [byLine, byMember] = [0, 1].map(
            () => new RowSurvey(rows, { name: 'Parquet', maxColumns: 100 }),
          );
          const names = new Set(
            known.map((name): unknown => JSON.parse(name)).filter((name) => typeof name === 'string'),
          );
          const cells = JsonCells.of([...names]);
          assert.ok(cells);
          for (const lines of blocks) {
            const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
            scanner.reserve(bytes.length).set(bytes);
            const { length } = bytes;
            const task = { length, offset: 0, from: 0, until: length, final: true, fields: cells.requests };
            const block = scanner.scan(task);
            const selection = Uint32Array.from({ length: block.count }, (_, at) => at);
            byLine.addLines(bytes);
            if (!cells.begin(block, 0, selection, block.count) || !byMember.addMembers(cells))
              byMember.addLines(bytes);
          }
          const noRows = { columnsWithoutRows: () => Promise.resolve(['none']) };
          const [found, expected] = [await byMember.types(noRows), await byLine.types(noRows)];
          assert.deepEqual([...found], [...expected]);
        },
      ),
      { numRuns: runs(400, 50_000) },
    );
  });
});
