import assert from 'node:assert/strict';
import type { FileState } from '../../../src/protocol/file.ts';
import { said } from '../../../src/said/said.ts';
import { fileWords } from '../../../src/webview/model/words.ts';

describe('what is said of a file', () => {
  const shown = (state: Partial<FileState> & Pick<FileState, 'phase'>): string =>
    fileWords({
      ...{ size: 1, fileSize: 1, indexed: 1, records: 1, exact: true, malformed: 0, said: undefined },
      ...state,
    });

  it('is what has become of it', () => {
    assert.equal(shown({ phase: 'changed', grownBy: 1234 }), 'The file has grown by 1,234 bytes.');
    assert.match(shown({ phase: 'changed' }), /^The file has changed on disk\./);
    assert.match(shown({ phase: 'gone' }), /^The file was deleted/);
    assert.equal(shown({ phase: 'ready' }), '');
  });

  it('is why its source has failed, where that is known', () => {
    assert.equal(shown({ phase: 'failed', said: said`No such host.` }), 'No such host.');
    assert.notEqual(shown({ phase: 'failed' }), '');
  });
});
