import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BlockIndex, type BlockSummary } from '../../../src/engine/index/blockIndex.ts';

interface Block {
  readonly bytes: number;
  readonly records: number;
  readonly lines: number;
  readonly malformed: number;
  readonly checksum: number;
}

const blocks = fc.array(
  fc
    .record({
      bytes: fc.nat(50),
      records: fc.nat(5),
      more: fc.nat(3),
      malformed: fc.nat(5),
      checksum: fc.option(fc.maxSafeNat(), { nil: NaN }),
    })
    .map(({ more, malformed, ...block }): Block => {
      const { records } = block;
      return { ...block, lines: records + more, malformed: Math.min(malformed, records) };
    }),
  { maxLength: 200 },
);

function indexOf(list: readonly Block[]): BlockIndex {
  const index = new BlockIndex(64, 7, 2);
  for (const { bytes, ...block } of list) {
    index.append({ start: index.next, next: index.next + bytes, ...block });
  }
  return index;
}

/** The block of the n-th thing, by walking. */
function blockOf(
  list: readonly Block[],
  ordinal: number,
  count: (block: Block) => number,
): number | undefined {
  let passed = 0;
  for (const [i, block] of list.entries()) {
    passed += count(block);
    if (ordinal < passed) return i;
  }
  return undefined;
}

describe('index/BlockIndex', () => {
  it('finds the block of every record and every malformed one', () => {
    fc.assert(
      fc.property(blocks, (list) => {
        const index = indexOf(list);
        for (let n = 0; n <= index.records; n++) {
          assert.equal(
            index.blockOfRecord(n),
            blockOf(list, n, (block) => block.records),
          );
        }
        for (let n = 0; n <= index.malformed; n++) {
          assert.equal(
            index.blockOfMalformed(n),
            blockOf(list, n, (block) => block.malformed),
          );
        }
      }),
    );
  });

  it('finds the block of an offset and of a line, also before the first record', () => {
    const index = indexOf([
      { bytes: 60, records: 2, lines: 3, malformed: 0, checksum: 5 },
      { bytes: 0, records: 0, lines: 0, malformed: 0, checksum: NaN },
      { bytes: 10, records: 1, lines: 1, malformed: 1, checksum: 6 },
    ]);
    assert.deepEqual(
      [0, 7, 66, 67, 76, 77].map((offset) => index.blockOfOffset(offset)),
      [0, 0, 0, 2, 2, undefined],
    );
    assert.deepEqual(
      [0, 2, 4, 5, 6, 7].map((line) => index.blockOfLine(line)),
      // The first block may end, and the last one go on, on the line.
      [0, 0, 0, 0, 2, undefined],
    );
    assert.deepEqual(index.place(2), { block: 2, start: 67, record: 2, line: 5 });
  });

  it('comes back from its columns, and from a truncation, as it was', () => {
    fc.assert(
      fc.property(blocks, fc.nat(200), (list, cut) => {
        const index = indexOf(list);
        const again = BlockIndex.from(
          64,
          index.columns().map((column) => column.slice()),
        );
        assert.deepEqual(again.columns(), index.columns());
        const length = Math.min(cut, list.length);
        index.truncate(length);
        assert.deepEqual(index.columns(), indexOf(list.slice(0, length)).columns());
      }),
    );
  });

  it('takes no block that does not follow', () => {
    const summary: BlockSummary = { start: 8, next: 9, records: 1, lines: 1, malformed: 0, checksum: 0 };
    assert.throws(() => new BlockIndex(64, 7, 0).append(summary), RangeError);
  });
});
