import assert from 'node:assert/strict';
import fc from 'fast-check';
import { woven, type WovenColumn } from '../../../src/engine/kernel/weaveKernel.ts';
import { runs } from '../../support/long.ts';

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, -1n, 9n, 10n, -(2n ** 63n), 2n ** 63n - 1n),
);
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\t', '\b', '\f', '\r', '\0', '\x1f', 'a', 'é', '😀', '\x7f'),
    maxLength: 40,
  }),
);

interface Column {
  readonly name: string;
  readonly kind: WovenColumn['kind'];
  /** Null where there is none. */
  readonly values: readonly (string | number | bigint | null)[];
}

const table = fc.integer({ min: 1, max: 30 }).chain((rows) => {
  const values = <T>(of: fc.Arbitrary<T>, freq = 4): fc.Arbitrary<(T | null)[]> =>
    fc.array(fc.option(of, { freq }), { minLength: rows, maxLength: rows });
  const column = fc.oneof(
    fc.record({ name: text, kind: fc.constant('text' as const), values: values(text) }),
    fc.record({ name: text, kind: fc.constant('json' as const), values: values(fc.json()) }),
    fc.record({
      name: text,
      kind: fc.constant('int32' as const),
      values: values(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    }),
    fc.record({ name: text, kind: fc.constant('int64' as const), values: values(int64) }),
  );
  return fc.array<Column>(column, { minLength: 1, maxLength: 5 }).map((columns) => ({ rows, columns }));
});

function keyOf(name: string, at: number): string {
  return `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`;
}

/** The bytes of the column are not the first ones of what they stand in. */
function wovenColumn({ name, kind, values }: Column, at: number): WovenColumn {
  const key = Buffer.from(keyOf(name, at));
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  for (const [row, value] of values.entries()) if (value !== null) bits[row >> 3] |= 1 << (row & 7);
  const present = values.includes(null) ? bits : undefined;
  if (kind === 'int32')
    return { key, present, kind, values: Int32Array.from(values, (value) => Number(value ?? 7)) };
  if (kind === 'int64')
    return { key, present, kind, values: BigInt64Array.from(values, (value) => BigInt(value ?? 7)) };
  const before = Buffer.from('before');
  const parts = values.map((value) => Buffer.from(String(value ?? '')));
  const offsets = new Int32Array(values.length + 1);
  offsets[0] = before.length;
  for (const [row, { length }] of parts.entries()) offsets[row + 1] = offsets[row] + length;
  return { key, present, kind, bytes: Buffer.concat([before, ...parts]), offsets };
}

function cellOf(kind: Column['kind'], value: Column['values'][number]): string {
  return value === null ? 'null' : kind === 'text' ? JSON.stringify(value) : String(value);
}

function lines(columns: readonly WovenColumn[], rows: number): string {
  let text = '';
  // Each part is void once the next one is asked for.
  for (const part of woven(columns, rows)) text += Buffer.from(part).toString();
  return text;
}

describe('rows that the kernel weaves of columns', () => {
  it('are lines of JSON with all digits, texts as JSON writes them, and null where there is no value', () => {
    fc.assert(
      fc.property(table, ({ rows, columns }) => {
        const expected = Array.from({ length: rows }, (_, row) => {
          const cells = columns.map(
            ({ name, kind, values }, at) => keyOf(name, at) + cellOf(kind, values[row]),
          );
          return `${cells.join('')}}\n`;
        });
        assert.equal(lines(columns.map(wovenColumn), rows), expected.join(''));
      }),
      { numRuns: runs(300, 20_000) },
    );
  });

  it('may be longer than what is written at a time, each and all together', () => {
    const values = Array.from({ length: 3000 }, (_, row) =>
      row === 1500 ? '\0'.repeat(300_000) : 'x'.repeat(row),
    );
    const column = wovenColumn({ name: 'a', kind: 'text', values }, 0);
    const expected = values.map((value) => `{"a":${JSON.stringify(value)}}\n`).join('');
    assert.ok(lines([column], values.length) === expected);
    assert.equal(lines([column], 1), '{"a":""}\n');
  });

  it('are those of their own columns where the rows of several tables are asked for in turn', () => {
    const tables = ['x', 'y'].map((letter) => {
      const values = Array.from({ length: 3000 }, (_, row) => letter.repeat(row % 1000));
      return {
        expected: values.map((value) => `{"a":${JSON.stringify(value)}}\n`).join(''),
        parts: woven([wovenColumn({ name: 'a', kind: 'text', values }, 0)], values.length),
        found: '',
      };
    });
    for (let open = tables; open.length > 0;) {
      open = open.filter((table) => {
        const next = table.parts.next();
        if (next.done === true) return false;
        table.found += Buffer.from(next.value).toString();
        return true;
      });
    }
    for (const { expected, found } of tables) assert.ok(found === expected);
  });
});
