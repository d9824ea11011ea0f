import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportProgress } from '../../../src/protocol/engine.ts';
import type { ExportStages, StageReport } from '../../../src/protocol/stages.ts';
import { Preview } from '../../support/preview.ts';

function rowsOf({ lines }: StageReport): [string, number | undefined, number | undefined][] {
  return lines.map(({ name, rowsIn, rowsOut }) => [name, rowsIn, rowsOut]);
}

describe('the stages that a preview shows', () => {
  let folder: string;
  let preview: Preview;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-stages-'));
    const lines = Array.from({ length: 3000 }, (_, n) => (n % 1000 === 7 ? '{"n":\n' : `{"n":${n}}\n`));
    await writeFile(join(folder, 'in.jsonl'), lines.join(''));
    preview = await Preview.open(join(folder, 'in.jsonl'));
  });
  afterEach(async () => {
    await preview.close();
    await rm(folder, { recursive: true });
  });

  async function stagesOf(query: string): Promise<StageReport | undefined> {
    return (await preview.page.call('run', { query })).stages;
  }

  it('are those of a filter, whose rows are made when they are looked at', async () => {
    const stages = await stagesOf('n % 3 = 0');
    assert.ok(stages);
    assert.deepEqual(rowsOf(stages), [
      ['scan', 3000, 2997],
      ['WHERE', 2997, 999],
    ]);
    assert.equal(stages.lines[0].malformed, 3);
    assert.ok(stages.threads > 0);
    const sum = stages.lines.reduce((all, { share = 0 }) => all + share, 0);
    assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
    assert.ok(stages.slowest === 0 || stages.slowest === 1);
  });

  it('are those of a table, and told while it is made', async () => {
    const told: (StageReport | undefined)[] = [];
    const query = 'n >= 0 |> ORDER BY n DESC |> LIMIT 5';
    const { stages } = await preview.page.call(
      'run',
      { query },
      { onProgress: (state) => told.push(state.stages) },
    );
    assert.ok(stages);
    assert.deepEqual(rowsOf(stages), [
      ['scan', 3000, 2997],
      ['WHERE', 2997, 2997],
      ['ORDER BY', 2997, 5],
      ['LIMIT', 5, 5],
      ['keep', 5, 5],
    ]);
    assert.ok(told.length > 0);
    for (const one of told) assert.ok(one?.lines.every(({ ms }) => ms >= 0));
  });

  it('are those of a description, which is made of what the columns hold', async () => {
    const stages = await stagesOf('|> DESCRIBE');
    assert.ok(stages);
    const [scan, describe, keep] = rowsOf(stages);
    assert.deepEqual(
      [scan, describe],
      [
        ['scan', 3000, 2997],
        ['DESCRIBE', 2997, 1],
      ],
    );
    assert.deepEqual(keep, ['keep', 1, 1]);
  });

  describe('of an export', () => {
    it('are told to its page while it goes on and at its end, and its rows to the host', async () => {
      const steps: ExportProgress[] = [];
      const target = join(folder, 'out.csv');
      const request = { session: 1, query: '|> SELECT n |> ORDER BY n', target, to: 'csv' } as const;
      const summary = await preview.host.call('export', request, { onProgress: (step) => steps.push(step) });
      assert.deepEqual(
        preview.exports.map(({ phase }) => phase).filter((phase, at, all) => phase !== all[at - 1]),
        ['running', 'done'],
      );
      assert.ok(preview.exports.every((told) => told.target === 'out.csv'));
      const last: ExportStages | undefined = preview.exports.at(-1);
      assert.equal(last?.share, 1);
      assert.deepEqual(last.stages, summary.stages);
      assert.deepEqual(rowsOf(last.stages).at(-1), ['write', 2997, 2997]);
      assert.ok(steps.length > 0 && steps.every((step) => !('stages' in step)));
    });

    it('are not there where it has not begun', async () => {
      const wrong = join(folder, 'missing', 'out.jsonl');
      await assert.rejects(
        preview.host.call('export', { session: 1, query: '', target: wrong, to: 'jsonl' }),
        /missing/,
      );
      assert.deepEqual(preview.exports, []);
    });
  });
});
