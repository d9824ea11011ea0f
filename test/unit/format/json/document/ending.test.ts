import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fault } from '../../../../../src/engine/fault.ts';
import { createJsonDocumentScanner } from '../../../../../src/engine/format/json/document/document.ts';
import { findRows } from '../../../../../src/engine/format/json/document/find.ts';
import type { JsonRows } from '../../../../../src/engine/format/json/document/rows.ts';
import { createKernelJsonDocumentScanner } from '../../../../../src/engine/format/json/document/scanner.ts';
import { createPlainJsonlScanner } from '../../../../../src/engine/format/json/lines.ts';
import type { Scanner } from '../../../../../src/engine/format/record.ts';
import type { Run } from '../../../../../src/engine/format/recordRun.ts';
import { records } from '../../../../../src/engine/format/records.ts';
import { memorySource } from '../../../../support/memory.ts';

const scanners: Record<string, (rows: JsonRows) => Scanner> = {
  plain: (rows) => createJsonDocumentScanner(rows, createPlainJsonlScanner()),
  kernel: createKernelJsonDocumentScanner,
};

interface Seen {
  readonly text: string;
  readonly offset: number;
  /** 1-based. */
  readonly line: number;
  readonly fault: number;
  readonly at: number;
}

const signal = new AbortController().signal;
/** Of a page that reads 128 KiB at a time. */
const page = { blockSize: 128 * 1024 };

/** The records of a document, from its first block on and then wherever the last block has ended. */
async function read(
  create: (rows: JsonRows) => Scanner,
  text: string,
  rows: JsonRows,
  { blockSize, ending }: { blockSize: number; ending?: Run['ending'] } = page,
): Promise<Seen[]> {
  const bytes = Buffer.from(text);
  const run = { start: rows.start, from: 0, to: bytes.length, end: bytes.length, ending };
  const seen: Seen[] = [];
  let line = rows.line;
  const numeric = [{ path: ['a'], numeric: true }];
  for await (const placed of records(memorySource(bytes), create(rows), run, blockSize, numeric, signal)) {
    const { count, starts, ends, lines, faults, faultAt, offset, lineCount, fields } = placed.records;
    for (let i = 0; i < count; i++) {
      seen.push({
        text: Buffer.from(placed.records.bytes.subarray(starts[i], ends[i])).toString(),
        offset: offset + starts[i],
        line: line + lines[i] + 1,
        fault: faults[i],
        at: faultAt[i],
      });
      assert.equal(fields[0].numbers.length, count);
    }
    line += lineCount;
  }
  return seen;
}

async function rowsOf(text: string, path?: string): Promise<JsonRows> {
  const { rows } = await findRows(memorySource(Buffer.from(text)), path);
  assert.ok(rows);
  return rows;
}

const fault = ({ fault }: Seen) => fault;

describe('the end of a JSON document', () => {
  for (const [name, create] of Object.entries(scanners)) {
    describe(name, () => {
      const cases: [string, string, number, Partial<Seen>][] = [
        ['an end that comes twice', '[1]]', 1, { fault: Fault.AfterDocument, offset: 3, text: ']' }],
        ['a comma after the end', '[1],', 1, { fault: Fault.AfterDocument, offset: 3, text: ',' }],
        ['words after the end', '[1,2]\n\n oops 1', 2, { fault: Fault.AfterDocument, offset: 8, line: 3 }],
        ['no end', '[{"a":1}\n', 1, { fault: Fault.DocumentUnclosed, offset: 8, line: 1, text: '' }],
        ['no end after a comma', '[{"a":1},\n', 1, { fault: Fault.DocumentUnclosed, offset: 9 }],
        ['no row and no end', '[', 0, { fault: Fault.DocumentUnclosed, offset: 1 }],
        ['no end of what is around', '{"a":[1,2] ', 2, { fault: Fault.DocumentUnclosed, offset: 10 }],
        ['a wrong end of what is around', '{"a":[1,2]]', 2, { fault: Fault.Syntax, offset: 10, text: ']' }],
        ['a name before the end', '{"a":[1,2],"b":}', 2, { fault: Fault.Syntax, offset: 15, text: '}' }],
        ['what is no JSON behind the rows', '{"a":[1,2],"b":nul}', 2, { fault: Fault.Syntax, offset: 18 }],
        ['what is cut off behind them', '{"a":[1,2,3,4],"b":[1,{"c', 4, { fault: Fault.DocumentUnclosed }],
      ];
      for (const [what, text, good, expected] of cases) {
        it(`is told by ${what}`, async () => {
          for (const blockSize of [1, 4, 1024]) {
            const path = text.startsWith('{"a"') ? 'a' : undefined;
            const seen = await read(create, text, await rowsOf(text, path), { blockSize });
            assert.deepEqual(
              seen.map(fault).slice(0, -1),
              Array.from({ length: good }, () => Fault.None),
            );
            const last = seen.at(-1);
            assert.ok(last);
            assert.deepEqual({ ...last, ...expected }, last);
          }
        });
      }

      it('is right where comments and trailing commas are allowed', async () => {
        const text = '// c\n{"a":[1,2,/* ] */ ], // x\n "b":{"c":1,},} // end';
        const seen = await read(create, text, await rowsOf(text, 'a'));
        assert.deepEqual(seen.map(fault), [Fault.None, Fault.None]);
        const wrong = await read(create, `${text}\n]`, await rowsOf(text, 'a'));
        assert.deepEqual(wrong.map(fault), [Fault.None, Fault.None, Fault.AfterDocument]);
      });

      it('is right after a comma, also where the head has none', async () => {
        for (const text of ['[1,2,]', '{"x":{"a":{}},"y":{"a":{}},}', '{"a":[1,2,],"b":[3,],}']) {
          const path = text.startsWith('{"a"') ? 'a' : undefined;
          const rows = await rowsOf(text, path);
          for (const comments of [rows.comments, false]) {
            const seen = await read(create, text, { ...rows, comments });
            assert.deepEqual(seen.map(fault), [Fault.None, Fault.None]);
          }
        }
      });

      it('is found however far it is, and not looked for in a first page', async () => {
        const tail = `,"b":[${'{"c":"]}"},\n'.repeat(300_000)}1]`;
        const whole = `{"a":[{"a":1},\n{"a":2}]${tail}}`;
        const rows = await rowsOf(whole, 'a');
        assert.deepEqual((await read(create, whole, rows)).map(fault), [0, 0]);
        for (const [text, at, reason] of [
          [whole.slice(0, -1), 0, Fault.DocumentUnclosed],
          [`${whole}}`, tail.length + 2, Fault.AfterDocument],
        ] as const) {
          for (const ending of [undefined, 'apart'] as const) {
            const seen = await read(create, text, rows, { blockSize: 1024 * 1024, ending });
            assert.deepEqual(seen.map(fault), [0, 0, reason]);
            const { offset, line, at: found, text: shown } = seen[2];
            assert.deepEqual([offset, line, found, shown.length], [whole.indexOf(tail) - 1, 2, at, 256]);
          }
          const first = await read(create, text, rows, { ...page, ending: 'not' });
          assert.deepEqual(first.map(fault), [0, 0]);
        }
      });

      it('counts the lines behind a block without a row', async () => {
        const text = '{\n"m": {\n"": [],\n"a": []\n},\n"z": 1\n}';
        for (const blockSize of [1, 3, 1024]) {
          const seen = await read(create, text, await rowsOf(text, '$.m.*'), { blockSize });
          assert.deepEqual(
            seen.map(({ line }) => line),
            [3, 4],
          );
        }
      });

      const value = fc.jsonValue({ maxDepth: 2 });
      const list = fc.array(value, { minLength: 1, maxLength: 5 });
      const documents = fc.oneof(
        list.map((items) => [JSON.stringify(items), '$[*]'] as const),
        fc.tuple(list, value).map(([items, more]) => {
          return [JSON.stringify({ x: { rows: items, more } }, null, 1), '$.x.rows[*]'] as const;
        }),
        list.map((items) => [JSON.stringify([0, items, 'z']), '$[1][*]'] as const),
        fc
          .dictionary(fc.string(), value, { minKeys: 1, maxKeys: 4 })
          .map((members) => [JSON.stringify({ m: members, z: 1 }, null, 2), '$.m.*'] as const),
      );

      it('is whole where JSON.parse says so, and else is a problem, wherever it is cut', async () => {
        await fc.assert(
          fc.asyncProperty(
            documents,
            fc.integer({ min: 1, max: 40 }),
            fc.constantFrom(']', '}', ',', ' x', '[1]', '"', '1', '{', '\n\n]'),
            async ([text, path], blockSize, more) => {
              const rows = await rowsOf(text, path);
              const bytes = Buffer.from(text);
              const scanner = create(rows);
              const again = () => scanner;
              const whole = await read(again, text, rows, { blockSize });
              assert.ok(whole.every((row) => row.fault === Fault.None));

              const extended = await read(again, text + more, rows, { blockSize });
              assert.deepEqual(extended.slice(0, -1), whole);
              assert.equal(extended.at(-1)?.fault, Fault.AfterDocument);

              for (let cut = rows.start; cut < bytes.length; cut++) {
                const rest = bytes.subarray(0, cut).toString('latin1');
                const seen = await read(again, rest, rows, { blockSize });
                assert.ok(
                  seen.some((row) => row.fault !== Fault.None),
                  `cut at ${cut}`,
                );
                const before = whole.filter(({ offset, text }) => offset + Buffer.byteLength(text) < cut);
                assert.deepEqual(seen.slice(0, before.length).map(place), before.map(place));
              }
            },
          ),
          { numRuns: 15 },
        );
      });
    });
  }
});

const place = ({ offset, line, fault }: Seen) => ({ offset, line, fault });
