import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from '../../support/cli.ts';

describe('examples/pipeline', () => {
  let out = '';
  before(async () => (out = await mkdtemp(join(tmpdir(), 'rowriver-example-'))));
  after(() => rm(out, { recursive: true }));

  it('reads, checks, changes, looks over a window, and loses nothing', async () => {
    const child = spawn(process.execPath, ['examples/pipeline/run.mjs', out]);
    child.stdin.end();
    const { code, stderr } = await finished(child);
    assert.equal(code, 0, stderr);
    const lines = async (name: string): Promise<string[]> =>
      (await readFile(join(out, name), 'utf8')).trimEnd().split('\n');
    const events = await lines('events.jsonl');
    const parsed = events.flatMap((line, at) => {
      try {
        return [
          { record: at + 1, ...(JSON.parse(line) as { id: number; status: unknown; latency_ms: number }) },
        ];
      } catch {
        return [];
      }
    });
    const valid = parsed.filter(({ status }) => typeof status === 'number');
    const rejects = (await lines('rejects.jsonl')).map(
      (line) => JSON.parse(line) as { record: number; reason: string },
    );
    const refused = rejects.filter(({ reason }) => reason.includes('this event is refused'));
    assert.deepEqual(
      refused.map(({ record }) => record),
      [42],
    );
    assert.equal(rejects.length, events.length - parsed.length + 1);
    const report = (await lines('report.jsonl')).map((line) => JSON.parse(line) as { record: number });
    const invalid = parsed.filter((event) => !valid.includes(event));
    assert.deepEqual(
      report.map(({ record }) => record),
      invalid.map(({ record }) => record),
    );
    assert.deepEqual(
      await lines('invalid.jsonl'),
      invalid.map(({ record }) => events[record - 1]),
    );

    const kept = valid.filter(({ id }) => id !== 42);
    const expected = kept.filter(({ latency_ms: own, status }, at) => {
      const last = kept.slice(Math.max(0, at - 49), at + 1);
      const mean = last.reduce((sum, { latency_ms: one }) => sum + one, 0) / last.length;
      return own > 3 * mean || (status as number) >= 500;
    });
    const [header, ...slow] = (await lines('slow.csv')).map((line) => line.trimEnd());
    assert.equal(header, 'id,time,path,status,user_group,latency_ms,mean_ms');
    assert.deepEqual(
      slow.map((line) => Number(line.split(',')[0])),
      expected.map(({ id }) => id),
    );
    assert.match(stderr, / {2}scan +2,000 +1,958 /);
    assert.match(stderr, /CALL runs .*redact\.mjs/);
    assert.match(stderr, / {2}CALL +1,958 +1,957 /);
  });
});
