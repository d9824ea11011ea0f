import assert from 'node:assert/strict';
import { RecordBlock } from '../../../src/engine/format/record.ts';
import { WrittenRecords } from '../../../src/engine/stage/writtenRecords.ts';

/** Bytes that count how many of them are looked through for a line end. */
class CountedBytes extends Uint8Array {
  sought = 0;

  override indexOf(byte: number, from = 0): number {
    const found = super.indexOf(byte, from);
    this.sought += (found === -1 ? this.length : found) - from;
    return found;
  }
}

describe('records as they stand in written bytes', () => {
  function blockOf(records: readonly string[], between: string) {
    const bytes = new CountedBytes(Buffer.from(records.join(between)));
    const starts = new Uint32Array(records.length);
    const ends = new Uint32Array(records.length);
    let at = 0;
    for (const [row, record] of records.entries()) {
      starts[row] = at;
      ends[row] = at + record.length;
      at += record.length + between.length;
    }
    const { length: count } = records;
    const block = RecordBlock.owned({
      ...{
        bytes,
        offset: 0,
        count,
        starts,
        ends,
        next: bytes.length,
        lineCount: 0,
        faulty: 0,
        incomplete: false,
        fields: [],
      },
      ...{ lines: new Uint32Array(count), faults: new Uint8Array(count), faultAt: new Uint32Array(count) },
    });
    return { bytes, written: new WrittenRecords(block) };
  }

  for (const between of [',', '\n'])
    it(`are looked through once, with ${JSON.stringify(between)} between them`, () => {
      const records = Array.from({ length: 5000 }, (_, n) => `{"n":${n}}`);
      const { bytes, written } = blockOf(records, between);
      for (const row of records.keys()) assert.equal(written.at(row)?.mayBeOdd, false);
      assert(bytes.sought <= bytes.length, `${bytes.sought} of ${bytes.length} bytes`);
    });

  it('may be odd where they take several lines, in whatever order they are asked for', () => {
    const records = ['{"n":0}', '{"n":\n1}', '{"n":2}', '7', '{\n}'];
    const { written } = blockOf(records, ',');
    for (const row of [0, 1, 2, 3, 4, 4, 2, 0, 1, 3]) {
      const expected = records[row] === '7' ? undefined : records[row].includes('\n');
      assert.equal(written.at(row)?.mayBeOdd, expected, `row ${row}`);
    }
  });
});
