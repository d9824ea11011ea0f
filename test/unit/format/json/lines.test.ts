import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fault } from '../../../../src/engine/fault.ts';
import { createPlainJsonlScanner } from '../../../../src/engine/format/json/lines.ts';
import { Kind, type FieldRequest } from '../../../../src/engine/format/record.ts';
import { scanAll, type Cut } from '../../../support/blocks.ts';
import { jsonPath, jsonText, nearlyJson, nearlyJsonl } from '../../../support/jsonText.ts';

describe('plain JSONL scanner', () => {
  const scanner = createPlainJsonlScanner();
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

  function faultOf(line: string | Uint8Array): string {
    const { records } = scanAll(scanner, typeof line === 'string' ? encode(line) : line, []);
    return records.map(({ fault, faultAt }) => `${faultName(fault)} at ${faultAt}`).join('; ');
  }

  function field(text: string, ...path: (string | number)[]): string {
    const source = encode(text);
    const found = scanAll(scanner, source, [{ path, numeric: true }])
      .records.at(0)
      ?.fields.at(0);
    if (found === undefined) return 'no record';
    const kind = Object.entries(Kind).find(([, code]) => code === found.kind)?.[0] ?? 'unknown';
    return `${kind} ${new TextDecoder().decode(source.subarray(found.start, found.end))} ${found.number}`;
  }

  it('cuts lines into records and counts the blank ones', () => {
    const { records, lines } = scanAll(scanner, encode('\ufeff{}\r\n\n \t\r\n[1]\n"x"'), []);
    assert.deepEqual(
      records.map(({ start, end, line }) => [start, end, line]),
      [
        [3, 5, 0],
        [12, 15, 3],
        [16, 19, 4],
      ],
    );
    assert.equal(lines, 5);
  });

  const faults: [string | Uint8Array, string][] = [
    ['{"a":1}', 'None at 0'],
    ['"\\ud800"', 'None at 0'],
    ['{"a" 1}', 'Syntax at 5'],
    ['{"a":1,}', 'Syntax at 7'],
    ['[1,]', 'Syntax at 3'],
    ['{,}', 'Syntax at 1'],
    ['tRue', 'Syntax at 1'],
    ['tru', 'Truncated at 3'],
    ['{"a":1', 'Truncated at 6'],
    ['"abc', 'Truncated at 4'],
    ['"\\u12', 'Truncated at 5'],
    ['"a\tb"', 'ControlCharacter at 2'],
    ['"\\x"', 'BadEscape at 2'],
    ['"\\u12g4"', 'BadEscape at 5'],
    ['01', 'BadNumber at 1'],
    ['1.', 'Truncated at 2'],
    ['[1.]', 'BadNumber at 3'],
    ['+1', 'BadNumber at 0'],
    ['.5', 'BadNumber at 0'],
    ['1e+x', 'BadNumber at 3'],
    ['2024-01-01', 'BadNumber at 4'],
    ['0x10', 'BadNumber at 1'],
    ['-Infinity', 'None at 0'],
    ['[NaN,Infinity]', 'None at 0'],
    ['+Infinity', 'BadNumber at 0'],
    ['-NaN', 'BadNumber at 1'],
    ['Nan', 'Syntax at 2'],
    ['nan', 'Syntax at 1'],
    ['NaN1', 'TrailingText at 3'],
    ['[Infinity1]', 'Syntax at 9'],
    ['-Inf', 'Truncated at 4'],
    ['{} x', 'TrailingText at 3'],
    ['1 2', 'TrailingText at 2'],
    ['\ufeff\ufeff1', 'Syntax at 0'],
    [Uint8Array.of(0x22, 0xe9, 0x22), 'InvalidUtf8 at 1'],
    [Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 'InvalidUtf8 at 1'],
    [Uint8Array.of(0x31, 0x20, 0xff), 'InvalidUtf8 at 2'],
    ['é', 'Syntax at 0'],
    ['"\0"', 'NulByte at 1'],
    ['[\0]', 'NulByte at 1'],
    ['['.repeat(1024) + ']'.repeat(1024), 'None at 0'],
    ['['.repeat(1025) + ']'.repeat(1025), 'TooDeep at 1024'],
  ];
  for (const [line, expected] of faults) {
    it(`says "${expected}" of ${typeof line === 'string' ? JSON.stringify(line.slice(0, 20)) : line.join(' ')}`, () => {
      assert.equal(faultOf(line), expected);
    });
  }

  it('holds no record past the limit', () => {
    const small = createPlainJsonlScanner({ maxRecordLength: 8, maxDepth: 4 });
    const { records } = scanAll(small, encode('"123456"\n"1234567"\n1'), []);
    assert.deepEqual(
      records.map(({ fault, faultAt }) => [fault, faultAt]),
      [
        [Fault.None, 0],
        [Fault.TooLong, 8],
        [Fault.None, 0],
      ],
    );
  });

  it('finds fields by path', () => {
    assert.equal(field('{"a":{"b":[10,{"c":2.5}]}}', 'a', 'b', 2, 'c'), 'Number 2.5 2.5');
    assert.equal(field('{"x":{"a":1},"y":"a","a":true}', 'a'), 'True true NaN');
    assert.equal(field('{"\\u0061":"x"}', 'a'), 'Text x NaN');
    assert.equal(field('{"a":"500"}', 'a'), 'Text 500 NaN');
    assert.equal(field('{"a":"x\\ny"}', 'a'), 'EscapedText x\\ny NaN');
    assert.equal(field('{"a":[]}', 'a', 1), 'Missing  NaN');
    assert.equal(field('[7,8]', 2), 'Number 8 8');
    assert.equal(field('{"1":7}', 1), 'Missing  NaN');
    assert.equal(field('7'), 'Number 7 7');
  });

  it('lets the last of equal keys count, and all that is under it', () => {
    assert.equal(field('{"a":1,"a":2}', 'a'), 'Number 2 2');
    assert.equal(field('{"a":{"b":1},"a":{"c":2}}', 'a', 'b'), 'Missing  NaN');
    assert.equal(field('{"a":{"b":1},"a":3}', 'a', 'b'), 'Missing  NaN');
  });

  it('leaves the fields of a malformed record out', () => {
    assert.equal(field('{"a":1,"b"', 'a'), 'Missing  NaN');
  });

  it('accepts and refuses as JSON.parse does', () => {
    fc.assert(
      fc.property(nearlyJson(), (line) => {
        const { records } = scanAll(scanner, line, []);
        const parsed = parse(line);
        if (parsed === 'blank') assert.equal(records.length, 0);
        else assert.equal(records[0]?.fault === Fault.None, parsed !== undefined);
      }),
      { numRuns: 3000 },
    );
  });

  it('takes for UTF-8 what the platform takes for it', () => {
    const borders = [0x20, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
    for (let lead = 0x80; lead <= 0xff; lead++) {
      for (const second of borders) {
        for (const third of borders) {
          const line = Uint8Array.of(0x22, lead, second, third, 0x80, 0x22);
          const [record] = scanAll(scanner, line, []).records;
          assert.equal(record.fault === Fault.None, parse(line) !== undefined, line.join(' '));
        }
      }
    }
  });

  it('finds what JSON.parse finds', () => {
    fc.assert(
      fc.property(jsonText(), fc.array(jsonPath(), { maxLength: 4 }), (text, paths) => {
        const source = encode(text);
        const fields = paths.map((path) => ({ path, numeric: true }));
        const [record] = scanAll(scanner, source, fields).records;
        assert.ok(record);
        assert.equal(record.fault, Fault.None);
        for (const [index, path] of paths.entries()) {
          const found = record.fields[index];
          assert.ok(found);
          const raw = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
            source.subarray(found.start, found.end),
          );
          assert.deepEqual(valueOf(found.kind, raw), valueAt(JSON.parse(text), path));
          assert.ok(Object.is(found.number, found.kind === Kind.Number ? comparable(raw) : NaN), raw);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the same records however the source is cut', () => {
    const fields: FieldRequest[] = [
      { path: ['a'], numeric: true },
      { path: ['status', 'b'], numeric: false },
    ];
    const see = (source: Uint8Array, cut?: Cut): string =>
      JSON.stringify(scanAll(scanner, source, fields, cut));
    fc.assert(
      fc.property(nearlyJsonl(), fc.integer({ min: 1, max: 9 }), (source, readAhead) => {
        const whole = see(source);
        for (let split = 0; split <= source.length; split++) {
          assert.equal(see(source, { splits: [split], readAhead }), whole);
        }
        const splits = Array.from(source, (_, split) => split);
        assert.equal(see(source, { splits, readAhead }), whole);
      }),
      { numRuns: 30 },
    );
  });

  it('asks for more where a record runs past the bytes given, and not at the end of the source', () => {
    const source = encode('{}\n{"a":1}');
    scanner.reserve(source.length).set(source);
    const task = { length: 7, offset: 0, from: 0, fields: [] };
    assert.equal(scanner.scan({ ...task, until: 7, final: false }).incomplete, true);
    assert.equal(scanner.scan({ ...task, until: 3, final: false }).incomplete, false);
    assert.equal(scanner.scan({ ...task, until: 7, final: true }).incomplete, false);
  });

  it('keeps the bytes it is asked to keep', () => {
    scanner.reserve(3).set(encode('1\n2'));
    const larger = scanner.reserve(100_000, 3);
    assert.deepEqual([...larger.subarray(0, 3)], [...encode('1\n2')]);
  });

  it('finds the next line', () => {
    scanner.reserve(6).set(encode('1\n22\n3'));
    assert.deepEqual(
      [0, 1, 2, 3, 5, 6].map((from) => scanner.resync(from, 6)),
      [2, 2, 2, 5, 5, 6],
    );
  });
});

function faultName(code: number): string {
  return Object.entries(Fault).find(([, value]) => value === code)?.[0] ?? 'unknown';
}

/** `undefined` for what is no JSON. */
function parse(line: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      .decode(line)
      .replace(/^\ufeff/, '');
    // In place of a number that JSON has no words for stands a value that may stand nowhere else.
    const json = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) =>
      token.startsWith('"') ? token : '[0]',
    );
    return /^[ \t\r]*$/.test(text) ? 'blank' : JSON.parse(json);
  } catch {
    return undefined;
  }
}

function valueOf(kind: number, raw: string): unknown {
  if (kind === Kind.Missing) return undefined;
  if (kind === Kind.Text) return raw;
  if (kind === Kind.EscapedText) return JSON.parse(`"${raw}"`);
  const value: unknown = JSON.parse(raw);
  const expected =
    value === null
      ? Kind.Null
      : value === true
        ? Kind.True
        : value === false
          ? Kind.False
          : typeof value === 'number'
            ? Kind.Number
            : Array.isArray(value)
              ? Kind.List
              : Kind.Object;
  assert.equal(kind, expected);
  return value;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof step === 'number') {
      if (!Array.isArray(here)) return undefined;
      here = here.at(step - 1);
    } else {
      if (typeof here !== 'object' || here === null || Array.isArray(here) || !Object.hasOwn(here, step))
        return undefined;
      here = (here as Record<string, unknown>)[step];
    }
  }
  return here;
}

/** `FieldColumn.numbers`, said with regular expressions. */
function comparable(text: string): number {
  const parts = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  assert.ok(parts);
  const [, integer = '', fraction = '', exponent = '0'] = parts;
  const significant = (integer + fraction).replace(/^0+/, '');
  const scale = Number(exponent) - fraction.length;
  return significant.length <= 15 && Math.abs(scale) <= 22 ? Number(text) + 0 : NaN;
}
