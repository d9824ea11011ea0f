import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { identifyFile } from '../../../../src/engine/source/file.ts';
import { writeParts, type FilePart } from '../../../../src/engine/source/files/part.ts';
import { openSource, type OpenedSource } from '../../../../src/engine/source/open.ts';
import { SourceError } from '../../../../src/engine/source/source.ts';
import { readAll, readRange } from '../../../support/memory.ts';
import { openFilesIn } from '../../../support/openFiles.ts';

interface Content {
  readonly text: string;
  /** Bytes that are passed over. */
  readonly from: number;
  readonly zipped: boolean;
}

describe('several files as one source', () => {
  let folder = '';
  let made = 0;

  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-files-'))));
  after(() => rm(folder, { recursive: true }));

  async function partOf({ text, from, zipped }: Content): Promise<FilePart> {
    const path = join(folder, `${made++}${zipped ? '.gz' : ''}`);
    await writeFile(path, zipped ? gzipSync(text) : text);
    const known = zipped ? undefined : { length: text.length - from, ended: /^$|\n$/.test(text.slice(from)) };
    return {
      ...{ path, encoding: 'utf-8', identity: await identifyFile(path), from },
      ...{ length: known?.length, ended: known?.ended },
    };
  }

  async function opened(parts: readonly FilePart[]): Promise<OpenedSource> {
    return openSource({ kind: 'files', name: 'some files', parts: writeParts(parts), encoding: 'utf-8' });
  }

  /** What is to be read: each file from where it begins, with a line end where its last line has none. */
  function joinedText(contents: readonly Content[]): string {
    return contents
      .map(({ text, from }) => text.slice(from))
      .map((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`))
      .join('');
  }

  const contents = fc.array(
    fc
      .record({
        text: fc.string({ unit: fc.constantFrom('a', 'b', '\n', '"'), maxLength: 40 }),
        from: fc.nat(6),
        zipped: fc.boolean(),
      })
      .map(({ text, from, zipped }) => ({ text, zipped, from: Math.min(from, text.length) })),
    { minLength: 1, maxLength: 7 },
  );

  it('are read from front to back, by any step', async () => {
    await fc.assert(
      fc.asyncProperty(contents, fc.integer({ min: 1, max: 50 }), async (files, step) => {
        const source = await opened(await Promise.all(files.map(partOf)));
        try {
          const { bytes, error } = await readAll(source, step);
          assert.equal(error, undefined);
          assert.equal(bytes.toString(), joinedText(files));
          assert.equal(source.size, bytes.length, 'it is known once the end was seen');
        } finally {
          await source.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are read at any place, and each place is that of its file', async () => {
    await fc.assert(
      fc.asyncProperty(
        contents,
        fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 60 })), { maxLength: 12 }),
        async (files, places) => {
          const parts = await Promise.all(files.map(partOf));
          const source = await opened(parts);
          try {
            const text = joinedText(files);
            if (!files.some(({ zipped }) => zipped))
              assert.deepEqual([source.size, source.random], [text.length, true]);
            // Also far behind what was read before, as a kept index or a worker asks for it.
            for (const [at, length] of places) {
              const got = await readRange(source, at, length);
              assert.equal(got.toString(), text.slice(at, at + length));
            }
            assert.equal((await readAll(source, 50)).bytes.toString(), text);
            let position = 0;
            for (const [i, { text: whole, from }] of files.entries()) {
              for (let at = from; at < whole.length; at++, position++) {
                assert.equal(source.files?.pathAt(position), parts[i].path);
                assert.equal(source.files.offsetAt(position), at);
              }
              if (from < whole.length && !whole.endsWith('\n')) position++;
            }
          } finally {
            await source.close();
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps few of them open, however many are read at a time', async function () {
    const files = Array.from({ length: 100 }, (_, i) => ({ text: `${i}\n`, from: 0, zipped: i % 3 === 0 }));
    const source = await opened(await Promise.all(files.map(partOf)));
    const text = joinedText(files);
    try {
      await readAll(source, 7);
      const reads = Array.from({ length: 60 }, (_, i) => readRange(source, 3 * i, 50));
      for (const [i, bytes] of (await Promise.all(reads)).entries())
        assert.equal(bytes.toString(), text.slice(3 * i, 3 * i + 50));
      const open = await openFilesIn(folder);
      if (!open) this.skip();
      assert.ok(open.length <= 16, `${open.length} files are open`);
    } finally {
      await source.close();
    }
    assert.deepEqual(await openFilesIn(folder), []);
  });

  it('says which of them is gone, or shorter than it was, after what comes before it', async () => {
    const files = ['one\n', 'two\n', 'three\n'].map((text) => ({
      ...{ text: text.repeat(1000), from: 0, zipped: false },
    }));
    for (const harm of [unlink, (path: string) => truncate(path, 2)]) {
      const parts = await Promise.all(files.map(partOf));
      const source = await opened(parts);
      try {
        assert.equal((await readRange(source, 0, 3)).toString(), 'one');
        await harm(parts[1].path);
        const { bytes, error } = await readAll(source, 100);
        assert.equal(bytes.toString(), files[0].text);
        assert.ok(error instanceof SourceError);
        assert.ok(['not-found', 'changed'].includes(error.failure), error.failure);
        assert.ok(error.message.includes(parts[1].path), error.message);
        assert.equal(error.position, 4000);
      } finally {
        await source.close();
      }
    }
  });

  it('counts a change of any of them as one of all', async () => {
    const files = ['one\n', 'two\n'].map((text) => ({ text, from: 0, zipped: false }));
    const parts = await Promise.all(files.map(partOf));
    const source = await opened(parts);
    try {
      const before = await source.current?.();
      assert.deepEqual(before?.size, 8);
      await writeFile(parts[1].path, 'twos\n');
      const now = await source.current?.();
      assert.ok(now);
      assert.equal(now.size, 4 + (await stat(parts[1].path)).size);
      assert.notEqual(now.ino, before.ino);
    } finally {
      await source.close();
    }
  });
});
