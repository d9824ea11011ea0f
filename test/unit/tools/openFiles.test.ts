import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { SharedFile } from '../../../src/engine/service/sharedFile.ts';
import { OpenFiles, type AskedFile, type HoldFile } from '../../../src/engine/tools/openFiles.ts';
import { scanPool } from '../../support/pool.ts';

const never = new AbortController().signal;

describe('files that tools have open', () => {
  const pool = scanPool(1);
  let folder: string;
  /** Paths, in the order in which they were opened and closed. */
  let events: string[];
  const closed = new WeakSet<SharedFile>();
  let files: OpenFiles;

  const hold: HoldFile = async (path, options, signal) => {
    events.push(`open ${path}`);
    const location = { kind: 'file', path: join(folder, path) } as const;
    const file = await SharedFile.open(
      (more) => Dataset.open(location, more),
      options,
      { pool, store: undefined },
      signal,
    );
    return {
      file,
      open: () => assert.fail(),
      letGo: async () => {
        events.push(`close ${path}`);
        closed.add(file);
        await file.close();
      },
    };
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    for (let n = 0; n < 6; n++) await writeFile(join(folder, `${n}.jsonl`), '{"a":1}\n');
  });
  beforeEach(() => {
    events = [];
    files = new OpenFiles(hold);
  });
  afterEach(() => files.close());
  after(async () => {
    await pool.close();
    await rm(folder, { recursive: true });
  });

  const use = (
    name: string,
    work: (asked: AskedFile) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> => files.with(name, {}, never, work);

  it('stay open for the next call, the last four of them', async () => {
    for (const n of [0, 1, 2, 3, 0, 4, 0]) await use(`${n}.jsonl`);
    assert.deepEqual(events, [...[0, 1, 2, 3, 4].map((n) => `open ${n}.jsonl`), 'close 1.jsonl']);
  });

  it('are not closed under a call, however close behind the end of another one it comes', async () => {
    for (let ticks = 0; ticks < 20; ticks++) {
      for (const n of [0, 1, 2, 3]) await use(`${n}.jsonl`);
      let next: Promise<void> | undefined;
      // With a fifth file open, the first is the one to close.
      await use('4.jsonl', async () => {
        const later = async (): Promise<void> => {
          for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
          next = use('0.jsonl', async ({ file }) => {
            await new Promise(setImmediate);
            assert.ok(!closed.has(file), `closed where the call comes ${ticks} ticks later`);
          });
        };
        void later();
        await Promise.resolve();
      });
      await new Promise(setImmediate);
      await next;
      await files.close();
      files = new OpenFiles(hold);
    }
  });

  it('are closed in the end, but for one that could not be opened', async () => {
    await use('0.jsonl');
    await assert.rejects(use('none.jsonl'));
    await files.close();
    assert.deepEqual(events, ['open 0.jsonl', 'open none.jsonl', 'close 0.jsonl']);
  });
});
