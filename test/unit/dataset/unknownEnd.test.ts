import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';

const signal = new AbortController().signal;

describe('a source whose end is not known', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-end-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function scan(path: string, query: string, blockSize: number) {
    const dataset = await Dataset.open({ kind: 'file', path }, { signal, blockSize });
    try {
      const scan = {
        query: plannedFor(query, dataset.recognised.format),
        output: { kind: 'bytes', to: 'same', columns: [] },
      } as const;
      const bytes: Uint8Array[] = [];
      let matched = 0;
      for await (const found of dataset.scan(scan, signal)) {
        matched += found.blocks.reduce((sum, block) => sum + block.matched, 0);
        if (found.result?.bytes) bytes.push(found.result.bytes);
      }
      const { length, records, lines } = dataset.index;
      return { text: Buffer.concat(bytes).toString(), matched, length, records, lines, size: dataset.size };
    } finally {
      await dataset.close();
    }
  }

  it('is scanned as a file is, whatever the query takes of it', async () => {
    const line = fc.nat(40).map((n) => `{"n":${n},"text":"${'x'.repeat(n)}"}`);
    const limit = fc.record({ count: fc.nat(9), offset: fc.nat(9) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 30 }),
        fc.boolean(),
        fc.option(limit),
        fc.integer({ min: 16, max: 200 }),
        async (lines, ended, window, blockSize) => {
          const text = lines.join('\n') + (ended && lines.length > 0 ? '\n' : '');
          const plain = join(folder, 'f.jsonl');
          const packed = join(folder, 'f.jsonl.gz');
          await writeFile(plain, text);
          await writeFile(packed, gzipSync(text));
          const limited = window ? ` |> LIMIT ${window.count} OFFSET ${window.offset}` : '';
          const query = `n > 10${limited}`;
          const expected = await scan(plain, query, blockSize);
          const found = await scan(packed, query, blockSize);
          assert.equal(found.text, expected.text);
          assert.equal(found.matched, expected.matched);
          if (!window) assert.deepEqual(found, expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});
