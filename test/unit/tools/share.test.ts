import assert from 'node:assert/strict';
import { partlyRead, roundedShare, shareRead } from '../../../src/engine/tools/share.ts';

describe('shares', () => {
  it('are rounded to four digits, and what is neither nothing nor all is never said to be', () => {
    const shares = [0, 1e-9, 0.00004, 0.12345, 0.5, 0.99999, 1 - Number.EPSILON, 1, 1.2];
    assert.deepEqual(shares.map(roundedShare), [0, 0.0001, 0.0001, 0.1235, 0.5, 0.9999, 0.9999, 1, 1]);
  });

  it('are all of a file only where its size is known and read, whatever the guess was', () => {
    const files = [
      { size: 100, expectedSize: 100 },
      { size: undefined, expectedSize: 80 },
      { size: undefined, expectedSize: undefined },
    ];
    assert.deepEqual(
      files.map((file) => shareRead(100, file)),
      [1, 0.9999, 0],
    );
    assert.equal(shareRead(0, { size: 0, expectedSize: 0 }), 1);
  });

  it('are said where an answer is of a part, also of an unknown one', () => {
    assert.equal(partlyRead(1), '');
    assert.match(partlyRead(0.5), /this covers the first 50% of the file\./);
    assert.match(partlyRead(0), /this covers part of the file\./);
  });
});
