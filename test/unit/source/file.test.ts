import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { continues, identifyFile, openFile } from '../../../src/engine/source/file.ts';
import { openSource } from '../../../src/engine/source/open.ts';
import { readFully } from '../../../src/engine/source/read.ts';
import { makeFifo } from '../../support/fifo.ts';
import { countReads } from '../../support/countedSource.ts';
import { SourceError, type SourceFailure } from '../../../src/engine/source/source.ts';

const text = '{"a":1}\n{"a":2}\n{"a":3}\n';

describe('file source', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rowriver-file-'));
    path = join(folder, 'data.jsonl');
    writeFileSync(path, text);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads any range, short at the end, nothing past it', async () => {
    const source = await openFile(path);
    try {
      assert.equal(source.size, text.length);
      assert.equal(source.random, true);
      for (const [from, length] of [
        [0, 5],
        [8, 8],
        [20, 100],
        [text.length, 10],
        [text.length + 5, 10],
      ] as const) {
        const into = new Uint8Array(length);
        const got = await source.read(into, from);
        assert.equal(Buffer.from(into.subarray(0, got)).toString(), text.slice(from, from + length));
      }
    } finally {
      await source.close();
    }
  });

  it('can be closed twice', async () => {
    const source = await openFile(path);
    await source.close();
    await source.close();
  });

  it('says `changed` where the file has shrunk, and still reads what is left', async () => {
    const source = await openFile(path);
    try {
      truncateSync(path, 10);
      const into = new Uint8Array(100);
      assert.equal(await source.read(into, 0), 10);
      await assert.rejects(source.read(into, 10), failsWith('changed', 10));
      await assert.rejects(readFully(source, into, 4), failsWith('changed', 10));
    } finally {
      await source.close();
    }
  });

  it('reads what was appended', async () => {
    const source = await openFile(path);
    try {
      appendFileSync(path, 'more');
      const into = new Uint8Array(10);
      assert.equal(await source.read(into, text.length), 4);
    } finally {
      await source.close();
    }
  });

  it('opens the file that is expected, also grown, and no other', async () => {
    const identity = await identifyFile(path);
    await (await openFile(path, { expect: identity })).close();
    appendFileSync(path, 'more');
    await (await openFile(path, { expect: identity })).close();
    truncateSync(path, 3);
    await assert.rejects(openFile(path, { expect: identity }), failsWith('changed', 0));
    const other = { ...identity, ino: `${identity.ino}0` };
    assert.equal(continues(identity, other), false);
    assert.equal(continues(identity, { ...identity, mtimeMs: identity.mtimeMs + 1 }), false);
  });

  it('says in a sentence what cannot be opened', async () => {
    await assert.rejects(openFile(join(folder, 'none')), failsWith('not-found', 0, 'There is no file '));
    const ftp = 'Of addresses, http:// and https:// can be read, not ftp://.';
    await assert.rejects(openFile('ftp://me:secret@host/a'), failsWith('unsupported', 0, ftp));
    await assert.rejects(openFile(join(path, 'below')), failsWith('not-found', 0));
    await assert.rejects(openFile(folder), failsWith('is-folder', 0, ' is a folder'));
  });

  it('refuses a device', async function () {
    if (process.platform === 'win32') this.skip();
    await assert.rejects(openFile('/dev/null'), failsWith('unsupported', 0, ' is a device'));
  });

  it('refuses a named pipe without waiting for its writer', async function () {
    if (process.platform === 'win32') this.skip();
    const pipe = join(folder, 'pipe');
    if (!makeFifo(pipe)) this.skip();
    await assert.rejects(openFile(pipe), failsWith('unsupported', 0, ' is a named pipe'));
  });

  it('says that permission is missing', async function () {
    if (process.platform === 'win32' || process.getuid?.() === 0) this.skip();
    chmodSync(path, 0);
    await assert.rejects(openFile(path), failsWith('no-permission', 0));
  });

  it('stops when aborted', async () => {
    const reason = new Error('stopped');
    const signal = AbortSignal.abort(reason);
    await assert.rejects(openFile(path, { signal }), reason);
    const source = await openFile(path);
    try {
      await assert.rejects(source.read(new Uint8Array(4), 0, signal), reason);
    } finally {
      await source.close();
    }
  });

  for (const blocking of [false, true]) {
    it(`does not read another file once it is closed, ${blocking ? '' : 'not '}holding up the thread`, async () => {
      const closed = await openFile(path, { blocking });
      await closed.close();
      // It may well get the number that the other had.
      const other = await openFile(fileURLToPath(import.meta.url), { blocking });
      try {
        await assert.rejects(closed.read(new Uint8Array(4), 0), failsWith('failed', 0));
        await closed.close();
        assert.equal(await other.read(new Uint8Array(4), 0), 4, 'the other file is still open');
      } finally {
        await other.close();
      }
    });
  }

  it('counts reads and bytes', async () => {
    const source = countReads(await openFile(path));
    try {
      assert.equal(await readFully(source, new Uint8Array(10), 4), 10);
      assert.equal(await source.read(new Uint8Array(10), 20), text.length - 20);
      assert.deepEqual([source.reads, source.bytes], [2, 10 + text.length - 20]);
      assert.equal(source.size, text.length);
    } finally {
      await source.close();
    }
  });

  it('is what openSource opens', async () => {
    const source = await openSource({ kind: 'file', path });
    try {
      const into = new Uint8Array(100);
      const got = await readFully(source, into, 0);
      assert.equal(Buffer.from(into.subarray(0, got)).toString(), text);
      assert.deepEqual([source.encoding, source.containers], ['utf-8', []]);
    } finally {
      await source.close();
    }
    await assert.rejects(openSource({ kind: 'file', path: folder }), failsWith('is-folder', 0));
  });
});

function failsWith(failure: SourceFailure, position: number, words = '') {
  return (error: unknown) => {
    assert.ok(error instanceof SourceError);
    assert.deepEqual([error.failure, error.position], [failure, position]);
    assert.ok(error.message.includes(words), error.message);
    return true;
  };
}
