import assert from 'node:assert/strict';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileSink } from '../../../src/engine/sink/atomicFile.ts';
import { SinkError } from '../../../src/engine/sink/sinkError.ts';
import { openFilesIn } from '../../support/openFiles.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('openFileSink', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const open = (name: string, sources: string[] = []) => openFileSink(at(name), { sources: sources.map(at) });
  const text = (name: string): Promise<string> => readFile(at(name), 'utf8');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-sink-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function refuses(name: string, failure: string, message: RegExp, sources: string[] = []): Promise<void> {
    return assert.rejects(open(name, sources), (error: unknown) => {
      assert.ok(error instanceof SinkError);
      assert.equal(error.failure, failure);
      assert.match(error.message, message);
      return true;
    });
  }

  it('makes a new file, and shows nothing of it before the commit', async () => {
    const sink = await open('new');
    await sink.write(bytes('one '));
    assert.equal((await readdir(folder)).includes('new'), false);
    await sink.write(bytes('two'));
    await sink.commit();
    assert.equal(await text('new'), 'one two');
    assert.deepEqual(await readdir(folder), ['new']);
  });

  it('gives a new file the mode that any program would', async () => {
    await writeFile(at('other'), '');
    const sink = await open('new');
    await sink.commit();
    assert.equal((await stat(at('new'))).mode, (await stat(at('other'))).mode);
  });

  it('replaces the target at once and keeps its mode', async () => {
    await writeFile(at('target'), 'old');
    await chmod(at('target'), 0o640);
    const sink = await open('target');
    await sink.write(bytes('new'));
    assert.equal(await text('target'), 'old');
    await sink.commit();
    assert.equal(await text('target'), 'new');
    assert.equal((await stat(at('target'))).mode & 0o777, 0o640);
  });

  it('leaves the old target and nothing else when it is discarded', async () => {
    await writeFile(at('target'), 'old');
    const sink = await open('target');
    await sink.write(bytes('half'));
    assert.equal((await readdir(folder)).length, 2);
    await sink.discard();
    await sink.discard();
    assert.deepEqual(await readdir(folder), ['target']);
    assert.equal(await text('target'), 'old');
  });

  it('leaves nothing of itself where it cannot take the place of its target any more', async () => {
    const sink = await open('target');
    await sink.write(bytes('new'));
    await mkdir(at('target/in the way'), { recursive: true });
    await assert.rejects(sink.commit(), SinkError);
    assert.deepEqual(await readdir(folder), ['target']);
  });

  it('has nothing open when it is done, one way or the other', async function () {
    const [kept, dropped] = [await open('kept'), await open('dropped')];
    if (!(await openFilesIn(folder))) this.skip();
    assert.equal((await openFilesIn(folder))?.length, 2);
    await kept.commit();
    await dropped.discard();
    assert.deepEqual(await openFilesIn(folder), []);
  });

  it('does nothing when it is discarded after the commit', async () => {
    const sink = await open('target');
    await sink.write(bytes('new'));
    await sink.commit();
    await sink.discard();
    assert.equal(await text('target'), 'new');
  });

  it('writes to where a symbolic link leads, and leaves the link', async () => {
    await mkdir(at('real'));
    await writeFile(at('real/target'), 'old');
    await symlink('real/target', at('first'));
    await symlink('first', at('second'));
    const sink = await open('second');
    await sink.write(bytes('new'));
    assert.deepEqual((await readdir(folder)).sort(), ['first', 'real', 'second']);
    await sink.commit();
    assert.equal(await readlink(at('second')), 'first');
    assert.equal(await text('real/target'), 'new');
    assert.deepEqual(await readdir(at('real')), ['target']);
  });

  it('makes the file that a dangling link leads to', async () => {
    await mkdir(at('real'));
    await symlink('real/missing', at('link'));
    const sink = await open('link');
    await sink.commit();
    assert.deepEqual(await readdir(at('real')), ['missing']);
  });

  it('refuses a link that leads back to itself', async () => {
    await symlink('b', at('a'));
    await symlink('a', at('b'));
    await refuses('a', 'failed', /symbolic link that leads back to itself/);
  });

  it('refuses its own source, by whatever name', async () => {
    await writeFile(at('source'), 'data');
    await symlink('source', at('symbolic'));
    await link(at('source'), at('hard'));
    for (const name of ['source', 'symbolic', 'hard']) {
      await refuses(name, 'own-source', /is the file that is being read/, ['absent', 'source']);
    }
    assert.equal(await text('source'), 'data');
    assert.equal((await readdir(folder)).length, 3);
  });

  it('refuses a folder, and a place in no folder', async () => {
    await mkdir(at('folder'));
    await writeFile(at('file'), '');
    await refuses('folder', 'is-folder', /folder is a folder\.$/);
    await refuses('none/file', 'not-found', /^The folder of .*none\/file does not exist\.$/);
    await refuses('file/file', 'not-found', /does not exist\.$/);
  });

  it('says when the disk has no room', async function () {
    const sink = await openFileSink('/dev/full', { sources: [] }).catch(() => undefined);
    if (sink === undefined) return this.skip();
    await assert.rejects(sink.write(bytes('x')), (error: unknown) => {
      assert.ok(error instanceof SinkError);
      assert.equal(error.failure, 'no-room');
      assert.equal(error.message, 'There is no space left on the disk for /dev/full.');
      return true;
    });
    await sink.discard();
    assert.ok((await stat('/dev/full')).isCharacterDevice());
  });

  it('takes a name as long as a name may be', async () => {
    const name = 'é'.repeat(127);
    const sink = await open(name);
    await sink.commit();
    assert.deepEqual(await readdir(folder), [name]);
  });

  it('goes on behind the last byte that is known to be written, and cuts off what follows', async () => {
    const first = await openFileSink(at('out'), { sources: [], resumable: true });
    await first.write(bytes('abc'));
    const { resumable } = first;
    assert.ok(resumable);
    const state = await resumable.state();
    await first.write(bytes('that nobody has noted'));
    await resumable.suspend();
    const [left = ''] = await readdir(folder);
    const resume = { temporary: at(left), state };
    const second = await openFileSink(at('out'), { sources: [], resumable: true, resume });
    await second.write(bytes('d'));
    await second.commit();
    assert.equal(await text('out'), 'abcd');
    assert.deepEqual(await readdir(folder), ['out']);
  });
});
