import assert from 'node:assert/strict';
import { rising } from '../../../src/mcp/progress.ts';

describe('the progress of a call', () => {
  it('only rises, whatever the engine reports', () => {
    const told: number[] = [];
    const report = rising(({ share }) => told.push(share));
    for (const share of [0, 0, 0.2, 0.1, 0.2, 0.5, 1, 0.3, 1]) report({ share, message: '' });
    assert.deepEqual(told, [0, 0.2, 0.5, 1]);
  });
});
