import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../../src/host/cacheFolder.ts';

describe('cacheFolder', () => {
  it('is where each system keeps what can be made again', () => {
    assert.equal(cacheFolder('linux', { XDG_CACHE_HOME: '/x' }), '/x/rowriver');
    assert.equal(cacheFolder('linux', { XDG_CACHE_HOME: 'x' }), join(homedir(), '.cache/rowriver'));
    assert.equal(cacheFolder('linux', {}), join(homedir(), '.cache/rowriver'));
    assert.equal(cacheFolder('darwin', { XDG_CACHE_HOME: '/x' }), join(homedir(), 'Library/Caches/rowriver'));
    assert.equal(cacheFolder('win32', { LOCALAPPDATA: '/y' }), '/y/rowriver');
  });
});
