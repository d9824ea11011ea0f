import assert from 'node:assert/strict';
import fc from 'fast-check';
import { indented } from '../../../../src/engine/format/json/indent.ts';

describe('format/json/indent', () => {
  it('lays JSON out as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t'), (value, space) => {
        assert.equal(indented(JSON.stringify(value, null, space)), JSON.stringify(value, null, 2));
      }),
    );
  });

  it('keeps the text of numbers and strings', () => {
    assert.equal(
      indented('{"a":12345678901234567890,"b":1.10,"c":"\\u0041, {"}'),
      '{\n  "a": 12345678901234567890,\n  "b": 1.10,\n  "c": "\\u0041, {"\n}',
    );
  });

  it('loses nothing of what is malformed', () => {
    for (const text of ['{"a":[1,2', '}]', '{"a" 1 "b', "{'a':1}", '']) {
      assert.equal(indented(text).replace(/\s/g, ''), text.replace(/\s/g, ''));
    }
  });
});
