import assert from 'node:assert/strict';
import { recordText } from '../../../src/engine/call/recordText.ts';

describe('the text of what a program returns', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [
      new Map<unknown, unknown>([
        [1, 'a'],
        ['1', 'b'],
      ]),
      '{"1":"b"}',
    ],
    [{ a: new Number(NaN), b: Object(1n) as unknown, c: new String('x') }, '{"a":"NaN","b":1,"c":"x"}'],
    [{ a: { b: new Map([['x', 1]]) }, c: [new Set([2])] }, '{"a":{"b":{"x":1}},"c":[[2]]}'],
    [{ a: null, b: [NaN], c: {}, d: new Map() }, '{"a":null,"b":["NaN"],"c":{},"d":{}}'],
    [{ a: new Set([1n]), b: [undefined, Infinity] }, '{"a":[1],"b":[null,"Infinity"]}'],
  ];
  for (const [value, expected] of cases) {
    it(`is JSON: ${expected}`, () => {
      assert.equal(recordText(value), expected);
    });
  }
});
