import assert from 'node:assert/strict';
import fc from 'fast-check';
import { run, runInParts } from './run.ts';

/** Longer than what is held of a value that is only counted. */
const long = 'a long text '.repeat(6000);

const value = fc.oneof(
  fc.constantFrom(long, `${long}.`, `.${long}`, 'é'.repeat(70_000), `\0${long}`),
  fc.constantFrom('', 'a', '\0', '\0\0', '\0a', '\\', '\u0001'),
  fc.constantFrom('1', 'é', 'null').chain((text) => fc.constantFrom(text, `\0${text}`, `\0\0${text}`)),
  fc.constantFrom(1, 1.5, null, true),
  fc.constantFrom<object>([long], [[long]], { a: long }, { a: long, b: 1 }, { b: 1, a: long }, { a: 'b' }),
  fc.constantFrom<object>(
    Array.from({ length: 12_000 }, (_, i) => i % 10),
    Array.from({ length: 8_000 }, (_, i) => i % 7),
  ),
);

/** What it is counted as: the order of an object's members makes no difference. */
function keyOf(item: unknown): string {
  return JSON.stringify(item, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort())
      : inner,
  );
}

describe('values that are counted once', () => {
  it('are as many as there are, long ones among them, however the file is divided', async () => {
    const row = fc.record({ g: fc.nat({ max: 1 }), v: value, wide: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), fc.boolean(), async (rows, small) => {
        const text = rows
          .map(({ g, v, wide }) =>
            `{"g":${g},"v":${JSON.stringify(v, null, wide ? 4 : 0)}}`.replaceAll('\n', ' '),
          )
          .join('\n');
        const different = (which: (row: { g: number }) => boolean): number =>
          new Set(rows.filter((row) => row.v !== null && which(row)).map(({ v }) => keyOf(v))).size;
        const options = small ? { blockSize: 1 } : {};
        const data = { format: 'jsonl', text } as const;
        for (const runner of [run, runInParts]) {
          const query = 'AGGREGATE count(DISTINCT v) AS n, count(DISTINCT coalesce(v, v)) AS m';
          const all = different(() => true);
          assert.deepEqual(await runner(query, data, options), [`{"n":${all},"m":${all}}`]);
          const groups = (await runner(`${query} GROUP BY g`, data, options)).map(
            (line) => JSON.parse(line) as { g: number; n: number; m: number },
          );
          for (const { g, n, m } of groups) {
            assert.deepEqual([n, m], Array(2).fill(different((row) => row.g === g)));
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  it('are as many as there are where they are many, in one group or in many', async () => {
    const written = fc.constantFrom<(n: number) => { readonly text: string; readonly is: string }>(
      (n) => ({ text: `${n}`, is: `${n}` }),
      (n) => ({ text: `${n}.0`, is: `${n}` }),
      (n) => ({ text: `-${n}e0`, is: `${-n}` }),
      (n) => ({ text: `0.${n}1`, is: `0.${n}1` }),
      (n) => ({ text: `1234567890123456789${n}`, is: `1234567890123456789${n}` }),
      (n) => ({ text: `"t${n}"`, is: `"t${n}"` }),
      (n) => ({ text: `"\\u0074${n}"`, is: `"t${n}"` }),
      (n) => ({ text: `"s\\u0074${n}"`, is: `"st${n}"` }),
      (n) => ({ text: `[${n}]`, is: `[${n}]` }),
    );
    const kinds = fc.array(written, { minLength: 1, maxLength: 4 });
    const shape = fc.record({
      kinds,
      groups: fc.constantFrom(1, 2, 700),
      different: fc.constantFrom(3, 20_000),
    });
    await fc.assert(
      fc.asyncProperty(shape, fc.integer(), async ({ kinds: forms, groups, different }, seed) => {
        const expected = new Map<number, Set<string>>();
        const lines = Array.from({ length: 20_000 }, (_, i) => {
          const g = Math.abs(Math.imul(i + 1, 0x9e3779b1)) % groups;
          const { text, is } = forms[i % forms.length](Math.abs(Math.imul(i ^ seed, 0x85ebca6b)) % different);
          const seen = expected.get(g) ?? new Set();
          expected.set(g, seen.add(is));
          return `{"g":${g},"v":${text}}`;
        });
        const data = { format: 'jsonl', text: lines.join('\n') } as const;
        const all = new Set([...expected.values()].flatMap((seen) => [...seen])).size;
        for (const runner of [run, runInParts]) {
          const options = { blockSize: 65_536 };
          const one = await runner('AGGREGATE count(DISTINCT v) AS n', data, options);
          assert.deepEqual(one, [`{"n":${all}}`]);
          const each = await runner('AGGREGATE count(DISTINCT v) AS n GROUP BY g', data, options);
          assert.deepEqual(
            each,
            [...expected].map(([g, seen]) => `{"g":${g},"n":${seen.size}}`),
          );
        }
      }),
      { numRuns: 12 },
    );
  });

  it('are equal in whatever length they are written', async () => {
    const items = Array.from({ length: 12_000 }, (_, i) => i % 10);
    const wide = JSON.stringify(items, null, 4).replaceAll('\n', ' ');
    assert.ok(wide.length > 65_536 && JSON.stringify(items).length < 65_536);
    const text = `{"v":${wide}}\n{"v":${JSON.stringify(items)}}\n{"v":[1]}\n`;
    for (const runner of [run, runInParts]) {
      const rows = await runner(
        'AGGREGATE count(DISTINCT v) AS n',
        { format: 'jsonl', text },
        { blockSize: 1 },
      );
      assert.deepEqual(rows, ['{"n":2}']);
    }
  });

  it('take no room where they are long', async () => {
    const text = Array.from({ length: 12 }, (_, i) =>
      JSON.stringify({ t: `${i % 10}${'x'.repeat(1e6)}` }),
    ).join('\n');
    const data = { format: 'jsonl', text } as const;
    const options = { budget: 1e6, blockSize: 1 };
    assert.deepEqual(await run('AGGREGATE count(DISTINCT t) AS n', data, options), ['{"n":10}']);
    // What needs the values is refused.
    await assert.rejects(run('AGGREGATE max(DISTINCT t) AS n', data, options), /more than 4 MB/);
  });
});

describe('rows with long texts', () => {
  it('are not equal where a character stands on a boundary', async () => {
    const text = (middle: string): string => `{"o":{"t":"${'x'.repeat(65_535)}${middle}${'y'.repeat(9)}"}}`;
    const data = {
      format: 'jsonl',
      text: ['\u{1f600}', '\ufffd\ufffd', '\u{1f600}'].map(text).join('\n'),
    } as const;
    assert.equal((await run('DISTINCT', data)).length, 2);
  });

  it('are equal or not by the whole of them, wherever they are divided', async () => {
    const odd = fc.constantFrom('', 'x', '\u{1f600}', '\ufffd\ufffd', '\ud83d', '\ude00', '\0', 'é');
    const text = fc
      .tuple(fc.constantFrom(65_534, 65_535, 65_536, 131_071), odd, odd, fc.constantFrom(0, 10, 70_000))
      .map(([before, one, other, behind]) => 'x'.repeat(before) + one + other + 'y'.repeat(behind));
    const record = fc.record({
      t: text,
      inner: fc.oneof(
        text,
        text.map((t) => ({ t, n: [t] })),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 5 }), async (some) => {
        const rows = [...some, ...some.toReversed()];
        const lines = rows.map(({ t, inner }, at) =>
          at % 2 === 0 ? JSON.stringify({ t, inner }) : JSON.stringify({ inner, t }).replace(',', ' , '),
        );
        // Half a pair is U+FFFD once it is UTF-8.
        const seen = new Set(rows.map((row) => JSON.stringify([wellFormed(row.t), wellFormed(row.inner)])));
        for (const runner of [run, runInParts]) {
          for (const query of ['DISTINCT', 'SELECT t, inner |> DISTINCT', 'EXTEND 1 AS one |> DISTINCT']) {
            const found = await runner(query, { format: 'jsonl', text: lines.join('\n') }, { blockSize: 1 });
            assert.equal(found.length, seen.size, query);
          }
        }
      }),
      { numRuns: 6 },
    );
  });
});

function wellFormed(item: unknown): unknown {
  return JSON.parse(JSON.stringify(item), (_, inner: unknown) =>
    typeof inner === 'string' ? Buffer.from(inner).toString() : inner,
  );
}
