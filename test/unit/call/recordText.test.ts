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
    [{ a: Object.assign(new Map([['k', 1]]), { id: 1 }) }, '{"a":{"k":1}}'],
    [{ a: Object.assign(new Set([1, 2]), { note: 'n' }) }, '{"a":[1,2]}'],
    [{ a: new Set([1n]), b: [undefined, Infinity] }, '{"a":[1],"b":[null,"Infinity"]}'],
  ];
  for (const [value, expected] of cases) {
    it(`is JSON: ${expected}`, () => {
      assert.equal(recordText(value), expected);
    });
  }

  it('has the digits of a BigInt also where a program has taught JSON.stringify to write one as a text', () => {
    Object.defineProperty(BigInt.prototype, 'toJSON', { configurable: true, value: () => 'a text' });
    try {
      assert.equal(recordText({ a: 12345678901234567890n }), '{"a":12345678901234567890}');
    } finally {
      Reflect.deleteProperty(BigInt.prototype, 'toJSON');
    }
  });

  it('fails with the reason that a value gives', () => {
    const date = Object.assign(new Date(0), {
      toJSON: () => {
        throw new Error('no such date');
      },
    });
    assert.throws(() => recordText({ a: date }), /^Error: no such date$/);
  });
});
