import assert from 'node:assert/strict';
import { compactNumber, edgeWords, limitWords, rangeWords } from '../../../src/webview/plot/words.ts';

describe('webview/plot/words', () => {
  it('writes numbers short, with an exponent where they are very large or small', () => {
    const numbers = ['1234567', '-950000', '0', '0.5', '9.5e300', '-1e-300', '12345678901234567890'];
    const words = ['1.23M', '-950K', '0', '0.5', '9.50e+300', '-1.00e-300', '1.23e+19'];
    assert.deepEqual(numbers.map(compactNumber), words);
  });

  it('gives as many digits of the ends of a bar as tell them apart', () => {
    const from = '9007199254740993';
    assert.equal(
      rangeWords('number', { from, to: '9007199254741993' }),
      '9007199254740993 to 9007199254741993',
    );
    assert.equal(rangeWords('number', { from, to: '9107199254740993' }), '9.007e+15 to 9.107e+15');
    assert.deepEqual(limitWords('number', from, '9007199254790992'), [from, '9007199254790992']);
    assert.deepEqual(limitWords('number', from, from), ['9.007e+15', '9.007e+15']);
    assert.deepEqual(limitWords('number', '0', '1999'), ['0', '1999']);
  });

  it('writes years beyond 9999 without what fills them up', () => {
    const [from, to] = ['9999-12-31T23:00:00Z', '+010000-01-01T00:00:00Z'];
    assert.equal(edgeWords('time', to), '10000-01-01');
    assert.equal(rangeWords('time', { from, to }), '9999-12-31 23:00 to 10000-01-01');
    assert.deepEqual(limitWords('time', from, to), ['9999-12-31', '10000-01-01']);
    assert.deepEqual(limitWords('time', from, '9999-12-31T23:30:05.5Z'), ['9999-12-31 23:00', '23:30:05']);
  });
});
