import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { openFileSink } from '../../../src/engine/sink/atomicFile.ts';
import { compressedSink } from '../../../src/engine/sink/compressedSink.ts';
import { splitCompression, writesZstd, type Compressor } from '../../../src/engine/sink/compressor.ts';
import { openTarget } from '../../../src/engine/sink/openTarget.ts';
import { SinkError } from '../../../src/engine/sink/sinkError.ts';
import { openSource } from '../../../src/engine/source/open.ts';
import { readAll, sampleLines } from '../../support/memory.ts';

const text = sampleLines(9_000_000);

/** Pieces of ten bytes, compressed by a function. */
function piecewise(compress: Compressor['compress']): Compressor {
  const none = new Uint8Array(0);
  const taken = { length: 0, checksum: 0 };
  return { pieceLength: 10, windowLength: 0, head: none, compress, tail: () => none, taken };
}

describe('compressed target', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-sink-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(name: string, chunks: Iterable<Uint8Array>): Promise<Buffer> {
    const sink = await openTarget(at(name), { sources: [] });
    for (const chunk of chunks) await sink.write(chunk);
    await sink.commit();
    return readFile(at(name));
  }

  /** What a tool of the system's makes of a file; undefined where it is not installed. */
  function decodedBy(program: string, name: string): Buffer | undefined {
    const { error, status, stdout } = spawnSync(program, ['-dc', at(name)], { maxBuffer: 2 ** 26 });
    if (error) return undefined;
    assert.equal(status, 0, `${program} refuses ${name}`);
    return stdout;
  }

  function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
    for (let from = 0, i = 0; from < bytes.length; i++) {
      const length = lengths[i % lengths.length] ?? 1;
      yield bytes.subarray(from, from + length);
      from += length;
    }
  }

  it('is a gzip file like any other, however its bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 3_000_000 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20, text.length),
        async (lengths, total) => {
          const bytes = text.subarray(0, total);
          const file = await write('a.jsonl.gz', cut(bytes, [...lengths, 65_536]));
          assert.ok(gunzipSync(file).equals(bytes));
        },
      ),
      { numRuns: 12 },
    );
  });

  it('is read by the tools', async () => {
    for (const total of [0, 1, text.length]) {
      const bytes = text.subarray(0, total);
      await write('a.gz', [bytes]);
      const gzip = decodedBy('gzip', 'a.gz');
      if (gzip) assert.ok(gzip.equals(bytes));
      if (!writesZstd()) continue;
      await write('a.zst', [bytes]);
      const zstd = decodedBy('zstd', 'a.zst');
      if (zstd) assert.ok(zstd.equals(bytes));
    }
  });

  it('is read by our own sources, which can begin in its middle', async () => {
    for (const name of writesZstd() ? ['a.gz', 'a.zst'] : ['a.gz']) {
      await write(name, [text, text, text]);
      const source = await openSource({ kind: 'file', path: at(name) });
      try {
        const { bytes, error } = await readAll(source);
        assert.equal(error, undefined);
        assert.ok(bytes.equals(Buffer.concat([text, text, text])));
        assert.ok(source.splits(0, Infinity).length > 0, name);
      } finally {
        await source.close();
      }
    }
  });

  it('takes bytes that are used again afterwards', async () => {
    const sink = await openTarget(at('a.gz'), { sources: [] });
    const buffer = new Uint8Array(text.subarray(0, 2_000_000));
    await sink.write(buffer);
    buffer.fill(0);
    await sink.commit();
    assert.ok(gunzipSync(await readFile(at('a.gz'))).equals(text.subarray(0, 2_000_000)));
  });

  it('compresses four pieces at a time, and writes them in their order', async () => {
    const waiting: (() => void)[] = [];
    const written: number[] = [];
    const sink = compressedSink(
      {
        name: 'target',
        write: (bytes) => Promise.resolve(void written.push(...bytes)),
        commit: () => Promise.resolve(),
        discard: () => Promise.resolve(),
      },
      piecewise((piece) => new Promise((resolve) => waiting.push(() => resolve(piece.slice())))),
    );
    const poured = sink.write(Uint8Array.from({ length: 60 }, (_, i) => i)).then(() => sink.commit());
    for (let done = 0; done < 6; done++) {
      assert.ok(waiting.length <= 4, `${waiting.length} at a time`);
      waiting.pop()?.();
      waiting.shift()?.();
      await new Promise(setImmediate);
    }
    await poured;
    assert.deepEqual(
      written,
      Array.from({ length: 60 }, (_, i) => i),
    );
  });

  it('says which file it was where a piece cannot be compressed, and leaves nothing behind', async () => {
    let pieces = 0;
    const sink = compressedSink(
      await openFileSink(at('a.gz'), { sources: [] }),
      piecewise((piece) =>
        pieces++ === 1 ? Promise.reject(new Error('no memory')) : Promise.resolve(piece),
      ),
    );
    await sink.write(new Uint8Array(25));
    await assert.rejects(sink.commit(), (error: unknown) => {
      assert.ok(error instanceof SinkError);
      assert.match(error.message, /a\.gz.*no memory/);
      return true;
    });
    assert.deepEqual(await readdir(folder), []);
  });

  it('leaves nothing behind when it is discarded', async () => {
    const sink = await openTarget(at('a.gz'), { sources: [] });
    await sink.write(text);
    await sink.discard();
    await sink.discard();
    assert.deepEqual(await readdir(folder), []);
  });

  it('says where zstd cannot be written, and touches nothing', async function () {
    if (writesZstd()) return this.skip();
    await assert.rejects(openTarget(at('a.zst'), { sources: [] }), (error: unknown) => {
      assert.ok(error instanceof SinkError);
      assert.equal(error.failure, 'unsupported');
      assert.match(error.message, /^.*a\.zst cannot be written: zstd needs Node 22\.15 or newer/);
      return true;
    });
    assert.deepEqual(await readdir(folder), []);
  });

  it('is known by its name', () => {
    assert.deepEqual(splitCompression('/d.gz/a.jsonl.GZ'), {
      plain: '/d.gz/a.jsonl',
      suffix: '.GZ',
      compression: 'gzip',
    });
    assert.equal(splitCompression('a.csv.zst').compression, 'zstd');
    assert.equal(splitCompression('a.gz.csv').compression, undefined);
  });
});
