import assert from 'node:assert/strict';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { decodedSource } from '../../../../src/engine/source/compressed/decoded.ts';
import { gzip } from '../../../../src/engine/source/compressed/gzip.ts';
import { Marks } from '../../../../src/engine/source/compressed/marks.ts';
import { said } from '../../../../src/said/said.ts';
import { countReads } from '../../../support/countedSource.ts';
import { type Source, SourceError } from '../../../../src/engine/source/source.ts';
import { memorySource, readAll, readRange, sampleLines } from '../../../support/memory.ts';
import { bgzf } from '../../../support/packed.ts';

const spacing = 100_000;
const open = (base: Source, once = false) => decodedSource(base, gzip, new Marks(spacing), once);

const text = sampleLines(3_000_000);
const fewer = text.subarray(0, 700_000);
const noise = Buffer.concat(
  Array.from({ length: 40 }, (_, i) => zlib.deflateRawSync(sampleLines(60_000, i + 7), { level: 9 })),
);

/** Files by how they were made. */
const files = {
  'level 1': [text, zlib.gzipSync(text, { level: 1 })],
  'level 6': [text, zlib.gzipSync(text)],
  'level 9, much memory': [text, zlib.gzipSync(text, { level: 9, memLevel: 9 })],
  'small blocks': [text, zlib.gzipSync(text, { memLevel: 1 })],
  'fixed codes alone': [fewer, zlib.gzipSync(fewer, { strategy: zlib.constants.Z_FIXED })],
  'codes without matches': [text, zlib.gzipSync(text, { strategy: zlib.constants.Z_HUFFMAN_ONLY })],
  'stored blocks': [noise, zlib.gzipSync(noise)],
  'stored by choice': [text, zlib.gzipSync(text, { level: 0 })],
  'many members': [text, members(text, 70_000)],
  'members of uneven size': [text, members(text, 1_300_000)],
  'flushed, as pigz -i': [text, flushed(text, 128 * 1024)],
  bgzf: [text, bgzf(text)],
} satisfies Record<string, [Buffer, Buffer]>;

describe('gzip source', () => {
  for (const [name, [plain, file]] of Object.entries(files)) {
    it(`reads ${name} through, then at any position`, async () => {
      const source = open(memorySource(file, { most: 50_000 }));
      assert.equal(source.random, false);
      const { bytes, error } = await readAll(source, 70_001);
      assert.equal(error, undefined);
      assert.ok(bytes.equals(plain));
      assert.deepEqual([source.size, source.random, source.reach], [plain.length, true, plain.length]);
      const { marks } = source.learnt();
      // Fixed codes have no header to be found by: read from the start, they are still read right.
      if (name !== 'fixed codes alone') assert.ok(marks.length > 1, `${marks.length} marks`);

      const positions = marks.flatMap(({ position }) => [position - 1, position, position + 1]);
      for (let i = 0; i < 15; i++) positions.push(Math.floor((plain.length * ((i * 7) % 15)) / 15) + i);
      for (const position of positions) {
        const got = await readRange(source, position, 3000);
        assert.ok(got.equals(plain.subarray(position, position + 3000)), `at ${position}`);
      }
      await source.close();
    });
  }

  it('reads a page from the mark before it, not from the start', async () => {
    const [plain, file] = files['level 6'];
    const base = countReads(memorySource(file));
    const first = open(base);
    await readRange(first, 0, 1000);
    assert.ok(base.bytes < 200_000, `${base.bytes} bytes for the first page`);
    await readAll(first);

    const again = countReads(memorySource(file, { most: 16_384 }));
    const second = open(again);
    second.learn(structuredClone(first.learnt()));
    assert.deepEqual([second.size, second.random], [plain.length, true]);
    const middle = plain.length >> 1;
    assert.ok((await readRange(second, middle, 1000)).equals(plain.subarray(middle, middle + 1000)));
    assert.ok(again.bytes < file.length / 5, `${again.bytes} of ${file.length} bytes for a page`);
  });

  it('resumes at each mark alone, to the end', async () => {
    for (const [name, [plain, file]] of Object.entries(files)) {
      const source = open(memorySource(file));
      await readAll(source);
      for (const position of source.splits(0, Infinity)) {
        const fresh = open(memorySource(file));
        fresh.learn(source.learnt());
        const got = await readRange(fresh, position, plain.length);
        assert.ok(got.equals(plain.subarray(position)), `${name} at ${position}`);
      }
    }
  });

  it('reads several places in turn without losing any', async () => {
    const [plain, file] = files['level 6'];
    const source = open(memorySource(file));
    const places = [0, 900_000, 1_800_000, 400_000, 2_500_000];
    for (let i = 0; i < 20; i++) {
      const reads = places.map((place) => readRange(source, place + i * 5000, 5000));
      for (const [at, got] of (await Promise.all(reads)).entries()) {
        const from = (places.at(at) ?? 0) + i * 5000;
        assert.ok(got.equals(plain.subarray(from, from + 5000)), `at ${from}`);
      }
    }
    await source.close();
  });

  it('reads a stream once, and refuses to go back', async () => {
    const [plain, file] = files['many members'];
    const source = open(memorySource(file, { once: true, most: 9999 }), true);
    assert.ok((await readAll(source, 10_000)).bytes.equals(plain));
    assert.deepEqual([source.random, source.reach], [false, 0]);
    await assert.rejects(source.read(new Uint8Array(10), 0), { failure: 'unsupported' });
  });

  it('allows zeros after the last member', async () => {
    const file = Buffer.concat([zlib.gzipSync('abc'), Buffer.alloc(3000)]);
    for (const most of [1, 17, 23, 24, 1000, Infinity]) {
      const { bytes, error } = await readAll(open(memorySource(file, { most })));
      assert.deepEqual([bytes.toString(), error], ['abc', undefined]);
    }
  });

  it('gives all before a cut, and says where the cut is', async () => {
    const plain = text.subarray(0, 200_000);
    const file = members(plain, 60_000);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: file.length - 1 }), fc.boolean(), async (cut, once) => {
        const part = file.subarray(0, cut);
        const { bytes, error } = await readAll(open(memorySource(part, { once }), once));
        const expected = zlib.gunzipSync(part, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
        assert.ok(bytes.equals(expected), `${bytes.length} of ${expected.length}`);
        if (error === undefined) {
          // Cut exactly between two members: a whole file.
          assert.equal(bytes.length % 60_000, 0);
          return;
        }
        assert.deepEqual([error.failure, error.position], ['corrupt', bytes.length]);
        assert.match(error.message, new RegExp(`truncated.*byte ${cut} `));
      }),
      { numRuns: 60 },
    );
  });

  it('gives all before damage, to the byte of the file that zlib refuses', async () => {
    const plain = text.subarray(0, 600_000);
    const file = zlib.gzipSync(plain);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: file.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const damaged = Buffer.from(file);
          damaged.writeUInt8(damaged.readUInt8(at) ^ flip, at);
          const { bytes, error } = await readAll(open(memorySource(damaged)));
          assert.equal(error?.failure, 'corrupt');
          assert.equal(error.position, bytes.length);
          const place = Number(/at byte (\d+) /.exec(error.message)?.[1]);
          assert.ok(place >= Math.min(at, file.length - 8), `${place} before ${at}`);
          const expected = zlib.gunzipSync(damaged.subarray(0, place), {
            finishFlush: zlib.constants.Z_SYNC_FLUSH,
          });
          assert.ok(bytes.equals(expected), `${bytes.length} of ${expected.length}`);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('says that what follows the last member is not gzip, after giving all of it', async () => {
    const file = Buffer.concat([zlib.gzipSync('abc\n'), Buffer.from('something else')]);
    const { bytes, error } = await readAll(open(memorySource(file)));
    assert.equal(bytes.toString(), 'abc\n');
    assert.deepEqual([error?.failure, error?.position], ['corrupt', 4]);
  });

  it('goes on after a failure of the source below, where it was', async () => {
    const [plain, file] = files['level 6'];
    for (const once of [false, true]) {
      let reads = 0;
      const before = (position: number) => {
        if (++reads % 3 === 0) throw new SourceError('unreachable', said`The line is dead.`, position);
      };
      const source = open(memorySource(file, { before, once, most: 20_000 }), once);
      const parts: Buffer[] = [];
      let position = 0;
      let failures = 0;
      for (;;) {
        const { bytes, error } = await readFrom(source, position);
        parts.push(bytes);
        position += bytes.length;
        if (error === undefined) break;
        failures++;
        assert.deepEqual([error.failure, error.position], ['unreachable', position]);
      }
      assert.ok(failures > 5);
      assert.ok(Buffer.concat(parts).equals(plain));
    }
  });

  it('answers an abort at once and goes on afterwards', async () => {
    const [plain, file] = files['level 6'];
    const source = open(memorySource(file));
    const controller = new AbortController();
    const reading = source.read(new Uint8Array(10), plain.length - 10, controller.signal);
    controller.abort(new Error('stopped'));
    await assert.rejects(reading, /stopped/);
    assert.ok((await readAll(source)).bytes.equals(plain));
    await source.close();
    await assert.rejects(source.read(new Uint8Array(10), 0), { failure: 'failed' });
  });

  it('makes no more of a bomb than it is asked for', async () => {
    const file = zlib.gzipSync(Buffer.alloc(60_000_000));
    let largest = 0;
    let total = 0;
    for await (const step of gzip.decode(memorySource(file), { position: 0, at: 0 }, new Marks(16_000_000))) {
      assert.ok(step instanceof Uint8Array);
      largest = Math.max(largest, step.buffer.byteLength);
      total += step.length;
    }
    assert.equal(total, 60_000_000);
    assert.ok(largest <= 4 * 1024 * 1024, `${largest} bytes at once`);
  });

  it('finds the members of a BGZF file without decoding', async () => {
    const [plain, file] = files.bgzf;
    const source = open(memorySource(file));
    assert.equal(await source.survey(), true);
    assert.deepEqual([source.size, source.random], [plain.length, true]);
    assert.ok(source.splits(0, Infinity).length > 10);
    for (const position of [2_900_000, 1_234_567, 0]) {
      assert.ok((await readRange(source, position, 5000)).equals(plain.subarray(position, position + 5000)));
    }
    assert.equal(await open(memorySource(zlib.gzipSync(plain))).survey(), false);
    assert.equal(await open(memorySource(file.subarray(0, file.length - 40))).survey(), false);
  });

  it('keeps few marks however long the file', () => {
    const marks = new Marks(10);
    for (let position = 0; position < 1_000_000; position += 10) marks.add({ position, at: position });
    const { length } = marks.learnt().marks;
    assert.ok(length > 500 && length <= 2048, `${length}`);
    for (const position of [0, 5, 999_999, 123_456]) {
      const mark = marks.before(position);
      assert.ok(mark.position <= position && position - mark.position <= 2000);
    }
  });
});

async function readFrom(source: Source, from: number) {
  return readAll({
    ...source,
    read: (into, position, signal) => source.read(into, from + position, signal),
  }).then(({ bytes, error }) => ({ bytes, error }));
}

function members(plain: Buffer, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < plain.length; at += length)
    parts.push(zlib.gzipSync(plain.subarray(at, at + length)));
  return Buffer.concat(parts);
}

/** One member whose blocks end at a byte and refer to nothing before them, every `length` bytes. */
function flushed(plain: Buffer, length: number): Buffer {
  const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])];
  for (let at = 0; at < plain.length; at += length) {
    const part = plain.subarray(at, at + length);
    const last = at + length >= plain.length;
    const finishFlush = last ? zlib.constants.Z_FINISH : zlib.constants.Z_FULL_FLUSH;
    parts.push(zlib.deflateRawSync(part, { finishFlush }));
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(zlib.crc32(plain), 0);
  trailer.writeUInt32LE(plain.length, 4);
  return Buffer.concat([...parts, trailer]);
}
