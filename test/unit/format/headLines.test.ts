import assert from 'node:assert/strict';
import { firstValueEnd } from '../../../src/engine/format/headLines.ts';

describe('where the first value of a text ends', () => {
  it('is behind its last bracket, whatever its texts hold', () => {
    assert.equal(firstValueEnd('{"a":["}]\\"}",{}]} {"b":1}'), 18);
    assert.equal(firstValueEnd('["\\\\"]x'), 6);
  });

  it('is not known where the text is cut off', () => {
    assert.equal(firstValueEnd('{"a":[1,{"b":2}'), undefined);
    assert.equal(firstValueEnd('{"a":"x } and ] and } '), undefined);
    assert.equal(firstValueEnd('{"a":"x \\'), undefined);
  });

  it('is looked for once in a text that is cut off, whatever is escaped in it', function () {
    // It takes milliseconds; from each quote on, most of a minute.
    this.timeout(10_000);
    assert.equal(firstValueEnd(`{"a":"${'\\"é'.repeat(100_000)}`), undefined);
  });
});
