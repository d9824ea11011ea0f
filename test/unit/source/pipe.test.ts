import assert from 'node:assert/strict';
import { constants, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openFile } from '../../../src/engine/source/file.ts';
import { openSource } from '../../../src/engine/source/open.ts';
import { openPipe, streamOf } from '../../../src/engine/source/pipe.ts';
import { onceSource } from '../../../src/engine/source/stream.ts';
import { makeFifo } from '../../support/fifo.ts';
import { readAll, readRange, sampleLines } from '../../support/memory.ts';

const text = sampleLines(300_000);

describe('pipes, and files without a size', function () {
  let folder = '';
  let path = '';
  beforeEach(function () {
    if (process.platform === 'win32') this.skip();
    folder = mkdtempSync(join(tmpdir(), 'rowriver-pipe-'));
    path = join(folder, 'pipe.jsonl');
    if (!makeFifo(path)) this.skip();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are read once, from front to back, compressed or not', async () => {
    for (const written of [text, gzipSync(text)]) {
      const writing = writeFile(path, written);
      const source = await openSource({ kind: 'file', path });
      assert.deepEqual([source.name, source.random, source.reopens], [path, false, false]);
      assert.equal(source.place.spec.kind === 'file' && source.place.watch, undefined);
      assert.ok((await readAll(source)).bytes.equals(text));
      assert.ok('unread' in source);
      await source.close();
      await writing;
    }
  });

  it('can be read again where pages are kept', async () => {
    const writing = writeFile(path, text);
    const source = await openSource({ kind: 'file', path }, { keepPages: true });
    assert.ok((await readAll(source)).bytes.equals(text));
    assert.ok((await readRange(source, 1000, 50)).equals(text.subarray(1000, 1050)));
    assert.ok(!('unread' in source));
    await source.close();
    await writing;
  });

  it('are waited for until somebody writes, or the signal says to stop', async () => {
    const abort = new AbortController();
    const opening = openPipe(path, abort.signal);
    abort.abort(new Error('stop'));
    await assert.rejects(opening, /stop/);
    // Nobody has it open any more.
    const flags = constants.O_WRONLY | constants.O_NONBLOCK;
    await assert.rejects(open(path, flags), { code: 'ENXIO' });
  });

  it('say why they cannot be opened', async () => {
    await assert.rejects(openSource({ kind: 'file', path: '/dev/null' }), {
      message: '/dev/null is a device; only files and pipes can be read.',
    });
    await assert.rejects(openSource({ kind: 'file', path: folder }), { failure: 'is-folder' });
    await assert.rejects(openSource({ kind: 'file', path: join(folder, 'caf\ufffd.csv') }), {
      failure: 'not-found',
      message: /names are not UTF-8/,
    });
  });

  it('are what the system makes as it is read, whatever size it says', async function () {
    const files = ['/proc/self/status', '/sys/kernel/mm/transparent_hugepage/enabled'].filter(existsSync);
    if (files.length === 0) this.skip();
    for (const file of files) {
      const source = await openSource({ kind: 'file', path: file });
      const { bytes, error } = await readAll(source);
      assert.equal(error, undefined);
      assert.equal(bytes.toString().split('\n')[0], readFileSync(file, 'utf8').split('\n')[0]);
      await source.close();
    }
  });

  it('are not what is small or empty and says so', async () => {
    for (const length of [0, 1, 4095, 4096, 4097]) {
      const file = join(folder, 'small');
      writeFileSync(file, text.subarray(0, length));
      const source = await openSource({ kind: 'file', path: file });
      assert.deepEqual([source.random, source.size], [true, length]);
      await source.close();
    }
  });

  it('give a file in pieces', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, text);
    const source = onceSource(streamOf(await openFile(file, { unsized: true })));
    assert.ok((await readAll(source, 1000)).bytes.equals(text));
    await source.close();
  });
});
