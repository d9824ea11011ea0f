import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import { exportAll } from '../../../../src/engine/run/export/also.ts';
import { compressedSink } from '../../../../src/engine/sink/compressedSink.ts';
import { createCompressor } from '../../../../src/engine/sink/compressor.ts';
import { SinkError } from '../../../../src/engine/sink/sinkError.ts';
import { SplitSink } from '../../../../src/engine/sink/split/splitSink.ts';
import { parseTemplate } from '../../../../src/engine/sink/split/template.ts';
import type { ByteSink } from '../../../../src/engine/sink/byteSink.ts';
import type { ExportFormat } from '../../../../src/protocol/engine.ts';
import { said } from '../../../../src/said/said.ts';
import { runs } from '../../../support/long.ts';
import { memorySink } from '../../../support/memorySink.ts';
import { scanPool } from '../../../support/pool.ts';
import type { WorkerPool } from '../../../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../../../src/engine/pool/task.ts';

describe('several outputs of one pass', () => {
  let folder: string;
  let pool: WorkerPool<Task, Result>;
  const { signal } = new AbortController();
  const context = { signal, progress: () => undefined };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-also-'));
    pool = scanPool(2);
    const lines = Array.from({ length: 2000 }, (_, id) =>
      id % 97 === 0
        ? '{broken'
        : JSON.stringify({ id, level: levels[(id * 7) % 3], text: 'x'.repeat(id % 50) }),
    );
    await writeFile(join(folder, 'a.jsonl'), `${lines.join('\n')}\n`);
    await writeFile(join(folder, 'a.jsonl.gz'), gzipSync(`${lines.join('\n')}\n`));
    const rows = Array.from({ length: 2000 }, (_, id) => `${id},${levels[id % 3]},"a ""b"" ${id}"`);
    await writeFile(join(folder, 'a.csv'), `id,level,text\r\n${rows.join('\r\n')}\r\n`);
    const elements = Array.from({ length: 2000 }, (_, id) =>
      JSON.stringify({ id, level: levels[id % 3] }, null, 1),
    );
    await writeFile(join(folder, 'a.json'), `[${elements.join(',\n')}]`);
    await writeFile(
      join(folder, 'utf16.csv'),
      Buffer.from(`\ufeffid,level\n${rows.join('\n')}\n`, 'utf16le'),
    );
  });

  after(async () => {
    await pool.close();
    await rm(folder, { recursive: true });
  });

  async function opened(name: string, work: (dataset: Dataset) => Promise<void>): Promise<void> {
    const place = { kind: 'file', path: join(folder, name) } as const;
    const dataset = await Dataset.open(place, { signal, pool, blockSize: 16 * 1024 });
    try {
      await work(dataset);
    } finally {
      await dataset.close();
    }
  }

  const output = fc.record({
    query: fc.constantFrom(
      '',
      'id >= 700',
      "level = 'error' AND id % 2 = 0",
      '_line > 700',
      '_offset < 30000 |> SELECT id, _offset AS o',
      '|> SELECT id, upper(level) AS l |> LIMIT 30',
      '|> EXTEND id * 2 AS twice',
      '|> AGGREGATE count(*) AS n GROUP BY level',
      '|> ORDER BY id DESC |> LIMIT 7',
      '|> ORDER BY level, id',
      '|> DISTINCT',
      '|> DESCRIBE',
      "level ~ 'err|warn'",
      'false',
    ),
    to: fc.constantFrom<ExportFormat>('same', 'jsonl', 'csv', 'json', 'md'),
  });
  const files = fc.constantFrom('a.jsonl', 'a.jsonl.gz', 'a.csv', 'a.json', 'utf16.csv');

  it('are those that each query has by itself', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.array(output, { minLength: 2, maxLength: 4 }), async (name, outputs) => {
        const wanted: string[] = [];
        await opened(name, async (dataset) => {
          for (const one of outputs) {
            const sink = memorySink();
            await exportTo(dataset, { ...one, sink }, context);
            wanted.push(sink.text());
          }
        });
        await opened(name, async (dataset) => {
          const [first, ...also] = outputs.map((one) => ({ ...one, sink: memorySink() }));
          const summaries = await exportAll(dataset, first, also, context);
          assert.deepEqual(
            [first, ...also].map(({ sink }) => sink.text()),
            wanted,
          );
          assert.equal(summaries.length, outputs.length);
        });
      }),
      { numRuns: runs(10, 400) },
    );
  });

  it('are committed together: where one cannot be written, none is', async () => {
    await opened('a.jsonl', async (dataset) => {
      const done: string[] = [];
      const noting = (name: string, write: ByteSink['write']): ByteSink => ({
        name,
        write,
        commit: () => Promise.resolve(void done.push(`${name} committed`)),
        discard: () => Promise.resolve(void done.push(`${name} discarded`)),
      });
      const full = new SinkError('no-room', said`There is no space left on the disk.`);
      const first = { query: '', to: 'same', sink: noting('first', () => Promise.resolve()) } as const;
      const second = {
        query: 'id > 1000',
        to: 'csv',
        sink: noting('second', () => Promise.reject(full)),
      } as const;
      await assert.rejects(exportAll(dataset, first, [second], context), full);
      assert.deepEqual(done.sort(), ['first discarded', 'second discarded']);
    });
  });

  it('are not committed where another fails that writes its file last, and neither are rejects', async () => {
    const full = new SinkError('no-room', said`There is no space left on the disk.`);
    const done: string[] = [];
    const noting = (name: string): ByteSink => ({
      ...memorySink(),
      commit: () => Promise.resolve(void done.push(name)),
    });
    const failing: ByteSink = { ...memorySink(), write: () => Promise.reject(full) };
    await mkdir(join(folder, 'split', 'error.jsonl'), { recursive: true });
    const split = (): SplitSink => {
      const template = parseTemplate(join(folder, 'split', '{level}.jsonl'));
      return new SplitSink({ template, limits: {}, overwrite: true, sources: [], taken: [] });
    };
    const others = () =>
      [
        { query: '', to: 'parquet', sink: failing },
        { query: '', to: 'arrow', sink: failing },
        { query: '', to: 'xlsx', sink: failing },
        { query: '', to: 'jsonl', sink: compressedSink(failing, createCompressor('gzip', 'a.gz')) },
        { query: '', to: 'jsonl', split: split() },
      ] as const;
    await opened('a.jsonl', async (dataset) => {
      for (const other of others()) {
        const own = { query: '', to: 'same', sink: noting('first') } as const;
        await assert.rejects(exportAll(dataset, own, [other], context), SinkError);
        assert.deepEqual(done, [], other.to);
      }
      for (const own of others()) {
        await assert.rejects(exportTo(dataset, { ...own, rejects: noting('rejects') }, context), SinkError);
        assert.deepEqual(done, [], own.to);
      }
    });
  });

  it('end with the first of them when they are cancelled', async () => {
    await opened('a.jsonl', async (dataset) => {
      const controller = new AbortController();
      const sink = { ...memorySink(), write: () => Promise.resolve(controller.abort()) };
      const also = { query: '|> ORDER BY id', to: 'jsonl', sink: memorySink() } as const;
      await assert.rejects(
        exportAll(dataset, { query: '', to: 'same', sink }, [also], {
          ...context,
          signal: controller.signal,
        }),
        { name: 'AbortError' },
      );
    });
  });

  it('cannot limit whole records, which would end the pass', async () => {
    await opened('a.jsonl', async (dataset) => {
      const also = { query: '|> LIMIT 3', to: 'same', sink: memorySink() } as const;
      await assert.rejects(
        exportAll(dataset, { query: '', to: 'same', sink: memorySink() }, [also], context),
        {
          name: 'SinkError',
          message: /a query cannot limit whole records/,
        },
      );
    });
  });
});

const levels = ['info', 'warn', 'error'];
