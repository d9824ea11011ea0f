import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../support/cli.ts';

/** What a run has loaded: how many files of the program, and which of our modules and of others' are in them. */
interface Loaded {
  readonly files: number;
  readonly modules: ReadonlySet<string>;
}

describe('start of the command', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-start-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  async function loadedBy(name: string, text: string, ...args: readonly string[]): Promise<Loaded> {
    const file = join(folder, name);
    const coverage = join(folder, `${name}-coverage`);
    await writeFile(file, text);
    const { code, stderr } = await runCli([file, ...args, '--no-cache'], {
      env: { NODE_V8_COVERAGE: coverage },
    });
    assert.equal(code, 0, stderr);
    const modules = new Set<string>();
    const files = new Set<string>();
    for (const report of await readdir(coverage)) {
      const found = JSON.parse(await readFile(join(coverage, report), 'utf8')) as {
        readonly result: readonly { readonly url: string }[];
      };
      for (const { url } of found.result) if (/\/dist\/[^/]+\.js$/.test(url)) files.add(url);
    }
    for (const url of files) {
      const source = await readFile(new URL(url), 'utf8');
      for (const [, module] of source.matchAll(/^\/\/ ((?:src|node_modules)\/.+)$/gm)) modules.add(module);
    }
    return { files: files.size, modules };
  }

  /** What a count of records has no use for: none of it, and no package, is loaded for one. */
  const unneeded = new Set([
    ...['help', 'outputs', 'profile', 'resume', 'send'].map((name) => `src/cli/${name}.ts`),
    ...[
      ...['dataset/spool', 'format/json/document/stream', 'pool/collector', 'pool/page', 'pool/statistics'],
      ...[
        'run/derive',
        'run/export/export',
        'run/export/journal',
        'run/profile',
        'schema/checker',
        'sink/atomicFile',
      ],
      ...['source/compressed/gzip', 'source/compressed/zstd', 'source/encoding/guess', 'source/http/client'],
      ...['stage/aggregate', 'stage/expression', 'stage/orderBy', 'stage/stages', 'statistics/column'],
    ].map((name) => `src/engine/${name}.ts`),
  ]);

  function unneededIn({ modules }: Loaded): string[] {
    return [...modules].filter((module) => unneeded.has(module) || module.startsWith('node_modules/'));
  }

  it('names modules that there are', async () => {
    for (const module of unneeded) await readFile(new URL(`../../../../${module}`, import.meta.url));
  });

  it('loads five files for a count, and nothing that a count has no use for', async () => {
    const loaded = await loadedBy('one.jsonl', '{"a":1}\n', '--count');
    assert.ok(loaded.modules.has('src/engine/run/count.ts'), 'the modules are seen');
    assert.deepEqual(unneededIn(loaded), []);
    assert.ok(!loaded.modules.has('src/engine/format/csv/table.ts'));
    // The entry, what is imported there, helpers of the bundler, the program by its name, and the program itself.
    assert.equal(loaded.files, 5);
  });

  it('loads what recognises tables for a count of one, and what computes where something is computed', async () => {
    const loaded = await loadedBy('one.csv', 'a,b\n1,x\n', '--count', 'a >= 1');
    assert.ok(loaded.modules.has('src/engine/format/csv/table.ts'));
    assert.deepEqual(unneededIn(loaded), []);
    assert.equal(loaded.files, 6);
    const grouped = await loadedBy('two.csv', 'a,b\n1,x\n', '|> AGGREGATE count(*) GROUP BY b');
    assert.ok(grouped.modules.has('src/engine/stage/aggregate.ts'));
  });
});
