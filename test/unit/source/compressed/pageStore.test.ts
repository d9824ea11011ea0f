import assert from 'node:assert/strict';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  type Codec,
  decodedSource,
  type DecodedSource,
} from '../../../../src/engine/source/compressed/decoded.ts';
import { Marks } from '../../../../src/engine/source/compressed/marks.ts';
import { PageStore } from '../../../../src/engine/source/compressed/pageStore.ts';
import { countReads } from '../../../support/countedSource.ts';
import { memorySource, readAll, readRange, sampleLines } from '../../../support/memory.ts';

/** Bytes as they are, in chunks, with a mark here and there: what decoding comes to, without its cost. */
function chunked(length: number, marksAt: readonly number[]): Codec {
  return {
    async *decode(base, from, marks) {
      for (let at = from.at; ;) {
        const chunk = new Uint8Array(length);
        const got = await base.read(chunk, at);
        if (got === 0) return;
        if (marksAt.some((mark) => mark === at)) marks.add({ position: at, at });
        at += got;
        yield chunk.subarray(0, got);
      }
    },
  };
}

describe('page store', () => {
  const text = sampleLines(400_000);
  let folder = '';
  let usual: string | undefined;

  before(async () => {
    usual = process.env.TMPDIR;
    folder = await mkdtemp(join(tmpdir(), 'rowriver-pages-'));
    process.env.TMPDIR = folder;
  });
  after(async () => {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
    await rm(folder, { recursive: true });
  });

  function open(marksAt: readonly number[], limits = { most: 1_000_000, near: 50_000 }) {
    const base = countReads(memorySource(text));
    const pages = new PageStore(limits);
    const source = decodedSource(base, chunked(8192, marksAt), new Marks(1000), false, pages);
    return { base, pages, source };
  }

  async function close(source: DecodedSource): Promise<void> {
    await source.close();
    assert.deepEqual(await readdir(folder), []);
    assert.deepEqual(await openFiles(), []);
  }

  /** Files of the folder that are open still, where the system tells. */
  async function openFiles(): Promise<string[]> {
    const handles = await readdir('/proc/self/fd').catch(() => []);
    const paths = await Promise.all(handles.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    return paths.filter((path) => path.startsWith(folder));
  }

  it('gives back what is far behind every mark, and decodes the rest', async () => {
    const { base, pages, source } = open([81_920]);
    const { bytes } = await readAll(source);
    assert.ok(bytes.equals(text));
    // From 50,000 to the mark, and from 50,000 past the mark to the end, in whole chunks.
    assert.equal(pages.length, 81_920 - 57_344 + text.length - (81_920 + 57_344));
    const before = base.bytes;
    for (const at of [200_000, 399_000, 60_000, 300_001]) {
      assert.ok((await readRange(source, at, 1000)).equals(text.subarray(at, at + 1000)));
    }
    assert.equal(base.bytes, before);
    assert.ok((await readRange(source, 120_000, 1000)).equals(text.subarray(120_000, 121_000)));
    assert.ok(base.bytes > before);
    await close(source);
  });

  it('gives the same bytes whatever is asked for, in its bounds or out of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([8192, 16_384, 65_536, 204_800]),
        fc.constantFrom(0, 30_000, 1_000_000),
        fc.array(fc.tuple(fc.nat({ max: 410_000 }), fc.nat({ max: 60_000 })), { minLength: 1, maxLength: 9 }),
        async (marksAt, most, ranges) => {
          const { pages, source } = open(marksAt, { most, near: 20_000 });
          const read = await Promise.all(ranges.map(([at, length]) => readRange(source, at, length)));
          for (const [i, [at, length]] of ranges.entries()) {
            assert.ok(read[i]?.equals(text.subarray(at, at + length)));
          }
          assert.ok(pages.length <= most);
          await close(source);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('does without where there is no folder for it', async () => {
    process.env.TMPDIR = join(folder, 'none');
    try {
      const { pages, source } = open([]);
      const { bytes, error } = await readAll(source);
      assert.equal(error, undefined);
      assert.ok(bytes.equals(text));
      assert.equal(pages.length, 0);
      await source.close();
    } finally {
      process.env.TMPDIR = folder;
    }
  });
});
