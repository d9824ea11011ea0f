import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPlaces } from '../../../src/engine/columns/places.ts';
import { SegmentWriter } from '../../../src/engine/columns/segmentWriter.ts';
import { StoredBlocks } from '../../../src/engine/columns/storedBlock.ts';
import { StoredSegment } from '../../../src/engine/columns/storedSegment.ts';
import { Encoding, headOf } from '../../../src/engine/columns/segment.ts';
import { WordWriter } from '../../../src/engine/columns/wordWriter.ts';
import { createKernelCsvScanner } from '../../../src/engine/format/csv/scanner.ts';
import { createKernelJsonlScanner } from '../../../src/engine/format/json/scanner.ts';
import {
  Kind,
  type FieldRequest,
  type RecordBlock,
  type Scanner,
} from '../../../src/engine/format/record.ts';

const dialect = {
  delimiter: ',',
  quote: '"',
  escape: 'double',
  comment: '',
  lineEnd: 'lf',
  headerLines: 0,
  tableStart: 0,
  columns: ['a', 'b'],
} as const;

interface Trial {
  readonly scanner: Scanner;
  readonly json: boolean;
  readonly path: readonly (string | number)[];
  /** What is a value of the column in the file. */
  readonly record: (value: string | undefined) => string;
}

const jsonl: Trial = {
  scanner: createKernelJsonlScanner(),
  json: true,
  path: ['n'],
  record: (value) => (value === undefined ? '{}' : `{"n":${value}}`),
};
const csv: Trial = {
  scanner: createKernelCsvScanner(dialect),
  json: false,
  path: [1],
  record: (value) => (value === undefined ? 'x' : `x,${value}`),
};
const germanCsv: Trial = {
  ...csv,
  scanner: createKernelCsvScanner({ ...dialect, readings: [undefined, { kind: 'number', decimal: ',' }] }),
};

function scan(
  { scanner, path, record }: Trial,
  values: readonly (string | undefined)[],
  numeric: boolean,
): RecordBlock {
  // A character from U+0080 to U+00FF stands for that byte: the text need not be UTF-8.
  const text = Buffer.from(values.map((value) => `${record(value)}\n`).join(''), 'latin1');
  const { length } = text;
  scanner.reserve(length).set(text);
  return scanner.scan({
    length,
    offset: 0,
    from: 0,
    until: length,
    final: true,
    fields: [{ path, numeric }],
  });
}

/** A copy of the segment of the block's column. */
function segmentOf(trial: Trial, block: RecordBlock): Uint8Array {
  const out = new WordWriter();
  new SegmentWriter(trial.json).write(block, block.fields[0], out);
  return out.bytes.slice(0, out.length * 4);
}

/** Without what the kernel knows of the column. */
function plainSegmentOf(trial: Trial, block: RecordBlock): Uint8Array {
  return segmentOf(trial, block.with({ fields: [block.fields[0].copied()] }));
}

function stored(block: RecordBlock, segment: Uint8Array, request: FieldRequest): RecordBlock {
  const summary = {
    start: 0,
    next: 0,
    records: block.count,
    lines: 0,
    malformed: block.faulty,
    checksum: NaN,
  };
  return new StoredBlocks([request]).block(summary, [new StoredSegment(segment)]);
}

/** What questions can see of a column: of each record its kind, its bytes and its number. */
function seen({ bytes, count, fields: [field], faults }: RecordBlock, order: 'texts' | 'numbers'): unknown[] {
  const { numbers } = order === 'numbers' ? field : { numbers: new Float64Array(0) };
  const { kinds, starts, ends } = field;
  return Array.from({ length: count }, (_, i) => [
    kinds[i],
    faults[i],
    kinds[i] > Kind.Null ? Buffer.from(bytes.subarray(starts[i], ends[i])).toString('latin1') : '',
    numbers.length > 0 ? numbers[i] : 'none',
  ]);
}

/** The encoding, once the column has come back from it as it was. */
function check(trial: Trial, values: readonly (string | undefined)[], numeric: boolean): Encoding {
  const block = scan(trial, values, numeric);
  const segment = segmentOf(trial, block);
  const { encoding, records } = headOf(segment);
  assert.equal(records, block.count);
  assert.deepEqual(plainSegmentOf(trial, block), segment);
  for (const asked of numeric || trial.json ? [true, false] : [false]) {
    const request = { path: trial.path, numeric: asked };
    if (!new StoredSegment(segment).answers(request)) {
      assert.equal(encoding, Encoding.None);
      continue;
    }
    const from = scan(trial, values, asked);
    const expected = seen(from, 'numbers');
    assert.deepEqual(seen(stored(from, segment, request), 'numbers'), expected);
    // Whatever is asked first.
    assert.deepEqual(seen(stored(from, segment, request), 'texts').length, expected.length);
    if (asked) checkRanges(from, stored(from, segment, request));
    const { coded } = stored(from, segment, request).fields[0];
    if (coded) {
      const { values: distinct, bytes, codes } = coded;
      const texts = [...codes].map((code) => [
        distinct.kinds[code],
        Buffer.from(bytes.subarray(distinct.starts[code], distinct.ends[code])).toString('latin1'),
      ]);
      assert.deepEqual(
        texts,
        expected.map((row) => (row as unknown[]).filter((_, at) => at === 0 || at === 2)),
      );
    }
  }
  return encoding;
}

/** That the records in a range are those that one finds by looking at each number. */
function checkRanges(from: RecordBlock, block: RecordBlock): void {
  const { numbers } = from.fields[0];
  const bounds = [-Infinity, Infinity, 0, ...numbers.slice(0, 6)].flatMap((n) => [n, n + 0.001, n - 1]);
  for (const low of bounds) {
    for (const high of bounds.filter((_, at) => at % 2 === 0)) {
      if (Number.isNaN(low) || Number.isNaN(high)) continue;
      for (const inside of [true, false]) {
        const found = block.fields[0].inRange(low, high, inside);
        if (found === undefined) continue;
        assert.ok(found.exact);
        const expected = [...numbers.keys()].filter(
          (i) => !Number.isNaN(numbers[i]) && (numbers[i] >= low && numbers[i] <= high) === inside,
        );
        assert.deepEqual([...found.records], expected, `${low} to ${high}, ${inside}`);
      }
    }
  }
}

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
