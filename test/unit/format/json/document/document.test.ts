import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fault } from '../../../../../src/engine/fault.ts';
import {
  createJsonDocumentScanner,
  nameField,
  pastTheEnd,
} from '../../../../../src/engine/format/json/document/document.ts';
import { findRows } from '../../../../../src/engine/format/json/document/find.ts';
import { createPlainJsonlScanner } from '../../../../../src/engine/format/json/lines.ts';
import type { JsonRows } from '../../../../../src/engine/format/json/document/rows.ts';
import { createKernelJsonDocumentScanner } from '../../../../../src/engine/format/json/document/scanner.ts';
import { createKernelJsonlScanner } from '../../../../../src/engine/format/json/scanner.ts';
import { Kind, type FieldRequest, type Scanner } from '../../../../../src/engine/format/record.ts';
import { records } from '../../../../../src/engine/format/records.ts';
import { zoneOf } from '../../../../../src/engine/index/zone.ts';
import { memorySource } from '../../../../support/memory.ts';
import { runs } from '../../../../support/long.ts';

const scanners = {
  plain: (rows: JsonRows) => createJsonDocumentScanner(rows, createPlainJsonlScanner()),
  lines: (rows: JsonRows) => createJsonDocumentScanner(rows, createKernelJsonlScanner()),
  kernel: createKernelJsonDocumentScanner,
};

interface Row {
  text: string;
  offset: number;
  line: number;
  fault: number;
  fields: (string | undefined)[];
}

/** Scans block by block, each ending at a split, with as few bytes as the scanner will take. */
function scan(
  scanner: Scanner,
  bytes: Buffer,
  rows: JsonRows,
  splits: readonly number[] = [],
  readAhead = Infinity,
  fields: readonly FieldRequest[] = [],
): Row[] {
  const found: Row[] = [];
  let from = rows.start;
  let line = rows.line;
  for (const split of [...splits, bytes.length]) {
    if (split < from) continue;
    let stop = Math.min(bytes.length, split);
    for (let more = readAhead; ; more *= 2) {
      const length = stop - from;
      scanner.reserve(length).set(bytes.subarray(from, stop));
      const final = stop === bytes.length;
      const block = scanner.scan({ length, offset: from, from: 0, until: split - from, final, fields });
      if (block.incomplete) {
        assert.ok(!final);
        stop = Math.min(bytes.length, stop + more);
        continue;
      }
      for (let row = 0; row < block.count; row++) {
        const slice = (start: number, end: number) =>
          Buffer.from(block.bytes.subarray(start, end)).toString();
        found.push({
          text: slice(block.starts[row], block.ends[row]),
          offset: block.offset + block.starts[row],
          line: line + block.lines[row],
          fault: block.faults[row],
          fields: block.fields.map(({ kinds, starts, ends }) =>
            kinds[row] === Kind.Missing ? undefined : slice(starts[row], ends[row]),
          ),
        });
      }
      line += block.lineCount;
      from = block.offset + block.next;
      break;
    }
  }
  return found;
}

async function rowsOf(text: string | Buffer, path?: string): Promise<JsonRows> {
  const { rows } = await findRows(memorySource(Buffer.from(text)), path);
  assert.ok(rows);
  return rows;
}

/** JSON text of a value, with white space of any kind between its tokens. */
function print(value: unknown, space: () => string): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => print(item, space) + space());
    return `[${space()}${items.join(`,${space()}`)}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([name, item]) => `${JSON.stringify(name)}${space()}:${space()}${print(item, space)}${space()}`,
    );
    return `{${space()}${members.join(`,${space()}`)}}`;
  }
  return JSON.stringify(value);
}

const spaces = ['', '', '', ' ', '\n', '\r\n', '\n  ', '\t'];
const value = fc.jsonValue({ maxDepth: 3, noUnicodeString: false });
const spacing = fc.array(fc.nat({ max: spaces.length - 1 }), { minLength: 1, maxLength: 9 }).map((picks) => {
  let at = 0;
  return () => spaces[picks[at++ % picks.length]];
});
const cuts = fc.tuple(fc.array(fc.nat({ max: 400 }), { maxLength: 6 }), fc.integer({ min: 1, max: 20 }));

describe('JSON document scanner', () => {
  for (const [name, create] of Object.entries(scanners)) {
    it(`finds the elements that JSON.parse finds, wherever blocks end (${name})`, () => {
      fc.assert(
        fc.property(fc.array(value, { maxLength: 8 }), spacing, cuts, (items, space, [splits, readAhead]) => {
          const text = `{"a":${space()}[1,{"b":[2]}],"rows":${print(items, space)}${space()},"z":[{"b":3}]}`;
          const bytes = Buffer.from(text);
          const start = bytes.indexOf('"rows":[') + 8;
          const line = bytes.subarray(0, start).toString().split('\n').length - 1;
          const rows: JsonRows = { ...plainRows, start, line };
          const found = scan(
            create(rows),
            bytes,
            rows,
            splits.sort((a, b) => a - b),
            readAhead,
          );
          assert.deepEqual(
            found.map((row) => JSON.parse(row.text) as unknown),
            items.map(plain),
          );
          for (const row of found) {
            assert.equal(row.fault, Fault.None);
            assert.equal(row.text, row.text.trim());
            assert.equal(
              bytes.toString('utf8', row.offset, row.offset + Buffer.byteLength(row.text)),
              row.text,
            );
            assert.equal(row.line, bytes.toString('utf8', 0, row.offset).split('\n').length - 1);
          }
        }),
        { numRuns: 100 },
      );
    });

    it(`finds members with their names, and documents one after the other (${name})`, () => {
      fc.assert(
        fc.property(
          fc.dictionary(fc.string(), value),
          spacing,
          cuts,
          (members, space, [splits, readAhead]) => {
            splits.sort((a, b) => a - b);
            const names = Object.keys(members);
            const items = Object.values(members);
            const text = Buffer.from(print(members, space));
            const rows: JsonRows = { ...plainRows, layout: 'members', start: 1 };
            const fields = [{ path: [nameField], numeric: false }];
            const found = scan(create(rows), text, rows, splits, readAhead, fields);
            assert.deepEqual(
              found.map((row) => JSON.parse(row.text) as unknown),
              items.map(plain),
            );
            assert.deepEqual(
              found.map((row) => JSON.parse(`"${row.fields[0]}"`) as unknown),
              names,
            );

            const values: JsonRows = { ...plainRows, layout: 'values', start: 0 };
            const texts = Buffer.from(items.map((item) => print(item, space)).join('\n'));
            const documents = scan(create(values), texts, values, splits, readAhead);
            assert.deepEqual(
              documents.map((row) => JSON.parse(row.text) as unknown),
              items.map(plain),
            );
          },
        ),
        { numRuns: 100 },
      );
    });

    it(`finds fields as the scanner of lines does (${name})`, () => {
      const item = fc.record({ a: value, b: fc.record({ c: value }) }, { requiredKeys: [] });
      fc.assert(
        fc.property(fc.array(item, { maxLength: 8 }), spacing, (items, space) => {
          const bytes = Buffer.from(print(items, space));
          const rows: JsonRows = { ...plainRows, start: 1 };
          const fields = [
            { path: ['a'], numeric: true },
            { path: ['b', 'c'], numeric: false },
          ];
          const found = scan(create(rows), bytes, rows, [], Infinity, fields);
          const lines = Buffer.from(items.map((each) => JSON.stringify(each)).join('\n'));
          const expected = scan(
            createPlainJsonlScanner(),
            lines,
            { ...plainRows, start: 0 },
            [],
            Infinity,
            fields,
          );
          const compact = (row: Row) => row.fields.map((field) => field?.replaceAll(/\s/g, ''));
          assert.deepEqual(found.map(compact), expected.map(compact));
        }),
        { numRuns: 100 },
      );
    });
  }

  it('reads documents without anything between them', () => {
    const rows: JsonRows = { ...plainRows, layout: 'values', start: 0 };
    const fields = [{ path: ['a'], numeric: true }];
    const found = scan(
      scanners.kernel(rows),
      Buffer.from('{"a":1}{"a":2} [3]"x"{"a":{"b":4}}\x1e{"a":5}'),
      rows,
      [],
      Infinity,
      fields,
    );
    assert.deepEqual(
      found.map(({ text }) => text),
      ['{"a":1}', '{"a":2}', '[3]', '"x"', '{"a":{"b":4}}', '{"a":5}'],
    );
    assert.deepEqual(
      found.map((row) => row.fields[0]),
      ['1', '2', undefined, undefined, '{"b":4}', '5'],
    );
  });

  it('allows comments and trailing commas where they are found', async () => {
    const text = `// head
      {
        /* the rows */ "rows": [ // none, yet
          {"a": 1, /* [ */ "b": "// no comment", },
          // {"a": 9},
          {"a": [2, 3, ], "c": "/* nor this */"} /* after */,
          4 // five
        , ]
      }`;
    const rows = await rowsOf(text, '$.rows');
    assert.equal(rows.comments, true);
    for (const readAhead of [1, 3, Infinity]) {
      const found = scan(scanners.kernel(rows), Buffer.from(text), rows, [100, 150], readAhead);
      assert.deepEqual(
        found.map((row) => [row.fault, JSON.parse(row.text) as unknown]),
        [
          [0, { a: 1, b: '// no comment' }],
          [0, { a: [2, 3], c: '/* nor this */' }],
          [0, 4],
        ],
      );
      assert.deepEqual(
        found.map(({ line }) => line),
        [3, 5, 6],
      );
    }
  });

  it('allows trailing commas where there is no comment', async () => {
    for (const [text, path] of [
      ['[{"a":1},{"a":2},]', '$[*]'],
      ['[ {"a":1,"b":[",]",], },\n {"a":2,}\n,]', '$[*]'],
      ['{"rows":[{"a":1,},{"a":2,}]}', '$.rows[*]'],
      ['{"a":1,}\n{"a":2,}\n', '$'],
    ]) {
      const rows = await rowsOf(text, undefined);
      assert.deepEqual([rows.path, rows.comments], [path, true]);
      const fields = [{ path: ['a'], numeric: false }];
      const found = scan(scanners.kernel(rows), Buffer.from(text), rows, [100], Infinity, fields);
      const values = found.map((row) => [row.fault, row.fields[0]]);
      assert.deepEqual(
        values,
        [
          [0, '1'],
          [0, '2'],
        ],
        text,
      );
      for (const row of found) assert.doesNotThrow(() => void JSON.parse(row.text), row.text);
    }
    for (const text of ['[",]",{"a":","}]', '{"a":[1,2],"b":{"c":[]}}']) {
      assert.equal((await rowsOf(text, undefined)).comments, false);
    }
  });

  it('passes over commas between values, wherever it begins', async () => {
    const values = Array.from({ length: 30 }, (_, a) => JSON.stringify({ a, list: [{ b: 1 }, { b: 2 }] }));
    for (const text of [
      values.join(',\n'),
      values.map((value) => `${value},\r\n`).join(''),
      values.join(','),
    ]) {
      const rows = await rowsOf(text, '$');
      for (const splits of [[], [100, 101, 150, 400]]) {
        const found = scan(scanners.kernel(rows), Buffer.from(text), rows, splits);
        assert.deepEqual(
          found.map((row) => [row.fault, row.text]),
          values.map((value) => [0, value]),
        );
      }
      const scanner = scanners.kernel(rows);
      scanner.reserve(text.length).set(Buffer.from(text));
      for (let row = 1; row < values.length; row++) {
        const from = text.indexOf(values[row]) - 20;
        assert.equal(scanner.resync(from, text.length), from + 20);
      }
    }
  });

  it('says what is wrong with a row, and finds the next one', async () => {
    const cases: [string, [string, number][]][] = [
      [
        '[{"a":1},,{"a":2}]',
        [
          ['{"a":1}', 0],
          [',', Fault.Syntax],
          ['{"a":2}', 0],
        ],
      ],
      [
        '[{"a":1},{"a":2},]',
        [
          ['{"a":1}', 0],
          ['{"a":2}', 0],
        ],
      ],
      [
        '[{"a":1} {"a":2},{"a":3}]',
        [
          ['{"a":1} {"a":2}', Fault.TrailingText],
          ['{"a":3}', 0],
        ],
      ],
      [
        '[{"a":01},{"a":2}]',
        [
          ['{"a":01}', Fault.BadNumber],
          ['{"a":2}', 0],
        ],
      ],
      [
        '[{"a":1}},{"a":2}]',
        [
          ['{"a":1}}', Fault.TrailingText],
          ['{"a":2}', 0],
        ],
      ],
      [
        '[{"a":[1},{"a":2},{"a":3}]',
        [
          ['{"a":[1}', Fault.Syntax],
          ['{"a":2}', 0],
          ['{"a":3}', 0],
        ],
      ],
      [
        '[{"a":1},{"a":"b},{"a":2},{"a":3}]',
        [
          ['{"a":1}', 0],
          ['{"a":"b}', Fault.Truncated],
          ['{"a":2}', 0],
          ['{"a":3}', 0],
        ],
      ],
      [
        '[{"a":1},\n{"a":"b},\n{"a":2}\n]',
        [
          ['{"a":1}', 0],
          ['{"a":"b}', Fault.Truncated],
          ['{"a":2}', 0],
        ],
      ],
      [
        '[{"a":1},{"a":"x\ny"},{"a":2}]',
        [
          ['{"a":1}', 0],
          ['{"a":"x\ny"}', Fault.ControlCharacter],
          ['{"a":2}', 0],
        ],
      ],
      [
        '[{"a":1},{"a":/2},{"a":2}]',
        [
          ['{"a":1}', 0],
          ['{"a":/2}', Fault.Syntax],
          ['{"a":2}', 0],
        ],
      ],
      [
        '[{"a":1},{"a":2',
        [
          ['{"a":1}', 0],
          ['{"a":2', Fault.Truncated],
        ],
      ],
      [
        '[{"a":1},{"a":2}',
        [
          ['{"a":1}', 0],
          ['{"a":2}', 0],
        ],
      ],
      [
        '[{"a":1},nul,2x, "y" ]',
        [
          ['{"a":1}', 0],
          ['nul', Fault.Truncated],
          ['2x', Fault.BadNumber],
          ['"y"', 0],
        ],
      ],
      [
        '[1,\n{"a":"b},\n{"c":2}\n]',
        [
          ['1', 0],
          ['{"a":"b}', Fault.Truncated],
          ['{"c":2}', 0],
        ],
      ],
    ];
    for (const [text, expected] of cases) {
      const rows = {
        ...(await rowsOf(text, '$[*]')),
        ...(text.startsWith('[1') ? {} : { opening: '{"a":', separator: undefined }),
      };
      for (const create of Object.values(scanners)) {
        for (const [splits, readAhead] of [
          [[], Infinity],
          [[5, 12], 1],
        ] as const) {
          const found = scan(create(rows), Buffer.from(text), rows, splits, readAhead);
          const seen = found.map((row) => [row.text, row.fault]);
          assert.deepEqual(seen, expected, text);
        }
      }
    }
  });

  it('loses no byte of a row, whatever is broken', () => {
    const text = JSON.stringify([...Array(12).keys()].map((i) => ({ id: i, t: `x${i}`, l: [i, { n: i }] })));
    const rows: JsonRows = { ...plainRows, start: 1, opening: '{"id":' };
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 2 }),
        fc.constantFrom('', '"', '{', '}', '[', ']', ',', '\\', '\n', 'x', ':'),
        fc.nat({ max: 3 }),
        (at, put, drop) => {
          const broken = text.slice(0, at + 1) + put + text.slice(at + 1 + drop);
          const bytes = Buffer.from(broken);
          const found = scan(scanners.kernel(rows), bytes, rows, [40, 90], 7);
          let end = 1;
          for (const row of found) {
            assert.match(bytes.toString('latin1', end, row.offset), /^[\s,]*$/);
            end = row.offset + Buffer.byteLength(row.text);
            if (row.fault === Fault.None) JSON.parse(row.text);
          }
          // Rows end early only at what reads as the list's end.
          assert.match(bytes.toString('latin1', end), /^[\s,]*(\]|$)/);
          const sound = found.filter(({ fault }) => fault === Fault.None).length;
          if (!bytes.subarray(end).includes(',')) assert.ok(sound >= 8, `${sound} sound rows in ${broken}`);
        },
      ),
      { numRuns: runs(200, 5000), examples: [[169, '[', 0]] },
    );
  });

  it('keeps the rows behind a bracket too much, wherever blocks end', () => {
    const sound = [...Array(9).keys()].map((i) => `{"id":${i},"l":[${i},{"n":${i}}]}`);
    const named = sound.map((row, i) => `"r${i}":${row}`);
    for (const [layout, items, [open, close]] of [
      ['elements', sound, '[]'],
      ['members', named, '{}'],
    ] as const) {
      const rows: JsonRows = { ...plainRows, layout, start: 1, opening: '{"id":' };
      for (const [extra, lost] of [
        ['[', 1],
        ['{', 1],
        [' [', 1],
        ['[[', 1],
        ['[]', 1],
      ] as const) {
        for (const rest of ['', '}', ',"z":1}']) {
          const broken = [...items.slice(0, 4), items[4] + extra, ...items.slice(5)].join(',');
          const bytes = Buffer.from(`${open}${broken}${close}${rest}`);
          for (const [name, create] of Object.entries(scanners)) {
            for (const [splits, readAhead] of [
              [[], Infinity],
              [[60, 130, 150], 7],
              [[], 1],
            ] as const) {
              const found = scan(create(rows), bytes, rows, splits, readAhead);
              const whole = found.filter(({ fault }) => fault === Fault.None).map(({ text }) => text);
              assert.ok(
                whole.length >= sound.length - lost && sound.slice(5).every((row) => whole.includes(row)),
                `${name} ${layout} ${extra} ${rest} ${splits.length} ${readAhead}: ${whole.join(' ')}`,
              );
            }
          }
        }
      }
    }
  });

  it('finds by SIMD what it finds byte by byte, in sound documents and in broken ones', () => {
    const put = fc.constantFrom(
      ...['', '"', '{', '}', '[', ']', ',', '\\', '\n', 'x', ':', ' ', '\r', '\t', '/', '\f', '\x1a', '\x1e'],
      ...['é', '\\"', '}{', '[]', ',,', '"a"', '{"', '"}', '/*', '*/', '//'],
    );
    const edits = fc.array(fc.tuple(fc.nat({ max: 5000 }), put, fc.nat({ max: 2 })), { maxLength: 3 });
    const padding = fc.nat({ max: 70 }).map((length) => 'p'.repeat(length));
    const layouts = fc.constantFrom<JsonRows['layout']>('elements', 'members', 'values');
    const commenting = fc.boolean();
    const commented = ['/* "[{ */', '// }," \n', '/**/', '/* \n */ // "\n'];
    fc.assert(
      fc.property(
        layouts,
        commenting,
        fc.array(fc.tuple(value, padding), { maxLength: 12 }),
        spacing,
        edits,
        cuts,
        (layout, comments, items, plainSpace, changes, [splits, readAhead]) => {
          let gap = 0;
          const comment = () => (comments && ++gap % 3 === 0 ? commented[(gap / 3) % commented.length] : '');
          const space = () => plainSpace() + comment() + plainSpace();
          const values = items.map(([item, pad], i) => (i % 3 === 2 ? item : { pad, item }));
          let text = values.map((item) => print(item, space)).join(space());
          if (layout === 'elements') text = print(values, space);
          if (layout === 'members') text = print(Object.fromEntries(values.entries()), space);
          for (const [at, piece, drop] of changes) {
            const from = 1 + (at % text.length);
            text = text.slice(0, from) + piece + text.slice(from + drop);
          }
          if (comments) text = text.replaceAll(/(?<=\S)(?=[}\]])/g, () => (++gap % 4 === 0 ? ',' : ''));
          const bytes = Buffer.from(text);
          const rows: JsonRows = { ...plainRows, layout, comments, start: layout === 'values' ? 0 : 1 };
          splits.sort((a, b) => a - b);
          const fields = [{ path: ['item'], numeric: false }, ...(layout === 'members' ? [nameRequest] : [])];
          const [plainly, byKernel] = [scanners.plain(rows), scanners.kernel(rows)].map((scanner) =>
            scan(scanner, bytes, rows, splits, readAhead, fields),
          );
          assert.deepEqual(byKernel, plainly);
        },
      ),
      { numRuns: runs(250, 5000) },
    );
  });

  it('has no bound of rows in a block, nor of what is between them', () => {
    for (const [gap, count] of [
      ['', 30_000],
      ['\n  ', 20_000],
      [' '.repeat(9), 9000],
    ] as const) {
      const bytes = Buffer.from(`[${Array.from({ length: count }, (_, i) => String(i)).join(`,${gap}`)}]`);
      const rows: JsonRows = { ...plainRows, start: 1 };
      const [plainly, byKernel] = [scanners.plain(rows), scanners.kernel(rows)].map((scanner) =>
        scan(scanner, bytes, rows),
      );
      assert.equal(byKernel.length, count);
      assert.deepEqual(byKernel, plainly);
    }
  });

  it('finds texts and their bounds where reading them makes the memory grow', () => {
    const fields = [
      { path: ['o'], numeric: false },
      { path: ['w'], numeric: true },
    ];
    for (const gap of ['', '\n', '\n\t', '\r\n  ', ' ']) {
      for (const count of [3, 300, 4097, 8193]) {
        const texts = Array.from(
          { length: count },
          (_, i) => `{"d":"${i}","w":${i % 977},"o":"${'ABC'[i % 3]}"}`,
        );
        const text = `[${gap}${texts.join(`,${gap}`)}${gap}]`;
        const rows: JsonRows = { ...plainRows, start: 1 };
        const [plainly, byKernel] = [scanners.plain(rows), scanners.kernel(rows)].map((scanner) => {
          // As large as a block and what is read ahead: nothing is left of the memory that a kernel begins with.
          scanner.reserve(1_200_000);
          const bytes = Buffer.from(text);
          scanner.reserve(bytes.length).set(bytes);
          const { length } = bytes;
          const block = scanner.scan({ length, offset: 0, from: 1, until: length, final: true, fields });
          const [names, numbers] = block.fields;
          const textOf = (row: number) => bytes.toString('utf8', names.starts[row], names.ends[row]);
          return {
            texts: Array.from({ length: block.count }, (_, row) => textOf(row)),
            numbers: [...numbers.numbers],
            zones: [zoneOf(block, names, 'text'), zoneOf(block, numbers, 'number')],
          };
        });
        assert.deepEqual(byKernel, plainly, `${count} rows with ${JSON.stringify(gap)} between them`);
      }
    }
  });

  it('goes on past the rows to the end of the document', async () => {
    const tail = `"more":[${'{"a":"]"},'.repeat(30_000)}1]`;
    const text = `{"rows":[{"a":1},{"a":2}], ${tail}}`;
    const rows = await rowsOf(text, '$.rows');
    const scanner = scanners.kernel(rows);
    scanner.reserve(100).set(Buffer.from(text).subarray(0, 100));
    const block = scanner.scan({
      length: 100,
      offset: 0,
      from: rows.start,
      until: 90,
      final: false,
      fields: [],
    });
    assert.deepEqual([block.count, block.next], [2, pastTheEnd]);
    let count = 0;
    const bytes = Buffer.from(text);
    const run = { start: rows.start, from: 0, to: bytes.length, end: bytes.length };
    for await (const { records: found } of records(memorySource(bytes), scanner, run, 4096, [], never))
      count += found.count;
    assert.equal(count, 2);
  });

  it('guesses where rows begin by what they have in common', async () => {
    const items = [...Array(3000).keys()].map((id) => ({
      id,
      tags: [{ id: 'x' }, { id: 'y' }],
      text: 'a,{"id":b',
    }));
    for (const indent of [0, 1, 4]) {
      for (const wrapped of [items, Object.fromEntries(items.map((item) => [`k${item.id}`, item]))]) {
        const bytes = Buffer.from(JSON.stringify(wrapped, undefined, indent));
        const rows = await rowsOf(bytes);
        assert.equal(rows.layout, wrapped === items ? 'elements' : 'members');
        const scanner = scanners.kernel(rows);
        const fields = [{ path: [nameField], numeric: false }];
        const all = scan(scanner, bytes, rows, [], Infinity, fields);
        assert.equal(all.length, 3000);
        // A member begins with its name.
        const begins = all.map(({ offset, fields: [name] }) =>
          name === undefined ? offset : bytes.lastIndexOf(`"${name}"`, offset),
        );
        scanner.reserve(bytes.length).set(bytes);
        for (let from = 5000; from < bytes.length - 20_000; from += 7919) {
          const guess = scanner.resync(from, bytes.length);
          // A row whose comma is before the place is not seen.
          const expected = begins.find((begin) => bytes.lastIndexOf(',', begin) >= from);
          assert.equal(guess, expected, `from ${from} at indent ${indent}`);
        }
      }
    }
  });

  for (const [name, create] of Object.entries(scanners)) {
    it(`refuses a row of very many brackets, and finds the one after it (${name})`, async () => {
      const deep = 200_000;
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":[', ']}'],
      ]) {
        const text = `[{"id":1},${open.repeat(deep)}${close.repeat(deep)},{"id":2}]`;
        const rows = await rowsOf(text);
        const found = scan(create(rows), Buffer.from(text), rows);
        assert.deepEqual(
          found.map(({ fault }) => fault),
          [Fault.None, Fault.TooDeep, Fault.None],
        );
      }
      const rows = await rowsOf('['.repeat(deep));
      const [row] = scan(create(rows), Buffer.from('['.repeat(deep)), rows);
      assert.equal(row.fault, Fault.TooDeep);
    });
  }
});

const plainRows: JsonRows = {
  path: '$[*]',
  layout: 'elements',
  start: 0,
  line: 0,
  opening: '',
  separator: undefined,
  comments: false,
};

const nameRequest: FieldRequest = { path: [nameField], numeric: false };

const never = new AbortController().signal;

/** As JSON has it: no negative zero. */
function plain(item: unknown): unknown {
  return JSON.parse(JSON.stringify(item));
}
