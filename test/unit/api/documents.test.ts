import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import ts from 'typescript';

/** Inside the package, so that it can import itself by its name. */
const place = 'out/test/api';

interface Example {
  readonly code: string;
  readonly prints: string;
}

/** The programs of the page, with what it says that they print. */
function examplesOf(page: string): Example[] {
  const pairs = page.matchAll(/```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g);
  return [...pairs].map(([, code, prints]) => ({ code, prints }));
}

describe('docs/api.md', () => {
  let folder = '';
  let examples: Example[] = [];
  let page = '';

  before(async () => {
    await mkdir(place, { recursive: true });
    page = await readFile('docs/api.md', 'utf8');
    examples = examplesOf(page);
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const events = [
      { id: 1, status: 200, user: { name: 'ann' }, ms: 7 },
      { id: 2, status: 503, user: { name: 'bob' }, ms: 51 },
      { id: 3, status: 200, user: { name: 'cy' }, ms: 3 },
      { id: 4, status: 500, user: { name: 'ann' }, ms: 90 },
    ];
    await writeFile(
      join(folder, 'events.jsonl'),
      events.map((event) => `${JSON.stringify(event)}\n`).join(''),
    );
    await writeFile(join(folder, 'prices.csv'), 'item;price\npen;1,50\nink;2,25\n');
  });
  after(() => rm(folder, { recursive: true }));

  it('has a program in each of its parts', () => {
    assert.equal(examples.length, page.match(/```ts/g)?.length);
    assert.ok(examples.length >= 4);
  });

  it('says what its programs print', async () => {
    for (const [number, { code, prints }] of examples.entries()) {
      const script = resolve(place, `example-${number}.mjs`);
      await writeFile(script, (await transform(code, { loader: 'ts' })).code);
      const env = { ...process.env, XDG_CACHE_HOME: folder, LOCALAPPDATA: folder, NO_COLOR: '1' };
      const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: folder, env });
      assert.equal(stdout, prints);
    }
  });

  it('has programs that TypeScript accepts, by the types of the package', async () => {
    const wrong = `import { open } from 'rowriver';\nconst file = await open('x');\nfile.rows;\nawait file.count(7);\n`;
    const programs = [...examples.map(({ code }) => code), wrong];
    const names = await Promise.all(
      programs.map(async (code, number) => {
        const name = resolve(place, `example-${number}.mts`);
        await writeFile(name, code);
        return name;
      }),
    );
    const program = ts.createProgram(names, {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts'],
      types: [],
      strict: true,
      skipDefaultLibCheck: true,
      noEmit: true,
    });
    const found = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
      file: file?.fileName,
      text: ts.flattenDiagnosticMessageText(messageText, ' '),
    }));
    const last = names.at(-1);
    assert.deepEqual(
      found.filter(({ file }) => file !== last),
      [],
    );
    assert.equal(found.length, 2, 'Mistakes are seen.');
  });
});
