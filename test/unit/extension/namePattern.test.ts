import assert from 'node:assert/strict';
import { namePattern } from '../../../src/extension/namePattern.ts';

describe('the pattern of files that are always to open with Rowriver', () => {
  it('is that of the ending, and is never one of all files', () => {
    for (const [path, pattern] of [
      ['/a/B.CSV', '*.csv'],
      ['/a/b.jsonl.gz', '*.jsonl.gz'],
      ['/a/b.gz', '*.gz'],
      ['/a.b/DATA', undefined],
      ['/a/.env', undefined],
      ['/a/b.', undefined],
    ] as const) {
      assert.equal(namePattern(path), pattern, path);
    }
  });
});
