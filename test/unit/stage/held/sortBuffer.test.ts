import assert from 'node:assert/strict';
import { SortBuffer } from '../../../../src/engine/stage/held/sortBuffer.ts';

const MB = 1024 * 1024;

function filled(lengths: readonly number[]): SortBuffer {
  const buffer = new SortBuffer();
  for (const [at, length] of lengths.entries()) {
    buffer.add(Uint8Array.of(lengths.length - at), new Uint8Array(length).fill(at));
  }
  return buffer;
}

function rowsOf(buffer: SortBuffer): number[][] {
  return Array.from({ length: buffer.count }, (_, row) => {
    const payload = buffer.payload(row);
    return [buffer.key(row)[0], payload.length, payload.at(0) ?? -1];
  });
}

describe('a sort buffer', () => {
  it('keeps rows in an order that is asked for, many of them or few', () => {
    const lengths = [10, 3 * MB, 0, 70_000, 5];
    for (const count of [5, 4, 2, 1, 0]) {
      const buffer = filled(lengths);
      const before = rowsOf(buffer);
      const order = buffer.order().subarray(0, count);
      buffer.keep(order);
      assert.deepEqual(
        rowsOf(buffer),
        Array.from(order, (row) => before[row]),
      );
      buffer.add(Uint8Array.of(9), Uint8Array.of(7));
      assert.deepEqual(rowsOf(buffer).at(-1), [9, 1, 7]);
    }
  });

  it('gives the memory of long rows back, and keeps the rest for the next ones', () => {
    const buffer = filled([100, 20 * MB, 100]);
    buffer.clear();
    assert.equal(buffer.size, 0);
    const pieces = buffer.release(2);
    assert.ok(
      pieces.every((piece) => piece.buffer.byteLength <= MB),
      'no piece holds on to the memory of the long row',
    );
  });
});
