import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { decodedSource } from '../../../../src/engine/source/compressed/decoded.ts';
import { Marks } from '../../../../src/engine/source/compressed/marks.ts';
import { countReads } from '../../../support/countedSource.ts';
import { type Source, SourceError } from '../../../../src/engine/source/source.ts';
import { nativeZstd, zstd } from '../../../../src/engine/source/compressed/zstd.ts';
import { storedFrame } from '../../../support/packed.ts';
import { memorySource, readAll, readRange, sampleLines } from '../../../support/memory.ts';

const open = (base: Source, once = false) => decodedSource(base, zstd, new Marks(100_000), once);

const text = sampleLines(2_000_000);
const skippable = Buffer.from([0x52, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]);
const emptySkippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);

describe(`zstd source (${nativeZstd() ? 'zlib' : 'fzstd'})`, () => {
  it('reads stored frames, frames one after the other and skippable ones', async () => {
    const plain = text.subarray(0, 700_000);
    const parts = [skippable, storedFrame(plain.subarray(0, 300_000)), emptySkippable];
    parts.push(storedFrame(Buffer.alloc(0)), storedFrame(plain.subarray(300_000)), skippable);
    const file = Buffer.concat(parts);
    for (const most of [1009, 65536, Infinity]) {
      for (const once of [false, true]) {
        const source = open(memorySource(file, { most, once }), once);
        const { bytes, error } = await readAll(source);
        assert.equal(error, undefined);
        assert.ok(bytes.equals(plain));
        assert.equal(source.random, !once);
      }
    }
  });

  it('reads a file without content', async () => {
    const { bytes, error } = await readAll(open(memorySource(skippable)));
    assert.deepEqual([bytes.length, error], [0, undefined]);
  });

  it('begins at a frame, to show what is in it', async () => {
    const frames = Array.from({ length: 10 }, (_, i) =>
      storedFrame(text.subarray(i * 200_000, (i + 1) * 200_000)),
    );
    const file = Buffer.concat(frames);
    const first = open(memorySource(file));
    await readAll(first);
    assert.equal(first.splits(0, Infinity).length, 9);

    const base = countReads(memorySource(file));
    const second = open(base);
    second.learn(structuredClone(first.learnt()));
    assert.ok((await readRange(second, 1_500_000, 1000)).equals(text.subarray(1_500_000, 1_501_000)));
    assert.ok(base.bytes < 700_000, `${base.bytes} bytes`);
  });

  it('finds frames without decoding, where they say how long they are', async () => {
    const file = Buffer.concat(
      [0, 1, 2, 3].map((i) => storedFrame(text.subarray(i * 500_000, (i + 1) * 500_000))),
    );
    const source = open(memorySource(file));
    assert.equal(await source.survey(), true);
    assert.deepEqual(
      [source.size, source.splits(0, Infinity)],
      [text.length, [500_000, 1_000_000, 1_500_000]],
    );
    assert.equal(await open(memorySource(file.subarray(0, -1))).survey(), false);
  });

  it('gives all blocks before a cut or damage, and says where that is', async () => {
    const plain = text.subarray(0, 500_000);
    const file = storedFrame(plain);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 5, max: file.length - 1 }), fc.boolean(), async (cut, once) => {
        const { bytes, error } = await readAll(open(memorySource(file.subarray(0, cut), { once }), once));
        assert.deepEqual([error?.failure, error?.position], ['corrupt', bytes.length]);
        assert.match(error?.message ?? '', new RegExp(`truncated.*byte ${cut} `));
        assert.ok(bytes.equals(plain.subarray(0, bytes.length)));
        assert.ok(bytes.length > cut - 140_000, `${bytes.length} of ${cut}`);
      }),
      { numRuns: 30 },
    );
    const damaged = Buffer.from(file);
    // The second block's header: of a type that there is not.
    damaged.writeUInt8(0xff, 13 + 3 + 100_000);
    const { bytes, error } = await readAll(open(memorySource(damaged)));
    assert.ok(bytes.equals(plain.subarray(0, 100_000)));
    assert.deepEqual([error?.failure, error?.position], ['corrupt', 100_000]);
    assert.match(error?.message ?? '', /damaged at byte 1000\d\d /);
  });

  describe('of files that zstd made', () => {
    const files = ['-1', '-3', '-19', '--no-check', '--long=27'].map(
      (option) => [option, compress(text, option)] as const,
    );
    before(function () {
      if (files.some(([, file]) => file === undefined)) this.skip();
    });

    it('reads them', async () => {
      for (const [option, file] of files) {
        assert.ok(file);
        const twice = Buffer.concat([file, file]);
        const { bytes, error } = await readAll(open(memorySource(twice, { most: 10_007 })));
        assert.equal(error, undefined, option);
        assert.ok(bytes.equals(Buffer.concat([text, text])), option);
      }
    });

    it('looks at the checksum and the length, also where nobody reads past the end', async () => {
      const file = files[1]?.[1];
      assert.ok(file);
      const wrongSum = Buffer.from(file);
      wrongSum.writeUInt8(wrongSum.readUInt8(file.length - 1) ^ 1, file.length - 1);
      const shorter = storedFrame(text.subarray(0, 300_000));
      shorter.writeUInt32LE(250_000, 5);
      const longer = storedFrame(text.subarray(0, 300_000));
      longer.writeUInt32LE(350_000, 5);
      for (const damaged of [wrongSum, shorter, longer]) {
        const source = open(memorySource(damaged));
        await source.survey();
        const reading = readRange(source, 0, source.size ?? text.length);
        await assert.rejects(reading, (error) => error instanceof SourceError && error.failure === 'corrupt');
      }
    });

    it('gives what was whole before a damaged block', async () => {
      const file = files[1]?.[1];
      assert.ok(file);
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 20, max: file.length - 5 }),
          fc.integer({ min: 1, max: 255 }),
          async (at, flip) => {
            const damaged = Buffer.from(file);
            damaged.writeUInt8(damaged.readUInt8(at) ^ flip, at);
            const { bytes, error } = await readAll(open(memorySource(damaged)));
            // Some bits pad a table's description, and change nothing.
            if (!error && text.equals(bytes)) return;
            assert.equal(error?.failure, 'corrupt');
            assert.equal(error.position, bytes.length);
            // Damage to the literals of a block is seen by the checksum at the end.
            if (error.message.includes('a checksum is wrong')) return;
            const share = at / file.length - bytes.length / text.length;
            assert.ok(share < 0.15, `${bytes.length} bytes before damage at ${at} of ${file.length}`);
          },
        ),
        { numRuns: 20 },
      );
    });
  });
});

/** By the zstd command where there is one; else by Node, which knows none of these options. */
function compress(plain: Buffer, option: string): Buffer | undefined {
  const { status, stdout } = spawnSync('zstd', ['-q', '-c', option], { input: plain, maxBuffer: 1 << 26 });
  if (status === 0) return stdout;
  const native: unknown = Reflect.get(zlib, 'zstdCompressSync');
  return isCompressor(native) ? native(plain) : undefined;
}

function isCompressor(value: unknown): value is (plain: Buffer) => Buffer {
  return typeof value === 'function';
}
