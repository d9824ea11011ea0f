import assert from 'node:assert/strict';
import { compactNumber, limitWords, rangeWords } from '../../../src/webview/plot/words.ts';

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
});
