import assert from 'node:assert/strict';
import type { FileState } from '../../../src/protocol/preview.ts';
import { fileWords } from '../../../src/webview/model/words.ts';

describe('what is said of a file', () => {
  const said = (state: Partial<FileState> & Pick<FileState, 'phase'>): string =>
    fileWords({
      ...{ size: 1, fileSize: 1, indexed: 1, records: 1, exact: true, malformed: 0, message: '' },
      ...state,
    });

  it('is what has become of it', () => {
    assert.equal(said({ phase: 'changed', grownBy: 1234 }), 'The file has grown by 1,234 bytes.');
    assert.match(said({ phase: 'changed' }), /^The file has changed on disk\./);
    assert.match(said({ phase: 'gone' }), /^The file was deleted/);
    assert.equal(said({ phase: 'ready' }), '');
  });

  it('is why its source has failed, where that is known', () => {
    assert.equal(said({ phase: 'failed', message: 'No such host.' }), 'No such host.');
    assert.notEqual(said({ phase: 'failed' }), '');
  });
});
