import {
  binary,
  bool,
  columnFromArray,
  type DataType,
  dateDay,
  decimal,
  float64,
  int64,
  list,
  map,
  struct,
  tableFromColumns,
  tableToIPC,
  timestamp,
  TimeUnit,
  utf8,
} from '@uwdata/flechette';
import assert from 'node:assert/strict';
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
});
