import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openSource } from '../../../src/engine/source/open.ts';
import { readAll, readRange, sampleLines } from '../../support/memory.ts';

const text = sampleLines(300_000);

describe('openSource', () => {
  let folder = '';
  const write = (bytes: Uint8Array) => {
    const path = join(folder, 'data');
    writeFileSync(path, bytes);
    return { kind: 'file', path } as const;
  };
  before(() => (folder = mkdtempSync(join(tmpdir(), 'rowriver-open-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('opens plain text as it is', async () => {
    for (const bytes of [text, Buffer.alloc(0), Buffer.from([0x1f]), Buffer.from([0x1f, 0x8b])]) {
      const source = await openSource(write(bytes));
      assert.deepEqual([source.containers, source.random, source.reach], [[], true, Infinity]);
      assert.deepEqual([source.size, source.estimatedSize], [bytes.length, bytes.length]);
      assert.ok((await readAll(source)).bytes.equals(bytes));
      assert.deepEqual(source.splits(0, 1e9), []);
      await source.close();
    }
  });

  it('undoes gzip by its magic bytes, twice if need be', async () => {
    for (const [file, compression] of [
      [gzipSync(text), ['gzip']],
      [gzipSync(gzipSync(text)), ['gzip', 'gzip']],
    ] as const) {
      const source = await openSource(write(file));
      assert.deepEqual([source.containers, source.random, source.size], [compression, false, undefined]);
      assert.ok((await readAll(source)).bytes.equals(text));
      assert.deepEqual([source.random, source.size, source.reach], [true, text.length, text.length]);
      assert.ok((await readRange(source, 100, 50)).equals(text.subarray(100, 150)));
      await source.close();
    }
  });

  it('opens again what it has learnt, as plain data', async () => {
    const place = write(gzipSync(text));
    const first = await openSource(place);
    assert.equal(first.random, false);
    await readAll(first);
    const spec = structuredClone(first.spec());
    await first.close();
    const second = await openSource(spec);
    assert.deepEqual([second.random, second.size], [true, text.length]);
    await second.close();

    const third = await openSource(place);
    third.learn(spec.learnt ?? []);
    assert.equal(third.random, true);
    await third.close();
    truncateSync(join(folder, 'data'), 50);
    await assert.rejects(openSource(spec), { failure: 'changed' });
  });
});
