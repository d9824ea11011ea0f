import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createPlainJsonlScanner, type ScanLimits } from '../../../../src/engine/format/json/lines.ts';
import { createKernelJsonlScanner } from '../../../../src/engine/format/json/scanner.ts';
import type { FieldRequest } from '../../../../src/engine/format/record.ts';
import { assertSameScan, scanAll, type Cut } from '../../../support/blocks.ts';
import { alikeJsonl } from '../../../support/alikeJsonl.ts';
import { jsonPath, nearlyJson, nearlyJsonl } from '../../../support/jsonText.ts';
import { sampleText } from '../../../support/sample.ts';
import { runs } from '../../../support/long.ts';
import { searchSteps } from '../../../support/steps.ts';

describe('kernel JSONL scanner', () => {
  const plain = createPlainJsonlScanner();
  const kernel = createKernelJsonlScanner();
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

  function assertSame(source: Uint8Array, fields: readonly FieldRequest[], cut?: Cut): void {
    assertSameScan(scanAll(kernel, source, fields, cut), scanAll(plain, source, fields));
  }

  const fieldSets: FieldRequest[][] = [
    [],
    [{ path: ['a'], numeric: true }],
    [
      { path: ['a'], numeric: true },
      { path: ['a', 'b'], numeric: true },
      { path: ['status'], numeric: false },
      { path: ['b', 2, 'a'], numeric: true },
      { path: ['longerThan8Bytes', 'é'], numeric: true },
      { path: ['a'], numeric: false },
      { path: ['b'], numeric: true },
      { path: ['😀', ''], numeric: true },
      { path: ['a"b\\'], numeric: true },
    ],
  ];

  it('agrees with the plain scanner on lines that are JSON or nearly', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...fieldSets),
        fc.array(nearlyJson(), { maxLength: 8 }),
        (fields, lines) => {
          assertSame(
            new Uint8Array(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))),
            fields,
          );
        },
      ),
      { numRuns: runs(600, 10_000) },
    );
  });

  it('finds each of many fields without looking through all of them', () => {
    const count = 2000;
    const names = Array.from({ length: count }, (_, n) => `key ${n}`);
    const fields = names.map((name) => ({ path: [name], numeric: false }));
    const lineOf = (written: (name: string) => string): string =>
      `{${names.map((name, n) => `"${written(name)}":${n}`).join(',')}}\n`;
    const source = encode(lineOf((name) => name) + lineOf((name) => name.replace('k', '\\u006b')));
    for (const scanner of [plain, kernel]) {
      const steps = searchSteps(() => void scanAll(scanner, source, fields));
      assert.ok(steps < 20 * count, `${scanner.name}: ${steps} steps`);
    }
    assertSame(source, fields);
  });

  it('agrees on many names in any order, some of them repeated and some that nobody asks for', () => {
    const count = 100;
    const text = (n: number): string => (n % 3 === 0 ? `${n}` : `é${'long name '.repeat(n % 4)}${n}`);
    const fields = Array.from({ length: count }, (_, n) => ({ path: [text(n)], numeric: true }));
    fields.push({ path: [text(7), 'inside'], numeric: true });
    const members = fc.array(fc.nat({ max: count + 20 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(members, { maxLength: 8 }), (lines) => {
        const written = lines.map(
          (names) => `{${names.map((n) => `"${text(n)}"${n % 2 === 0 ? ' ' : ''}:${n}`).join(',')}}\n`,
        );
        assertSame(encode(written.join('')), fields);
      }),
      { numRuns: runs(100, 2000) },
    );
  });

  it('learns the shape of records with a few of many fields', () => {
    const fields = Array.from({ length: 3000 }, (_, n) => ({ path: [`key ${n}`], numeric: true }));
    const line = (n: number): string => `{"key ${n % 3}":${n},"key ${2999 - (n % 2)}":"text ${n}"}\n`;
    assertSame(encode(Array.from({ length: 200 }, (_, n) => line(n)).join('')), fields);
  });

  it('agrees on lines that are alike', () => {
    for (let seed = 1; seed <= 1000; seed++) {
      assertSame(alikeJsonl(seed), fieldSets[seed % fieldSets.length]);
    }
  });

  it('agrees on objects in lines that are alike', () => {
    const paths = [['o'], ['o', 'p'], ['o', 'p', 'q'], ['e'], ['z', 'y'], ['a']];
    const fields = paths.map((path) => ({ path, numeric: false }));
    const lines = [
      (n: number) => `{"o":{"p":{"q":${n}}},"e":{},"a":"${n}"}`,
      (n: number) => `{"o":{"r":${n},"p":{"q":1,"s":{}}},"a":${n},"e":{"o":{"p":[${n}]}}}`,
      (n: number) => `{ "a" : "${n}" , "o" : { "p" : { } , "q" : ${n} } }`,
      (n: number) => `{"o":{"p":${n}},"o":{"p":{"q":2}},"z":{"y":{"x":{}}}}`,
      (n: number) => `{"o":{"p":{"q":${n}}},"e":{"f":1},"z":{"y":{"x":{"w":{"v":${n}}}}}}`,
    ];
    fc.assert(
      fc.property(
        fc.array(fc.nat(lines.length - 1), { maxLength: 6 }),
        fc.subarray(fields),
        (kinds, asked) => {
          const text = kinds.flatMap((kind) =>
            Array.from({ length: 40 }, (_, n) => `${lines[kind](n * 7)}\n`),
          );
          assertSame(encode(text.join('')), asked);
        },
      ),
      { numRuns: runs(100, 5000) },
    );
  });

  it('agrees on lines that would be one if a text could go on after its line', () => {
    const alike = '{"a":"some","b":1,"c":"more"}\n'.repeat(40);
    const broken = [
      '{"a":"some\n,"b":1,"c":"more"}',
      '{"a":"some\n","b":1,"c":"more"}',
      '{"a":"some","b":1,"c":"more\n}',
      '{"a":"some","b":1,"c":"more\n"}',
      '{"a":"some","b":0123,"c":"more"}',
      '{"a":"some","b":1.,"c":"more"}',
      '{"a":"some","b":12345678901234567890,"c":"more"}',
    ];
    for (const lines of broken) {
      assertSame(encode(`${alike}${lines}\n${alike}${lines}\n${lines}\n${alike}`), fieldSets[1]);
    }
  });

  it('agrees on every path', () => {
    const field = fc.record({ path: jsonPath(), numeric: fc.boolean() });
    fc.assert(
      fc.property(fc.array(field, { maxLength: 5 }), nearlyJsonl(), (fields, source) => {
        assertSame(source, fields);
      }),
      { numRuns: runs(400, 5000) },
    );
  });

  it('agrees wherever a token falls in the blocks of 64 bytes', () => {
    fc.assert(
      fc.property(nearlyJson(), (line) => {
        for (let indent = 0; indent < 64; indent++) {
          const before = `{"${'x'.repeat(indent)}":1}\n`;
          assertSame(new Uint8Array(Buffer.concat([Buffer.from(before), line])), fieldSets[2]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('agrees however the source is cut', () => {
    fc.assert(
      fc.property(nearlyJsonl(), fc.integer({ min: 1, max: 9 }), (source, readAhead) => {
        for (let split = 0; split <= source.length; split++) {
          assertSame(source, fieldSets[1], { splits: [split], readAhead });
        }
        assertSame(source, fieldSets[2], { splits: Array.from(source, (_, split) => split), readAhead });
      }),
      { numRuns: 15 },
    );
  });

  it('takes no record for whole because of what is behind the bytes it was given', () => {
    const fields = fieldSets[1];
    const whole = encode('{}\n');
    for (const behind of [0x0a, 0x00, 0xff]) {
      const scanner = createKernelJsonlScanner();
      scanner.reserve(64).set(whole);
      scanner.scan({ length: 3, offset: 0, from: 0, until: 3, final: true, fields });
      // A scan may move the buffer.
      scanner.reserve(64, 64).fill(0x0a, 3, 9).fill(behind, 9);
      const block = scanner.scan({ length: 2, offset: 0, from: 0, until: 2, final: false, fields });
      assert.deepEqual([block.count, block.incomplete], [0, true]);
    }
  });

  const odd: Record<string, string> = {
    'an empty list and object': '{"a":[],"b":{ },"status":[ ]}',
    'a list closed as an object': '{"a":[}',
    'an object of bare values': '{"a"}\n{"a","b"}\n{"a":1,"b"}\n{"a","b":1}\n{1}',
    'a list with names': '["a":1]\n[1,"a":2]',
    'a name with two colons': '{"a"::1}\n{"a":"b":1}\n{"a":1:2}',
    'nothing between commas': '[,]\n[1,,2]\n{"a":1,,"b":2}\n[,1]',
    'two values on a line': '1 2\n{}{}\n[] []\n"a""b"\n1,2',
    'brackets that do not match': '[[]\n[]]\n{]\n}\n]',
    'a string that does not close': '"\n"a\n{"a":"b}\n{"a":1}',
    'an escaped line end': '"a\\\n{"a":1}',
    'blank lines': '\n\n  \n\t\r\n{"a":1}\n\r\n',
    'half a character at the end of a line': `${String.fromCharCode(0x22)}é`,
    'a name with escapes': '{"\\u0061":1}\n{"x":{"\\u0061":2},"a":3}\n["\\u0061",{"a":4}]',
    'a long name with escapes': `{"a":1,"\\u0061${'b'.repeat(100)}":2}\n{"a":1,"${'\\\\'.repeat(70)}":2}`,
    'equal names': '{"a":1,"a":2}\n{"a":{"b":1},"a":{}}\n{"a":[1],"a":"x"}',
    'white space everywhere': ' { "a" : [ 1 , { "b" : 2 } ] , "b" : "x" } \r\n'.repeat(3),
    'a run of spaces over several blocks': `{${' '.repeat(200)}"a"${' '.repeat(200)}:${' '.repeat(200)}1${' '.repeat(200)}}`,
    'numbers of many digits': `{"a":${'1'.repeat(70)}}\n{"a":0.${'0'.repeat(70)}1}\n{"a":1e${'0'.repeat(70)}5}`,
    'exponents past all bounds': '{"a":0e99999999999}\n{"a":1e-99999999999}\n{"a":1e22}\n{"a":1e23}',
    'a byte-order mark': '\ufeff{"a":1}\n\ufeff{"a":2}',
  };
  for (const [name, text] of Object.entries(odd)) {
    it(`agrees on ${name}`, () => {
      for (const fields of fieldSets) assertSame(encode(text), fields);
    });
  }

  it('agrees on UTF-8 at every place in a block', () => {
    const pieces = [
      [0xc3, 0xa9],
      [0xe2, 0x82, 0xac],
      [0xf0, 0x9f, 0x98, 0x80],
      [0xc3],
      [0xe2, 0x82],
      [0xed, 0xa0, 0x80],
      [0xff],
    ];
    for (const piece of pieces) {
      for (let indent = 0; indent < 130; indent++) {
        const line = [0x22, ...Array<number>(indent).fill(0x78), ...piece, 0x22, 0x0a];
        assertSame(Uint8Array.from([...line, ...piece, 0x0a, ...line.slice(0, -2), 0x0a, 0x31]), []);
      }
    }
  });

  it('keeps to the limits', () => {
    const limits: ScanLimits = { maxRecordLength: 40, maxDepth: 3 };
    const source = encode(
      '[[[1]]]\n[[[[1]]]]\n[[{}]]\n[[{"a":[]}]]\n"' + 'x'.repeat(38) + '"\n"' + 'x'.repeat(39) + '"',
    );
    assert.deepEqual(
      scanAll(createKernelJsonlScanner(limits), source, []),
      scanAll(createPlainJsonlScanner(limits), source, []),
    );
  });

  it('agrees on a long source, block by block', () => {
    const source = new Uint8Array(Buffer.concat([...sampleText('jsonl', 3_000_000)]));
    const fields = [
      { path: ['status'], numeric: true },
      { path: ['user', 'country'], numeric: false },
      { path: ['latency_ms'], numeric: true },
      { path: ['tags', 1], numeric: false },
      { path: ['user'], numeric: false },
    ];
    assertSame(source, fields, { splits: [100_000, 1_000_000, 2_500_000], readAhead: 1000 });
  });

  it('makes room for a block of very short records', () => {
    assertSame(encode('1\n'.repeat(20_000)), [{ path: ['a'], numeric: true }]);
  });

  it('keeps what it is asked to keep, also when it gives memory back', () => {
    const scanner = createKernelJsonlScanner();
    scanner.reserve(200_000_000).set(encode('[1]\n[2]'));
    assert.deepEqual([...scanner.reserve(1000, 7).subarray(0, 7)], [...encode('[1]\n[2]')]);
    assert.equal(scanner.scan({ length: 7, offset: 0, from: 0, until: 7, final: true, fields: [] }).count, 2);
  });
});
