import assert from 'node:assert/strict';
import { repeated, type StretchWork } from '../../../src/engine/pool/work.ts';

describe('pool/work', () => {
  const work: StretchWork = {
    threads: [1],
    scanMs: 1,
    candidates: 10,
    matched: 5,
    whereMs: 2,
    outputMs: 3,
    steps: [{ rowsIn: 5, rowsOut: 4, ms: 1.5 }],
  };

  it('of a stretch that is scanned again is the time of both, and the rows of the last', () => {
    const last = { ...work, threads: [2], matched: 6, steps: [{ rowsIn: 6, rowsOut: 3, ms: 0.5 }] };
    assert.deepEqual(repeated(work, last), {
      threads: [1, 2],
      scanMs: 2,
      candidates: 10,
      matched: 6,
      whereMs: 4,
      outputMs: 6,
      steps: [{ rowsIn: 6, rowsOut: 3, ms: 2 }],
    });
    assert.equal(repeated(undefined, work), work);
  });
});
