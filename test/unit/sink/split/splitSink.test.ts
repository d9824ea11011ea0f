import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createDerivedEncoder } from '../../../../src/engine/sink/derivedRow.ts';
import { SplitSink } from '../../../../src/engine/sink/split/splitSink.ts';
import { parseTemplate } from '../../../../src/engine/sink/split/template.ts';
import { openFilesIn } from '../../../support/openFiles.ts';

describe('rows in many files', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-split-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Long enough that each is written at once. */
  const line = (n: number, round: number): string => `{"n":${n},"text":"${String(round).repeat(70_000)}"}\n`;
  const files = 100;

  for (const ending of ['.jsonl', '.jsonl.gz']) {
    it(`are written to no more than 64 at a time, and to all of them in turn: ${ending}`, async () => {
      const template = parseTemplate(join(folder, `{n}${ending}`));
      const sink = new SplitSink({ template, limits: {}, overwrite: false, sources: [], taken: [] });
      const encoder = createDerivedEncoder({ kind: 'lines' }, { kind: 'named', names: [] });
      sink.begin(encoder, true, undefined);
      let most = 0;
      for (const round of [1, 2]) {
        for (let n = 0; n < files; n++) {
          await sink.write(new TextEncoder().encode(line(n, round)));
          most = Math.max(most, (await openFilesIn(folder))?.length ?? 64);
        }
      }
      assert.equal(most, 64);
      await sink.finish();
      await sink.commit();
      assert.equal((await readdir(folder)).length, files);
      for (let n = 0; n < files; n++) {
        const bytes = await readFile(join(folder, `${n}${ending}`));
        const text = (ending === '.jsonl' ? bytes : gunzipSync(bytes)).toString();
        assert.ok(text === line(n, 1) + line(n, 2), String(n));
      }
      assert.deepEqual(await openFilesIn(folder), (await openFilesIn(folder)) && []);
    });
  }
});
