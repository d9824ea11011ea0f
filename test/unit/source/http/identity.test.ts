import assert from 'node:assert/strict';
import { strongValidator } from '../../../../src/engine/source/http/validator.ts';

describe('what stands for the bytes at an address', () => {
  const at = (seconds: number): string => new Date(1_700_000_000_000 + seconds * 1000).toUTCString();
  const state = { size: 9, ranged: true, etag: undefined, modified: undefined };

  it('is an ETag, if it is not weak', () => {
    assert.equal(strongValidator({ ...state, etag: '"a"', modified: at(0) }), '"a"');
    assert.equal(strongValidator({ ...state, etag: 'W/"a"' }), undefined);
  });

  it('is the date of the last change, if there has been time for another one since', () => {
    for (const etag of [undefined, 'W/"a"']) {
      assert.equal(strongValidator({ ...state, etag, modified: at(0), date: at(60) }), at(0));
      assert.equal(strongValidator({ ...state, etag, modified: at(0), date: at(59) }), undefined);
    }
    assert.equal(strongValidator({ ...state, modified: at(0) }), undefined);
    assert.equal(strongValidator({ ...state, modified: 'yesterday', date: at(0) }), undefined);
  });
});
