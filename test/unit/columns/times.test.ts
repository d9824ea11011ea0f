import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dayOf, daysInMonth, digitsOfDay } from '../../../src/engine/calendar.ts';
import { Encoding, headOf } from '../../../src/engine/columns/segment.ts';
import type { FieldColumn, Marks } from '../../../src/engine/format/record.ts';
import { compareTimes, readTime } from '../../../src/engine/query/value/time.ts';
import { runs } from '../../support/long.ts';
import { check, csv, germanCsv, jsonl, scan, segmentOf, stored, type Trial } from './trial.ts';

/** A time of the clock and of the calendar, as whole numbers. */
interface Parts {
  readonly day: number;
  readonly second: number;
  readonly nanos: number;
}

/** How times are written. */
interface Form {
  readonly separator: string;
  readonly digits: number;
  readonly zone: string;
}

const firstDay = dayOf(1, 1, 1);
const lastDay = dayOf(9999, 12, 31);

function textOf({ day, second, nanos }: Parts, { separator, digits, zone }: Form): string {
  const iso = new Date(day * 86_400_000 + second * 1000).toISOString();
  if (separator === '') return iso.slice(0, 10);
  const fraction = digits === 0 ? '' : `.${String(nanos).padStart(9, '0').slice(0, digits)}`;
  return `${iso.slice(0, 10)}${separator}${iso.slice(11, 19)}${fraction}${zone}`;
}

const form = fc.record({
  separator: fc.constantFrom('T', ' ', ''),
  digits: fc.nat({ max: 9 }),
  zone: fc.constantFrom('', 'Z', '+02:00', '-09:30', '+0530', '-0000', '+00:00', '-11:00'),
});
/** Of days that are near to each other, or anywhere. */
const partsOf = (near: boolean): fc.Arbitrary<Parts[]> =>
  fc
    .tuple(
      fc.oneof(
        fc.integer({ min: firstDay, max: lastDay }),
        fc.constantFrom(firstDay, lastDay - 40, dayOf(1999, 12, 31), dayOf(2024, 2, 28), -1),
      ),
      fc.array(
        fc.record({
          day: fc.nat({ max: near ? 40 : lastDay - firstDay }),
          second: fc.oneof(fc.nat({ max: 86_399 }), fc.constantFrom(0, 86_399)),
          nanos: fc.oneof(fc.nat({ max: 999_999_999 }), fc.constantFrom(0, 999_999_999)),
        }),
        { minLength: 40, maxLength: 120 },
      ),
    )
    .map(([base, parts]) =>
      parts.map((one) => ({
        ...one,
        day: near ? Math.min(lastDay, base + one.day) : firstDay + one.day,
      })),
    );
const quoted = (text: string): string => `"${text}"`;
/** As values of a file: those of a CSV may stand in quotes. */
const written = (trial: Trial, text: string, at: number): string =>
  trial.json || at % 3 === 0 ? quoted(text) : text;

describe('columns/times', () => {
  it('knows the calendar', () => {
    let day = firstDay;
    for (let year = 1; year <= 9999; year++) {
      for (let month = 1; month <= 12; month++) {
        for (const own of [1, daysInMonth(year, month)]) {
          const ofDate = new Date(0).setUTCFullYear(year, month - 1, own) / 86_400_000;
          day += own - 1;
          if (dayOf(year, month, own) !== ofDate || ofDate !== day) assert.fail(`${year}-${month}-${own}`);
          if (digitsOfDay(day) !== (year * 100 + month) * 100 + own) assert.fail(String(digitsOfDay(day)));
        }
        day++;
      }
    }
    assert.equal(day, lastDay + 1);
  });

  for (const [name, trial] of [
    ['JSON', jsonl],
    ['CSV', csv],
    ['CSV with decimal commas', germanCsv],
  ] as const) {
    it(`gives back the times of ${name} as they were written`, () => {
      const found = new Map<Encoding, number>();
      fc.assert(
        fc.property(
          fc.boolean().chain(partsOf),
          form,
          fc.constantFrom(undefined, 'null', 'missing'),
          (parts, own, gap) => {
            const texts = parts.map((one) => textOf(one, own));
            const none = trial.json ? 'null' : '';
            const values = texts.map((text, at) =>
              gap !== undefined && at % 7 === 2
                ? gap === 'null'
                  ? none
                  : undefined
                : written(trial, text, at),
            );
            const encoding = check(trial, values, at(parts) % 2 === 0);
            found.set(encoding, (found.get(encoding) ?? 0) + 1);
          },
        ),
        { numRuns: runs(150, 3000) },
      );
      const kept = found.get(Encoding.Times) ?? 0;
      assert.ok(kept > 60, `${kept} columns were kept as times`);
    });
  }

  const many = (make: (i: number) => string): string[] =>
    Array.from({ length: 100 }, (_, i) => quoted(make(i)));
  const isKept = (texts: string[]): boolean => {
    const encodings = [jsonl, csv].map((trial) => check(trial, texts, true));
    assert.equal(encodings[0], encodings[1]);
    assert.ok(encodings[0] === Encoding.Times || encodings[0] === Encoding.None);
    return encodings[0] === Encoding.Times;
  };
  const secondsOf = (i: number): string => String(i % 60).padStart(2, '0');
  const plain = (i: number): string =>
    `2024-02-${String(1 + (i % 29)).padStart(2, '0')}T1${i % 3}:20:${secondsOf(i)}`;

  it('keeps the texts of one form, and those alone', () => {
    assert.ok(isKept(many(plain)));
    assert.ok(isKept(many((i) => plain(i).replace('T', ' '))));
    assert.ok(isKept(many((i) => `${plain(i)}.5+05:45`)));
    assert.ok(isKept(many((i) => `${String(1 + i).padStart(4, '0')}-02-28`)));
    const others = [
      // No days of the calendar and no times of the clock.
      ...['2023-02-29T10:20:30', '1900-02-29T10:20:30', '2024-04-31T10:20:30', '2024-00-10T10:20:30'],
      ...['2024-13-10T10:20:30', '2024-01-00T10:20:30', '2024-01-32T10:20:30', '0000-01-10T10:20:30'],
      ...['2024-01-10T24:00:00', '2024-01-10T23:60:00', '2024-01-10T23:59:60', '2024-01-10T23:59:6x'],
      ...['2024-01-10Tx3:59:00', '2024-01-10T2x:59:00', '2024-01-10T23:x9:00', '2024-0:-10T10:20:30'],
      // Written otherwise.
      ...['2024-01-10t10:20:30', '2024-01-10 10:20:30', '2024-01-10_10:20:30', '2024-01-10T10:20:3'],
      ...['2024-01-10T10:20:30Z', '2024-01-10T10:20', '2024-01-10', '2024/01/10T10:20:30', ''],
      ...['2024-01-10T10.20:30', '2024-01-10T10:20.30', '20240110T102030', ' 2024-01-10T10:20:3'],
      ...['2024-01-10T10:20:30.5', '2024x01-10T10:20:30', '2024-01x10T10:20:30', '2024-01-10T10-20-30'],
    ];
    for (const other of others) {
      // Also as neighbours of what is the same up to there.
      for (const [at, beside] of [
        [0, plain],
        [50, plain],
        [99, plain],
        [50, (i: number) => `2024-01-10T10:20:${secondsOf(i)}`],
      ] as const)
        assert.ok(!isKept(many((i) => (i === at ? other : beside(i)))), `${other} at ${at}`);
    }
    for (const [first, other] of [
      ['2024-01-10T10:20:30.25', '2024-01-10T10:20:30.2x'],
      ['2024-01-10T10:20:30.25', '2024-01-10T10:20:30,25'],
      ['2024-01-10T10:20:30+02:00', '2024-01-10T10:20:30+03:00'],
      ['2024-01-10T10:20:30+02:00', '2024-01-10T10:20:30-02:00'],
      ['2024-01-10T10:20:30.000Z', '2024-01-10T10:20:30.0000'],
      ['2024-01-10T10:20:30+02:00', '2024-01-10T10:20:30.00000'],
    ]) {
      const own = (i: number): string => first.replace(':30', `:${secondsOf(i)}`);
      assert.ok(isKept(many(own)), first);
      for (const at of [0, 60]) assert.ok(!isKept(many((i) => (i === at ? other : own(i)))), other);
    }
    // No form at all.
    for (const tail of [
      '.',
      '.1234567890',
      'z',
      '+2',
      '+02',
      '+02:0',
      '+02.00',
      '+0x:00',
      'UTC',
      '+020',
      ' Z',
    ])
      assert.ok(!isKept(many((i) => plain(i) + tail)), tail);
  });

  it('keeps no block whose times are too far apart for their digits', () => {
    const nanos = (days: number): boolean =>
      isKept(
        many((i) =>
          textOf({ day: i === 7 ? days : 0, second: i, nanos: i }, { separator: 'T', digits: 9, zone: 'Z' }),
        ),
      );
    assert.ok(nanos(103));
    assert.ok(!nanos(104));
  });

  it('keeps no texts that must be unescaped, and no other values beside times', () => {
    for (const other of ['"2024-01-10T10:20:3\\u0030"', '7', 'true', '[]'])
      assert.equal(
        check(
          jsonl,
          many(plain).map((text, i) => (i === 50 ? other : text)),
          true,
        ),
        Encoding.None,
      );
    for (const other of ['"2024-01-10T10:20:""0"', '7', '2024-01-10T10:20:3\xff'])
      assert.equal(
        check(
          csv,
          many(plain).map((text, i) => (i === 50 ? other : text)),
          true,
        ),
        Encoding.None,
      );
  });

  it('marks the texts and the times in a range', () => {
    const cut = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.nat(), fc.nat({ max: 36 }), fc.constantFrom('', '0', 'z', ' ')) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('', '2024', 'a', '~', '0000-01-01', '9999-12-31T23:59:59.9z', '1'),
      },
    );
    let marked = 0;
    fc.assert(
      fc.property(
        fc.boolean().chain(partsOf),
        form,
        fc.boolean(),
        fc.array(fc.tuple(fc.option(cut), fc.option(cut), fc.boolean()), { minLength: 20, maxLength: 20 }),
        (parts, own, gaps, ranges) => {
          const texts = parts.map((one) => textOf(one, own));
          const values = texts.map((text, i) => (gaps && i % 5 === 3 ? 'null' : quoted(text)));
          const block = scan(jsonl, values, false);
          const segment = segmentOf(jsonl, block);
          if (headOf(segment).encoding !== Encoding.Times) return;
          const column = (): FieldColumn =>
            stored(block, segment, { path: jsonl.path, numeric: false }).fields[0];
          const expected = (isIn: (text: string) => boolean, inside: boolean): number[] =>
            [...texts.keys()].filter((i) => values[i] !== 'null' && isIn(texts[i]) === inside);
          const found = (marks: Marks | boolean | undefined): number[] => {
            assert.ok(marks !== undefined);
            if (typeof marks === 'boolean') return marks ? [...texts.keys()] : [];
            const records = new Uint32Array(block.count);
            return [...records.subarray(0, marks.list(records))];
          };
          const textFor = (one: typeof cut extends fc.Arbitrary<infer Cut> ? Cut : never): string =>
            typeof one === 'string' ? one : texts[one[0] % texts.length].slice(0, one[1]) + one[2];
          for (const [low, high, inside] of ranges) {
            const [from, to] = [low, high].map((one) =>
              one === null ? undefined : Buffer.from(textFor(one)),
            );
            if (from && to && Buffer.compare(from, to) > 0) continue;
            const isIn = (text: string): boolean => {
              const bytes = Buffer.from(text);
              return !(from && Buffer.compare(bytes, from) < 0) && !(to && Buffer.compare(bytes, to) >= 0);
            };
            marked++;
            assert.deepEqual(found(column().markTexts(from, to, inside)), expected(isIn, inside));
            const [since, until] = [from, to].map((text) => text && readTime(text.toString()));
            if (since && until && compareTimes(since, until) > 0) continue;
            const isTimeIn = (text: string): boolean => {
              const time = readTime(text);
              assert.ok(time);
              return !(since && compareTimes(time, since) < 0) && !(until && compareTimes(time, until) >= 0);
            };
            assert.deepEqual(found(column().markTimes(since, until, inside)), expected(isTimeIn, inside));
          }
        },
      ),
      { numRuns: runs(200, 5000) },
    );
    assert.ok(marked > 1000, `${marked} ranges were marked`);
  });

  it('knows a time beside those that are kept, to the nanosecond', () => {
    const texts = Array.from({ length: 40 }, (_, i) => `2024-01-01T10:20:${secondsOf(i)}.25+02:00`);
    const block = scan(jsonl, texts.map(quoted), false);
    const segment = segmentOf(jsonl, block);
    const count = (ms: number, nanos: number): number => {
      const [column] = stored(block, segment, { path: jsonl.path, numeric: false }).fields;
      const marks = column.markTimes({ ms, nanos }, undefined, true);
      assert.ok(marks !== undefined);
      return typeof marks === 'boolean' ? (marks ? 40 : 0) : marks.marked;
    };
    const tenth = Date.UTC(2024, 0, 1, 8, 20, 10, 250);
    assert.deepEqual(
      [count(tenth, 0), count(tenth, 1), count(tenth - 1, 999_999), count(tenth + 999, 1_000_000)],
      [30, 29, 30, 29],
    );
    assert.deepEqual([count(-8.64e15, 0), count(8.64e15, 999_999)], [40, 0]);
  });

  it('takes little room', () => {
    const block = scan(
      jsonl,
      Array.from({ length: 5000 }, (_, i) => quoted(new Date(1_700_000_000_000 + i * 137).toISOString())),
      true,
    );
    assert.ok(segmentOf(jsonl, block).byteLength / block.count < 2.6);
  });
});

function at(parts: readonly Parts[]): number {
  return parts[0].second;
}
