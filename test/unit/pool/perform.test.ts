import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planOf } from '../../../src/engine/pool/matcher.ts';
import { Performer } from '../../../src/engine/pool/perform.ts';
import type { ScanTask } from '../../../src/engine/pool/task.ts';
import { digestOf } from '../../../src/engine/query/index.ts';

const { signal } = new AbortController();

describe('a scan', () => {
  let folder: string;
  let performer: Performer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    performer = new Performer(false);
  });
  afterEach(async () => {
    await performer.close();
    await rm(folder, { recursive: true });
  });

  it('is refused where the plan is not that of who asks', async () => {
    const path = join(folder, 'input.jsonl');
    await writeFile(path, '{"a":1}\n{"a":2}\n');
    const format = { kind: 'jsonl' } as const;
    const task: ScanTask = {
      kind: 'scan',
      file: { key: 'a', source: { kind: 'file', path }, format, end: 16, blockSize: 1024 },
      stretch: { from: 0, to: 16, start: 0, record: 0, line: 0 },
      query: 'a > 1',
      digest: digestOf(planOf('a > 1', format)),
      find: undefined,
      output: { kind: 'count' },
      malformed: 'keep',
      window: undefined,
    };
    const result = await performer.perform(task, signal);
    assert.equal(result.kind === 'scan' && result.blocks[0].matched, 1);
    const other = { ...task, digest: digestOf(planOf('a > 2', format)) };
    await assert.rejects(performer.perform(other, signal), /different plans of the same query: a > 1/);
  });
});
