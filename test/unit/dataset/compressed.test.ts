import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { SourceError } from '../../../src/engine/source/source.ts';
import { scanPool } from '../../support/pool.ts';
import { sampleLines } from '../../support/memory.ts';

const { signal } = new AbortController();

describe('a compressed dataset', () => {
  const text = sampleLines(60_000_000);
  let folder = '';
  const at = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-packed-'));
    await writeFile(at('plain.jsonl'), text);
    await writeFile(at('one.jsonl.gz'), gzipSync(text, { level: 1 }));
    await writeFile(
      at('many.jsonl.gz'),
      members(1_000_000, (part) => gzipSync(part, { level: 1 })),
    );
    await writeFile(at('blocks.jsonl.gz'), members(65_000, bgzfMember));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function members(length: number, pack: (part: Uint8Array) => Uint8Array): Buffer {
    const parts: Uint8Array[] = [];
    for (let from = 0; from < text.length; from += length)
      parts.push(pack(text.subarray(from, from + length)));
    return Buffer.concat(parts);
  }

  async function scan(dataset: Dataset, query: string) {
    const planned = plannedFor(query, dataset.recognised.format);
    const bytes: Uint8Array[] = [];
    let matched = 0;
    let dividedAfter = dataset.scheduler.parallel ? 0 : Infinity;
    const output = { kind: 'bytes', to: 'same', columns: [] } as const;
    for await (const found of dataset.scan({ query: planned, output }, signal)) {
      if (dataset.scheduler.parallel) dividedAfter = Math.min(dividedAfter, found.firstBlock);
      for (const block of found.blocks) matched += block.matched;
      if (found.result?.bytes) bytes.push(found.result.bytes);
    }
    const { length, records, lines } = dataset.index;
    return { dividedAfter, found: { text: Buffer.concat(bytes), matched, length, records, lines } };
  }

  for (const [name, known] of [
    ['one.jsonl.gz', false],
    ['many.jsonl.gz', false],
    ['blocks.jsonl.gz', true],
  ] as const) {
    it(`is scanned by several workers as soon as it is known where decoding can begin: ${name}`, async () => {
      const pool = scanPool(2);
      try {
        const plain = await Dataset.open({ kind: 'file', path: at('plain.jsonl') }, { signal });
        const packed = await Dataset.open({ kind: 'file', path: at(name) }, { signal, pool });
        try {
          const [first, second] = ['id % 7 = 3', 'id % 5 = 1 |> LIMIT 20000 OFFSET 300'];
          const expected = [await scan(plain, first), await scan(plain, second)];
          const found = [await scan(packed, first), await scan(packed, second)];
          assert.deepEqual(
            found.map((one) => one.found),
            expected.map((one) => one.found),
          );
          // Members that say how long they are are found at once; others once they were passed.
          assert.equal(found[0].dividedAfter < 20, known);
          assert.equal(found[1].dividedAfter, 0);
          assert.equal(packed.size, text.length);
        } finally {
          await packed.close();
          await plain.close();
        }
      } finally {
        await pool.close();
      }
    });
  }

  it('gives the rows up to a place of damage, by one thread or by several', async () => {
    const damaged = await readFile(at('blocks.jsonl.gz'));
    damaged.fill(0xff, damaged.length / 2, damaged.length / 2 + 40);
    await writeFile(at('damaged.jsonl.gz'), damaged);
    const pool = scanPool(2);
    try {
      const seen = [];
      for (const workers of [undefined, pool]) {
        const dataset = await Dataset.open(
          { kind: 'file', path: at('damaged.jsonl.gz') },
          { signal, pool: workers },
        );
        try {
          let records = 0;
          const scan = { query: undefined, output: { kind: 'count' } } as const;
          const run = async (): Promise<void> => {
            for await (const { blocks } of dataset.scan(scan, signal)) {
              for (const block of blocks) records += block.records;
            }
          };
          const error = await run().then(
            () => undefined,
            (reason: unknown) => reason,
          );
          assert.ok(error instanceof SourceError);
          assert.equal(error.failure, 'corrupt');
          assert.ok(records > 100_000);
          seen.push({ records, position: error.position });
        } finally {
          await dataset.close();
        }
      }
      const [alone, together] = seen;
      // zlib gives out the damaged stretch in pieces that depend on where it began.
      assert.ok(Math.abs(alone.position - together.position) < 70_000, JSON.stringify(seen));
    } finally {
      await pool.close();
    }
  });

  it('guesses its size while it is not known', async () => {
    const dataset = await Dataset.open({ kind: 'file', path: at('one.jsonl.gz') }, { signal });
    try {
      const expected = (): number => dataset.expectedSize ?? 0;
      assert.equal(expected(), 0);
      let guess = 0;
      for await (const { scanned } of dataset.scan({ query: undefined, output: { kind: 'count' } }, signal)) {
        if (dataset.size === undefined && scanned > 30_000_000) guess = expected();
      }
      assert.ok(Math.abs(guess - text.length) < 0.1 * text.length, `${guess} of ${text.length}`);
      assert.equal(expected(), text.length);
    } finally {
      await dataset.close();
    }
  });
});

/** A member as bgzip writes it: with its length in the header. */
function bgzfMember(part: Uint8Array): Uint8Array {
  const plain = gzipSync(part, { level: 1 });
  const member = Buffer.concat([
    plain.subarray(0, 10),
    Buffer.from('0600424302000000', 'hex'),
    plain.subarray(10),
  ]);
  member[3] = 4;
  member.writeUInt16LE(member.length - 1, 16);
  return member;
}
