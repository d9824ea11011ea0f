import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPlaces } from '../../../src/engine/columns/places.ts';
import { Encoding } from '../../../src/engine/columns/segment.ts';
import { SegmentWriter } from '../../../src/engine/columns/segmentWriter.ts';
import { WordWriter } from '../../../src/engine/columns/wordWriter.ts';
import { randomFrom } from '../../support/sample.ts';
import { check, csv, germanCsv, jsonl, scan, segmentOf, type Trial } from './trial.ts';

const numberText = fc.oneof(
  fc.integer().map(String),
  fc.integer({ min: -50, max: 50 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.double({ noNaN: true, min: -1e4, max: 1e4 }).map((value) => value.toFixed(2)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }).map(String),
  fc.integer({ min: 0, max: 999_999_999_999_999 }).map((value) => `${value}`),
  fc.constantFrom(
    ...['-0', '-0.0', '0', '0.0', '0.10', '1e400', '1E5', '1e-7', '0.30000000000000004', '12345678901234567'],
    ...['100000000000000', '999999999999999', '0.00001', '99999999999999.9', '-1.50', '1.000000000000000'],
  ),
);
const jsonText = fc
  .string({ maxLength: 12 })
  .map((text) => Buffer.from(JSON.stringify(text)).toString('latin1'));
const jsonValue = fc.oneof(
  numberText,
  jsonText,
  fc.constantFrom(
    'null',
    'true',
    'false',
    '""',
    '"a\\u0062"',
    '[1,2]',
    '{"x":1}',
    '"NaN"',
    'NaN',
    '"\xff"',
    '01',
    '"',
  ),
);
const csvValue = fc.oneof(
  numberText,
  fc.stringMatching(/^[a-z0-9 é.+-]{0,8}$/).map((text) => Buffer.from(text).toString('latin1')),
  fc.constantFrom('', '""', '"a""b"', '"1"', ' 12', '+5', '007', '1.234,5', '1.234', '\xff', '"x', '1,2,3'),
);
const orMissing = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

describe('columns/segment', () => {
  const columns = (value: fc.Arbitrary<string>): fc.Arbitrary<(string | undefined)[]> =>
    fc.oneof(
      fc.array(orMissing(value), { minLength: 1, maxLength: 60 }),
      // Few values, many records.
      fc
        .tuple(
          fc.array(orMissing(value), { minLength: 1, maxLength: 6 }),
          fc.array(fc.nat(), { minLength: 1, maxLength: 200 }),
        )
        .map(([few, picks]) => picks.map((pick) => few[pick % few.length])),
      // Numbers as a program writes them.
      fc
        .tuple(
          fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 80 }),
          fc.nat({ max: 8 }),
        )
        .map(([numbers, scale]) => numbers.map((number) => (number / 10 ** scale).toFixed(scale))),
      fc
        .array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 80 })
        .map((numbers) => numbers.map((number) => String(number / 1000))),
    );

  for (const [name, trial, value] of [
    ['JSON', jsonl, jsonValue],
    ['CSV', csv, csvValue],
    ['CSV with decimal commas', germanCsv, csvValue],
  ] as const) {
    it(`gives back the columns of ${name} as they were`, () => {
      fc.assert(
        fc.property(columns(value), fc.boolean(), (values, numeric) => {
          check(trial, values, numeric);
        }),
        { numRuns: 400 },
      );
    });
  }

  const many = <T>(make: (i: number) => T): T[] => Array.from({ length: 5000 }, (_, i) => make(i));

  it('keeps numbers as they are written, if all are written alike', () => {
    const { Decimals, Dictionary, None } = Encoding;
    const of = (make: (i: number) => string | undefined): Encoding => check(jsonl, many(make), true);
    assert.equal(
      of((i) => String(i)),
      Decimals,
    );
    assert.equal(
      of((i) => (i / 100).toFixed(2)),
      Decimals,
    );
    assert.equal(
      of((i) => String(i / 100)),
      Decimals,
    );
    assert.equal(
      of((i) => (i % 2 === 0 ? `${i}.0` : `${i}.25`)),
      Decimals,
    );
    assert.equal(
      of((i) => (i % 10 === 0 ? String(i) : 'null')),
      Decimals,
    );
    assert.equal(
      of((i) => (i % 10 === 0 ? String(-i - 1) : undefined)),
      Decimals,
    );
    assert.equal(
      of((i) => String(1_700_000_000_000 + i * 7919)),
      Decimals,
    );
    assert.equal(
      of((i) => String(i * 199_999_999_999)),
      Decimals,
    );
    assert.equal(
      of((i) => (i % 2 === 0 ? `${i}.0` : `${i}`)),
      None,
    );
    assert.equal(
      of((i) => `-${i === 77 ? 0 : i + 1}`),
      None,
    );
    assert.equal(
      of((i) => `12345678901234${100 + i}`),
      None,
    );
    assert.equal(
      of((i) => `${i}e1`),
      None,
    );
    assert.equal(
      of((i) => `${i % 7}e1`),
      Dictionary,
    );
    assert.equal(
      of((i) => (i === 4000 ? '"x"' : String(i))),
      None,
    );
    assert.equal(
      check(
        csv,
        many((i) => (i % 9 === 0 ? '' : (i / 8).toFixed(3))),
        true,
      ),
      Decimals,
    );
    assert.equal(
      check(
        germanCsv,
        many((i) => (i / 8).toFixed(3)),
        true,
      ),
      None,
    );
  });

  it('keeps doubles as programs write them, also beside short ones and none', () => {
    const { Doubles, None } = Encoding;
    const random = randomFrom(5);
    const of = (make: (i: number) => string | undefined): Encoding => check(jsonl, many(make), true);
    assert.equal(
      of(() => String(random())),
      Doubles,
    );
    assert.equal(
      of((i) => (i % 3 === 0 ? String(i / 8) : String((random() - 0.5) * 1e12))),
      Doubles,
    );
    assert.equal(
      of((i) => (i % 7 === 0 ? 'null' : i % 5 === 0 ? undefined : String(random()))),
      Doubles,
    );
    assert.equal(
      check(
        csv,
        many((i) => (i % 4 === 0 ? '' : String(random() * 100))),
        true,
      ),
      Doubles,
    );
    // Seventeen digits where fewer would do, zeros that do not count, and exponents would not come back.
    for (const other of [
      '0.10000000000000001',
      '1.50',
      '1.0',
      '-0',
      '1e-7',
      '1E5',
      '"x"',
      '0.00000012345678901234567',
    ])
      assert.equal(
        of((i) => (i === 4321 ? other : String(random()))),
        None,
        other,
      );
  });

  it('tells numbers that are written plainly from those that are as long', () => {
    const plain = {
      whole: (i: number) => String(1000 + i),
      decimal: (i: number) => (1 + i / 1000).toFixed(3),
    };
    const others: readonly (readonly [Trial, string])[] = [
      ...['10e2', '1.5e4', '-0', '-0.00', '1.5e0', '15e-1', '12E2'].map((other) => [jsonl, other] as const),
      ...['10e2', '1.5e0', '-0.00', ' 500', '1.5  ', '"  15"', '-500', '-1.5'].map(
        (other) => [csv, other] as const,
      ),
      ...['1,500', '1.500', '10e2', '1.234,5'].map((other) => [germanCsv, other] as const),
      // What the kernel leaves to another reader.
      ...['10e2', '1.5e0', '-0.0', '1500', '1.500'].flatMap((other) => [
        [
          { ...jsonl, record: (value?: string) => `{"${value === other ? '\\u006e' : 'n'}":${value}}` },
          other,
        ] as const,
        [{ ...csv, record: (value?: string) => `${value === other ? 'x"y' : 'x'},${value}` }, other] as const,
      ]),
    ];
    for (const [trial, other] of others) {
      for (const make of [plain.whole, plain.decimal]) {
        for (const at of [0, 70, 99]) {
          check(
            trial,
            Array.from({ length: 100 }, (_, i) => (i === at ? other : make(i))),
            true,
          );
          check(trial, [other, ...Array<string>(99).fill(other)], true);
        }
      }
    }
  });

  it('keeps few values as codes, and says where they are too many', () => {
    const { Dictionary, None } = Encoding;
    const of = (make: (i: number) => string | undefined): Encoding => check(jsonl, many(make), false);
    assert.equal(
      of((i) => `"city ${i % 200}"`),
      Dictionary,
    );
    assert.equal(
      of((i) => (i % 3 === 0 ? 'null' : i % 3 === 1 ? 'true' : undefined)),
      Dictionary,
    );
    assert.equal(
      of(() => undefined),
      Dictionary,
    );
    assert.equal(
      of((i) => `"${i}"`),
      None,
    );
    const long = Array.from({ length: 40 }, (_, i) => `"${'long'.repeat(5000)}${i % 12}"`);
    assert.equal(check(jsonl, long, false), None);
  });

  it('takes little room', () => {
    const size = (make: (i: number) => string): number => {
      const block = scan(jsonl, many(make), true);
      return segmentOf(jsonl, block).byteLength / block.count;
    };
    assert.ok(size((i) => String(200 + (i % 400))) < 1.2, 'a status');
    assert.ok(size((i) => `"type ${i % 8}"`) < 0.45, 'one of eight texts');
    assert.ok(size((i) => ((i * 31_337) % 100_000).toFixed(2)) < 3.1, 'a latency');
  });

  it('knows where the records are', () => {
    for (const trial of [jsonl, csv]) {
      for (const between of ['\n', '\r\n', '\n\n']) {
        const values = many((i) => (i % 7 === 0 ? undefined : `${i * i}`)).slice(0, 3000);
        const block = scan(
          { ...trial, record: (value) => trial.record(value) + between.slice(0, -1) },
          values,
          true,
        );
        const out = new WordWriter();
        new SegmentWriter(trial.json).writePlaces(block, 0, out);
        const made = out.words.slice(0, out.length);
        out.length = 0;
        new SegmentWriter(trial.json).writePlaces(block.with({ fields: [block.fields[0].copied()] }), 0, out);
        assert.deepEqual(out.words.slice(0, out.length), made);
        const [starts, ends, scratch] = [0, 0, 0].map(() => new Uint32Array(block.count));
        readPlaces(made, block.count, starts, ends, scratch);
        assert.deepEqual([starts, ends], [block.starts.slice(), block.ends.slice()]);
      }
    }
  });

  it('remembers which records are malformed', () => {
    const values = many((i) => (i % 100 === 3 ? '"' : String(i)));
    assert.equal(check(jsonl, values, true), Encoding.Decimals);
    assert.equal(
      check(
        jsonl,
        many((i) => (i % 2 === 0 ? '"' : String(i))),
        true,
      ),
      Encoding.None,
    );
  });
});
