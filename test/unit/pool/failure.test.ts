import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Peer, RemoteError } from '../../../src/protocol/rpc.ts';
import { SaidError, said } from '../../../src/said/said.ts';
import { planOf } from '../../../src/engine/pool/matcher.ts';
import type { ScanTask } from '../../../src/engine/pool/task.ts';
import { digestOf } from '../../../src/engine/query/index.ts';
import { SourceError } from '../../../src/engine/source/source.ts';
import { MemoryLimitError } from '../../../src/engine/stage/memoryLimit.ts';
import { scanPool } from '../../support/pool.ts';

const { signal } = new AbortController();

describe('what an error says', () => {
  it('comes from a scan worker as text and values', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const pool = scanPool(1);
    try {
      const path = join(folder, 'input.jsonl');
      await writeFile(path, '{"a":"x"}\n');
      const format = { kind: 'jsonl' } as const;
      const task = (file: string, query: string): ScanTask => ({
        kind: 'scan',
        file: { key: file, source: { kind: 'file', path: file }, format, end: 10, blockSize: 1024 },
        stretch: { from: 0, to: 10, start: 0, record: 0, line: 0 },
        query,
        digest: digestOf(planOf(query, format)),
        find: undefined,
        output: { kind: 'count' },
        malformed: 'keep',
        window: undefined,
      });
      const missing = join(folder, 'missing.jsonl');
      await assert.rejects(pool.run(task(missing, "a = 'x'"), 1, signal), (error) => {
        assert.ok(error instanceof SourceError);
        assert.deepEqual(error.said, { text: 'There is no file {0}.', values: [missing] });
        assert.equal(error.message, `There is no file ${missing}.`);
        return true;
      });
      await assert.rejects(pool.run(task(path, "repeat(a, 20000000) = 'x'"), 1, signal), (error) => {
        assert.ok(error instanceof MemoryLimitError);
        const text = '{0} would make more than {1} characters, which is the maximum.';
        assert.deepEqual(error.said, { text, values: ['repeat', '16,777,216'] });
        return true;
      });
    } finally {
      await pool.close();
      await rm(folder, { recursive: true });
    }
  });

  it('is answered to a call so', async () => {
    interface Calls {
      fail: { params: null; result: null };
    }
    type Nothing = Record<string, never>;
    const fail = (): null => {
      throw new SaidError(said`There is no file ${'a'}.`);
    };
    const server = new Peer<Calls, Nothing, Nothing>({
      post: (message) => client.receive(structuredClone(message)),
      handlers: { fail },
    });
    const client = new Peer<Nothing, Calls, Nothing>({
      post: (message) => server.receive(structuredClone(message)),
      handlers: {},
    });
    await assert.rejects(client.call('fail', null), (error) => {
      assert.ok(error instanceof RemoteError);
      assert.deepEqual(error.said, { text: 'There is no file {0}.', values: ['a'] });
      return true;
    });
  });
});
