import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { SourceError } from '../../../src/engine/source/source.ts';
import { streamSource } from '../../../src/engine/source/stream.ts';
import { takesBack } from '../../../src/engine/source/unread.ts';
import { said } from '../../../src/said/said.ts';

describe('stream source', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 8 });

  it('gives all bytes, in any pieces, and its size at the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        chunks,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }),
        async (parts, sizes) => {
          const source = streamSource(Readable.from(parts.map((part) => Buffer.from(part))), 'Input');
          const read: Uint8Array[] = [];
          for (let position = 0; ;) {
            const into = new Uint8Array(sizes[read.length % sizes.length]);
            const count = await source.read(into, position);
            if (count === 0) break;
            read.push(into.subarray(0, count));
            position += count;
          }
          const all = Buffer.concat(parts);
          assert.ok(Buffer.concat(read).equals(all));
          assert.equal(source.size, all.length);
          await source.close();
        },
      ),
    );
  });

  it('passes over what nobody reads', async () => {
    const source = streamSource(Readable.from([Buffer.from('abc'), Buffer.from('def')]), 'Input');
    const into = new Uint8Array(4);
    assert.equal(await source.read(into, 4), 2);
    assert.equal(Buffer.from(into).toString('latin1', 0, 2), 'ef');
    assert.equal(await source.read(into, 100), 0);
  });

  it('does not go back further than it still has', async () => {
    const source = streamSource(Readable.from([Buffer.from('abc'), Buffer.from('def')]), 'Input');
    await source.read(new Uint8Array(1), 3);
    await assert.rejects(
      source.read(new Uint8Array(1), 0),
      new SourceError('unsupported', said`${'Input'} can be read only once: save it to a file first.`),
    );
    assert.equal(await source.read(new Uint8Array(1), 4), 1);
  });

  it('says why the stream has failed', async () => {
    const stream = new Readable({ read: () => stream.destroy(new Error('cable pulled')) });
    await assert.rejects(streamSource(stream, 'Input').read(new Uint8Array(1), 0), {
      message: 'Input cannot be read: cable pulled.',
    });
  });

  it('stops waiting when aborted, and closes', async () => {
    const stream = new Readable({ read: () => undefined });
    const source = streamSource(stream, 'Input');
    const abort = new AbortController();
    const reading = source.read(new Uint8Array(1), 0, abort.signal);
    abort.abort(new Error('stop'));
    await assert.rejects(reading, /stop/);
    await source.close();
    await source.close();
    assert.ok(stream.closed);
  });

  it('takes back what was not used', async () => {
    const source = takesBack(streamSource(Readable.from([Buffer.from('abc'), Buffer.from('def')]), 'Input'));
    await source.read(new Uint8Array(3), 0);
    await source.read(new Uint8Array(3), 3);
    const back = Buffer.from('bcdef');
    source.unread?.(back, 1);
    back.fill(0);
    const into = new Uint8Array(3);
    assert.equal(await source.read(into, 2), 3);
    assert.equal(Buffer.from(into).toString(), 'cde');
    assert.equal(await source.read(into, 5), 1);
    assert.equal(await source.read(into, 6), 0);
  });
});
