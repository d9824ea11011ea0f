import {
  binary,
  bool,
  columnFromArray,
  type DataType,
  dateDay,
  decimal,
  fixedSizeList,
  float64,
  int16,
  int32,
  int64,
  int8,
  largeList,
  list,
  map,
  nullType,
  struct,
  tableFromColumns,
  tableToIPC,
  timestamp,
  TimeUnit,
  utf8,
} from '@uwdata/flechette';
import assert from 'node:assert/strict';
import { Timestamp } from '../../../src/engine/query/value/time.ts';
import { columnNames, jsonLines } from '../../../src/engine/remote/arrowRows.ts';

function linesOf(columns: Record<string, readonly [DataType, readonly unknown[]]>): string {
  const built = Object.entries(columns).map(
    ([name, [type, values]]): [string, ReturnType<typeof columnFromArray>] => [
      name,
      columnFromArray([...values], type),
    ],
  );
  const bytes = tableToIPC(tableFromColumns(built), { format: 'stream' });
  assert.ok(bytes);
  assert.deepEqual(columnNames(bytes), Object.keys(columns));
  // As in a message of gRPC, it does not begin where numbers of 8 bytes can.
  const odd = new Uint8Array(bytes.length + 1);
  odd.set(bytes, 1);
  return Buffer.concat([...jsonLines(odd.subarray(1))]).toString();
}

describe('rows of Arrow as JSON Lines', () => {
  it('keeps all digits', () => {
    const lines = linesOf({
      i: [int64(), [9_007_199_254_740_993n, -1n, null]],
      d: [decimal(38, 2), [12_345_678_901_234_567_891n, -5n, null]],
      x: [float64(), [0.1, NaN, null]],
    });
    assert.equal(
      lines,
      '{"i":9007199254740993,"d":123456789012345678.91,"x":0.1}\n{"i":-1,"d":-0.05,"x":null}\n{"i":null,"d":null,"x":null}\n',
    );
  });

  it('writes times as the language does', () => {
    const at = Date.UTC(2024, 1, 29, 12, 30, 15, 123);
    const lines = linesOf({
      t: [timestamp(TimeUnit.MICROSECOND), [at + 0.456, -0.001]],
      d: [dateDay(), [Date.UTC(2024, 1, 29), Date.UTC(1969, 11, 31)]],
    });
    assert.equal(
      lines,
      '{"t":"2024-02-29 12:30:15.123456","d":"2024-02-29"}\n{"t":"1969-12-31 23:59:59.999999","d":"1969-12-31"}\n',
    );
  });

  it('writes lists, structs, maps and bytes', () => {
    const lines = linesOf({
      '"': [utf8(), ['a"\n']],
      b: [bool(), [true]],
      l: [list(int64()), [[1n, null]]],
      s: [struct({ x: int64(), y: utf8() }), [{ x: 1n, y: null }]],
      m: [map(utf8(), int64()), [[['k', 2n]]]],
      z: [binary(), [Uint8Array.of(1, 2)]],
    });
    assert.equal(
      lines,
      '{"\\"":"a\\"\\n","b":true,"l":[1,null],"s":{"x":1,"y":null},"m":{"k":2},"z":"AQI="}\n',
    );
  });

  it('writes texts and whole numbers as JSON does, over more rows than are written at once', () => {
    const texts = [
      ...Array.from({ length: 128 }, (_, code) => `a${String.fromCharCode(code)}b`),
      ...['', 'ü€😀', '\u2028', 'x'.repeat(5000), null],
    ];
    const numbers = [
      ...[0n, -1n, 9n, 10n, -10n, 99_999n, 1_000_000n, 2n ** 31n, -(2n ** 31n), 2n ** 53n - 1n, 2n ** 53n],
      ...[1n - 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n), null],
      ...Array.from({ length: 16 }, (_, power) => 10n ** BigInt(power) * 7n),
    ];
    const length = 2500;
    const t = Array.from({ length }, (_, row) => texts[row % texts.length]);
    const n = Array.from({ length }, (_, row) => numbers[row % numbers.length]);
    const lines = linesOf({ t: [utf8(), t], n: [int64(), n] });
    const expected = t.map((text, row) => `{"t":${JSON.stringify(text)},"n":${String(n[row])}}\n`);
    assert.equal(lines, expected.join(''));
  });

  it('writes numbers and times of each size and unit as their values say', () => {
    const seconds = [
      0, 1, -1, 59, 3599, 86_399, 86_400, -86_401, 1_709_209_815, 253_402_300_800, -62_167_219_201,
    ];
    // Of far years, multiples of 4 ms are doubles in microseconds too, which the column is made of.
    const fractions = [0, 4, 40, 124, 120, 996];
    const units = [
      [TimeUnit.SECOND, 1],
      [TimeUnit.MILLISECOND, 1000],
      [TimeUnit.MICROSECOND, 1_000_000],
    ] as const;
    for (const [unit, perSecond] of units) {
      const ms = seconds.flatMap((second) =>
        fractions.map((part) => second * 1000 + (perSecond === 1 ? 0 : part)),
      );
      const expected = ms.map((value) => `{"t":${JSON.stringify(new Timestamp(value, 0).toString())}}\n`);
      assert.equal(linesOf({ t: [timestamp(unit), ms] }), expected.join(''), `in ${perSecond} a second`);
    }
    assert.equal(
      linesOf({ t: [timestamp(TimeUnit.SECOND), [1e19, -1e19]] }),
      '{"t":"10000000000000000"}\n{"t":"-10000000000000000"}\n',
      'a time that is further away than a Date holds is its number',
    );
    const doubles = [
      0,
      -0,
      1,
      -1,
      0.5,
      1e21,
      2 ** 53,
      -(2 ** 53) - 2,
      1e-7,
      Infinity,
      -Infinity,
      NaN,
      5e-324,
    ];
    assert.equal(
      linesOf({ x: [float64(), doubles] }),
      doubles.map((value) => `{"x":${JSON.stringify(value)}}\n`).join(''),
    );
    for (const type of [int8(), int16(), int32()]) {
      const values = [0, 1, -1, 100, 127, -128];
      assert.equal(linesOf({ i: [type, values] }), values.map((value) => `{"i":${value}}\n`).join(''));
    }
  });

  it('writes null where there is none, inside of lists and structs as well', () => {
    const lines = linesOf({
      b: [bool(), [true, null, false]],
      t: [timestamp(TimeUnit.MICROSECOND), [null, 0, null]],
      d: [dateDay(), [0, 0, null]],
      l: [list(struct({ x: float64(), y: list(utf8()) })), [[{ x: null, y: [null, 'a'] }, null], null, []]],
      n: [nullType(), [null, null, null]],
    });
    assert.equal(
      lines,
      [
        '{"b":true,"t":null,"d":"1970-01-01","l":[{"x":null,"y":[null,"a"]},null],"n":null}',
        '{"b":null,"t":"1970-01-01 00:00:00","d":"1970-01-01","l":null,"n":null}',
        '{"b":false,"t":null,"d":null,"l":[],"n":null}\n',
      ].join('\n'),
    );
  });

  it('writes lists of any kind and maps alike, with what is null in them', () => {
    const items = [[1, null], null, [3, 4]];
    const lines = linesOf({
      l: [list(int32()), items],
      g: [largeList(int32()), items],
      f: [fixedSizeList(int32(), 2), items],
      m: [
        map(utf8(), list(bool())),
        [
          [
            ['a"', [true, null]],
            ['b', null],
          ],
          null,
          [],
        ],
      ],
    });
    const maps = ['{"a\\"":[true,null],"b":null}', 'null', '{}'];
    const expected = items.map((item, row) => {
      const text = JSON.stringify(item);
      return `{"l":${text},"g":${text},"f":${text},"m":${maps[row]}}\n`;
    });
    assert.equal(lines, expected.join(''));
  });
});
