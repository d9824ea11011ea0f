import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runs } from '../../support/long.ts';
import { run, runInParts, type TestData } from './run.ts';

/** Values of which several are equal and written in different ways, and numbers whose sums have to be rounded. */
const value = fc.oneof(
  fc.constantFrom('1', '1.0', '1e0', '10E-1', '-0', '0', '0.0', '100', '1e2', '2.50', '2.5'),
  fc.constantFrom(
    '12345678901234567890',
    '12345678901234567890.0',
    '0.1000000000000000055',
    '1E400',
    '1e-320',
  ),
  fc.constantFrom('"a"', '"\\u0061"', '"é"', 'null', 'true', '[1]', '[1.0]', '{"k":1}', '{"k":1.0}'),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map(String),
  fc.integer({ min: -1000, max: 1000 }).map(String),
);
const number = fc.oneof(
  { weight: 8, arbitrary: fc.double({ noNaN: true, min: -1e3, max: 1e3 }).map(String) },
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer({ min: 1, max: 1e9 }).map((cents) => (cents / 100).toFixed(2)),
  fc.constantFrom('9007199254740993', '1e300', '-1e300', '5e-324', '1.0', 'null', '"12"', '"n/a"'),
);

/** One value, or hardly more, in all the ways in which it is written. */
const same = fc.constantFrom(
  '1',
  '1.0',
  '1e0',
  '10E-1',
  '[1]',
  '[1.0]',
  '12345678901234567890',
  '12345678901234567890.0',
);

const file: fc.Arbitrary<TestData> = fc
  .array(
    fc.record({
      g: fc.constantFrom('1', '1.0', '"a"', '2'),
      h: fc.nat({ max: 1 }),
      v: value,
      m: same,
      n: number,
    }),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .map((records) => ({
    format: 'jsonl',
    text: records.map(({ g, h, v, m, n }) => `{"g":${g},"h":${h},"v":${v},"m":${m},"n":${n}}\n`).join(''),
  }));

const aggregates = [
  'mode(v)',
  'any_value(v)',
  'min(v)',
  'max(v)',
  'list(v)',
  'list(DISTINCT v)',
  'list(v ORDER BY n)',
  "string_agg(v, '|' ORDER BY g)",
  'string_agg(DISTINCT v)',
  'count(DISTINCT v)',
  'approx_count_distinct(v)',
  'sum(n)',
  'sum(DISTINCT n)',
  'avg(n)',
  'stddev(n)',
  'stddev_pop(n)',
  'variance(n)',
  'var_pop(n)',
  'stddev(DISTINCT n)',
  'stddev(n) FILTER (WHERE h = 1)',
  'median(n)',
  'quantile_cont(n, 0.3)',
  'mode(m)',
  'any_value(m)',
  'min(m)',
  'max(m)',
  'list(DISTINCT m)',
];
const questions = [
  ...['', ' GROUP BY g', ' GROUP BY h, g'].map(
    (by) => `|> AGGREGATE ${aggregates.map((call, at) => `${call} AS a${at}`).join(', ')}${by}`,
  ),
  '|> DISTINCT',
  '|> SELECT m |> DISTINCT',
  '|> TOP 3 OF v',
  '|> ORDER BY v LIMIT 3',
  '|> ORDER BY v DESC, g',
];

/** A text may have its escapes, or not. */
function plain(rows: readonly string[]): string[] {
  return rows.map((row) => row.replaceAll('\\u0061', 'a'));
}

describe('an answer', () => {
  for (const query of questions) {
    it(`is the same however the file is divided: ${query.slice(0, 40)}`, async () => {
      await fc.assert(
        fc.asyncProperty(file, fc.integer({ min: 1, max: 900 }), async (data, blockSize) => {
          const whole = plain(await run(query, data));
          assert.deepEqual(plain(await runInParts(query, data, { blockSize })), whole, 'in parts');
          assert.deepEqual(
            plain(await run(query, data, { blockSize, budget: 300_000 })),
            whole,
            'with files',
          );
        }),
        { numRuns: runs(20, 1000), endOnFailure: true },
      );
    });
  }
});

describe('DISTINCT of long texts', () => {
  it('knows equal ones however they are written, and others by one byte', async () => {
    const long = 'é'.repeat(40_000);
    const written = [
      long,
      `\\u00e9${long.slice(1)}`,
      `${long}a`,
      `${long}\\u0000`,
      `${long}\\u0000\\u0000`,
      long,
      'é',
    ];
    const text = written.map((value, id) => `{"g":${id % 2},"v":"${value}","w":"${value}"}\n`).join('');
    const lengths = '|> SELECT length(v) AS l, v |> DISTINCT |> SELECT l';
    const pairs = '|> SELECT g, w, v |> DISTINCT |> SELECT g, length(w) AS l';
    for (const [query, expected] of [
      [lengths, ['{"l":40000}', '{"l":40001}', '{"l":40001}', '{"l":40002}', '{"l":1}']],
      [
        pairs,
        [
          ...['{"g":0,"l":40000}', '{"g":1,"l":40000}', '{"g":0,"l":40001}', '{"g":1,"l":40001}'],
          ...['{"g":0,"l":40002}', '{"g":0,"l":1}'],
        ],
      ],
    ] as const) {
      const data: TestData = { format: 'jsonl', text };
      assert.deepEqual(await run(query, data), expected);
      assert.deepEqual(await runInParts(query, data, { blockSize: 100_000 }), expected, 'in parts');
      assert.deepEqual(
        await run(query, data, { blockSize: 100_000, budget: 20_000 }),
        expected,
        'with files',
      );
    }
    const csv: TestData = { format: 'csv', text: `a,b\n${long},1\n"${long}",1\n${'x'.repeat(70_000)},1\n` };
    assert.equal((await runInParts('|> SELECT a, b |> DISTINCT', csv, { blockSize: 100 })).length, 2);
  });
});

describe('the aggregates of a group', () => {
  it('are those of its rows alone', async () => {
    const calls = aggregates.map((call, at) => `${call} AS a${at}`).join(', ');
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 50, max: 900 }), async (data, blockSize) => {
        const alone: string[] = [];
        for (const h of [0, 1]) alone.push(...(await run(`h = ${h} |> AGGREGATE ${calls} GROUP BY h`, data)));
        const together = await runInParts(`|> AGGREGATE ${calls} GROUP BY h`, data, { blockSize });
        assert.deepEqual(plain(together).sort(), plain(alone).sort());
      }),
      { numRuns: runs(20, 1000), endOnFailure: true },
    );
  });
});

describe('stddev', () => {
  /** `count * sum of squares - square of sum`, divided by `count * (count - 1)`, in whole numbers of 2^-1074. */
  function exactSpread(values: readonly number[]): number {
    const wholes = values.map(wholeOf);
    const count = BigInt(values.length);
    const sum = wholes.reduce((total, whole) => total + whole, 0n);
    const squares = wholes.reduce((total, whole) => total + whole * whole, 0n);
    const variance = (count * squares - sum * sum) / (count * (count - 1n));
    const bits = Math.max(0, variance.toString(2).length - 120) & ~1;
    const half = bits / 2 - 1074;
    return Math.sqrt(Number(variance >> BigInt(bits))) * 2 ** Math.ceil(half / 2) * 2 ** Math.floor(half / 2);
  }

  function wholeOf(value: number): bigint {
    let [rest, power] = [Math.abs(value), 0];
    while (!Number.isInteger(rest)) [rest, power] = [rest * 2, power + 1];
    return (value < 0 ? -1n : 1n) * (BigInt(rest) << BigInt(1074 - power));
  }

  const near = fc
    .record({
      base: fc.double({ noNaN: true, min: 1e-9, max: 1e15 }),
      steps: fc.array(fc.nat({ max: 9 }), { minLength: 2 }),
    })
    .map(({ base, steps }) => steps.map((step) => base * (1 + step * 2 ** -50)));
  const any = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e200, max: 1e200 }), {
    minLength: 2,
  });

  it('is that of a sample or of a population, and the root of the variance', async () => {
    const ask = async (values: readonly number[]): Promise<unknown> => {
      const text = values.map((value) => `{"n":${value}}\n`).join('');
      const query =
        '|> AGGREGATE stddev(n) AS a, stddev_pop(n) AS b, variance(n) AS c, var_samp(n) AS d, var_pop(n) AS e';
      const [row] = await run(query, { format: 'jsonl', text });
      return Object.values(JSON.parse(row) as object);
    };
    assert.deepEqual(await ask([2, 4, 4, 4, 5, 5, 7, 9]), [Math.sqrt(32 / 7), 2, 32 / 7, 32 / 7, 4]);
    assert.deepEqual(await ask([5]), [null, 0, null, null, 0]);
    assert.deepEqual(await ask([3, 3]), [0, 0, 0, 0, 0]);
  });

  it('is as exact as a double can be, also of numbers that hardly differ', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(near, any), async (values) => {
        const text = values.map((value) => `{"n":${value}}\n`).join('');
        const [row] = await run('|> AGGREGATE stddev(n) AS s', { format: 'jsonl', text });
        const { s } = JSON.parse(row) as { s: number };
        const exact = exactSpread(values);
        assert.ok(Math.abs(s - exact) <= exact * 1e-15, `${s} is not ${exact}`);
      }),
      { numRuns: runs(100, 2000) },
    );
  });
});
