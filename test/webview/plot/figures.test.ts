import assert from 'node:assert/strict';
import { figuresOf } from '../../../src/webview/plot/headPlot.tsx';

describe('the words under the name of a column whose values are too many to show', () => {
  const kinds = {
    ...{ text: 0, number: 0, boolean: 0, time: 0, list: 0, object: 0, null: 0, missing: 0, malformed: 0 },
  };
  const distinct = { count: 85, exact: true, error: 0 };
  const others = { texts: undefined, lists: undefined, numbers: undefined, times: undefined };

  it('say the lengths of texts as one number where all are equal', () => {
    const words = (minLength: number, maxLength: number): string =>
      figuresOf({
        ...others,
        distinct,
        kinds: { ...kinds, text: 9 },
        texts: {
          count: 9,
          min: '',
          max: '',
          shortest: '',
          longest: '',
          minLength,
          maxLength,
          meanLength: maxLength,
          empty: 0,
        },
      })[1];
    assert.equal(words(5, 10), '5 to 10 characters');
    assert.equal(words(11, 11), '11 characters');
    assert.equal(words(1, 1), '1 character');
    assert.equal(words(0, 0), '0 characters');
  });

  it('say how many items lists have as one number where all have as many', () => {
    const words = (minItems: number, maxItems: number): string =>
      figuresOf({
        ...others,
        distinct,
        kinds: { ...kinds, list: 9 },
        lists: { count: 9, minItems, maxItems, meanItems: maxItems },
      })[1];
    assert.equal(words(0, 3), '0 to 3 items');
    assert.equal(words(2, 2), '2 items');
    assert.equal(words(1, 1), '1 item');
  });
});
