import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Dataset } from '../../src/engine/dataset/dataset.ts';
import { IndexStore } from '../../src/engine/index/store.ts';
import { ownerTag } from '../../src/engine/leftovers.ts';
import { openFileSink } from '../../src/engine/sink/atomicFile.ts';
import { makeTemporaryFolder, TemporaryError, temporaryError } from '../../src/engine/temporaryFolder.ts';

const signal = new AbortController().signal;

describe('what a killed process has left', () => {
  /** Makes something in a folder, and removes it as it should be; answers the name that it had for the time being. */
  type Make = (folder: string) => Promise<string>;

  const makers: Readonly<Record<string, Make>> = {
    'a temporary folder': async (folder) => {
      const made = await makeTemporaryFolder(folder);
      await rm(made, { recursive: true });
      return basename(made);
    },
    'an export': async (folder) => {
      const sink = await openFileSink(join(folder, 'out.csv'), { sources: [] });
      const name = (await readdir(folder)).find((one) => one.startsWith(`.out.csv.rowriver-${ownerTag}-`));
      await sink.discard();
      return name ?? '';
    },
    'an index': async (folder) => {
      const path = join(folder, 'data.jsonl');
      await writeFile(path, '{"n":1}\n');
      const store = new IndexStore(folder, 1e6);
      const dataset = await Dataset.open({ kind: 'file', path }, { signal, store });
      for await (const _ of dataset.scan({ query: undefined, output: { kind: 'count' } }, signal));
      await dataset.close();
      await rm(path);
      const kept = (await readdir(folder)).find((one) => one.endsWith('.rowindex'));
      await rm(join(folder, kept ?? ''));
      // It has had another name by now.
      return `${kept}.${ownerTag}-01234567.tmp`;
    },
  };

  for (const [what, make] of Object.entries(makers)) {
    it(`goes with the next one in that folder: ${what}`, async () => {
      // A process looks once into each folder.
      const [first, folder] = [
        await mkdtemp(join(tmpdir(), 'rowriver-test-')),
        await mkdtemp(join(tmpdir(), 'rowriver-test-')),
      ];
      const gone = Number(execFileSync(process.execPath, ['-p', 'process.pid']).toString());
      const living = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
      await once(living, 'spawn');
      try {
        const name = await make(first);
        assert.ok(name.includes(ownerTag));
        assert.deepEqual(await readdir(first), []);
        const [space = ''] = ownerTag.split('-');
        const of = (one: string, owner: number | undefined): string =>
          name.replace(ownerTag, `${one}-${owner}`);
        const [left, used] = [of(space, gone), of(space, living.pid)];
        // Of other machines, or other name spaces of processes: one that is touched, and one that was left long ago.
        const [elsewhere, abandoned] = [of('00000000', gone), of('00000001', living.pid)];
        const others = ['elsewhere', '.out.csv.tmp', `rowriver-${gone}`];
        for (const one of [left, used, elsewhere, abandoned, ...others]) {
          await mkdir(join(folder, one, 'deep'), { recursive: true });
        }
        const old = new Date(Date.now() - 8 * 24 * 60 * 60_000);
        for (const one of [used, abandoned]) await utimes(join(folder, one), old, old);
        await make(folder);
        assert.deepEqual(new Set(await readdir(folder)), new Set([used, elsewhere, ...others]));
      } finally {
        living.kill();
        await rm(first, { recursive: true });
        await rm(folder, { recursive: true });
      }
    });
  }
});

describe('temporary files', () => {
  it('are nobody else to read', async () => {
    const folder = await makeTemporaryFolder();
    assert.equal((await stat(folder)).mode & 0o077, 0);
    await rm(folder, { recursive: true });
  });

  it('that cannot be written say where, and what can be done', async () => {
    await assert.rejects(makeTemporaryFolder('/nowhere/at/all'), (error) => {
      assert.ok(error instanceof TemporaryError);
      assert.match(
        error.message,
        /^The folder for temporary files, \/nowhere\/at\/all, does not exist\. Create it, or set TMPDIR/,
      );
      return true;
    });
    const bug = new TypeError('not the system');
    assert.equal(temporaryError(bug, '/tmp'), bug);
  });
});
