import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Programs } from '../../../src/engine/call/programs.ts';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { openTarget } from '../../../src/engine/sink/openTarget.ts';

describe('rows on their way to a program and back', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-rows-'))));
  after(() => rm(folder, { recursive: true }));

  /** Every record as the program gets it, and where it begins. */
  const echo = `export const stateless = true;
    export const stage = (record, { offset }) => ({ ...record, at: offset });`;

  async function through(
    content: string,
    name: string,
    query: (call: string) => string,
    source = echo,
  ): Promise<string> {
    const { signal } = new AbortController();
    const [data, program, target] = [name, 'echo.mjs', 'out.jsonl'].map((file) => join(folder, file));
    await writeFile(data, content);
    await writeFile(program, source);
    const worker = pathToFileURL(resolve('dist/stage.js'));
    const programs = new Programs({ worker, threads: 2, say: () => undefined });
    const dataset = await Dataset.open({ kind: 'file', path: data }, { signal });
    try {
      const sink = await openTarget(target, { sources: [data] });
      const asked = { query: query(`CALL '${program}'`), to: 'jsonl', sink, programs } as const;
      await exportTo(dataset, asked, { signal, progress: () => undefined });
    } finally {
      await dataset.close();
    }
    return readFile(target, 'utf8');
  }

  it('are the records as they stand, whatever their white space, numbers and letters', async () => {
    const lines = [
      '{"a":1}\r\n',
      '\t{ "a" :\t2 ,\r "b":[1,\t2]}  \n',
      '\n',
      '{"a":NaN,"b":-Infinity,"c":"NaN"}\n',
      '{"a":"é€😀\\u0000\\n","b":{}}\n',
      '{}\n',
      '7\n',
      '{"a":1e400}\n',
      '{"a":"last"}',
    ];
    const offsets = lines.map((_, at) => Buffer.byteLength(lines.slice(0, at).join('')));
    const made = await through(lines.join(''), 'odd.jsonl', (call) => `|> ${call}`);
    assert.deepEqual(made.split('\n'), [
      `{"a":1,"at":${offsets[0]}}`,
      `{"a":2,"b":[1,2],"at":${offsets[1]}}`,
      `{"a":"NaN","b":"-Infinity","c":"NaN","at":${offsets[3]}}`,
      `{"a":"é€😀\\u0000\\n","b":{},"at":${offsets[4]}}`,
      `{"at":${offsets[5]}}`,
      `{"at":${offsets[6]}}`,
      `{"a":"Infinity","at":${offsets[7]}}`,
      `{"a":"last","at":${offsets[8]}}`,
      '',
    ]);
  });

  it('are more than a program is given at once, before and behind other steps', async () => {
    const count = 10_000;
    const lines = Array.from({ length: count }, (_, n) => `{"n":${n},"text":"${'x'.repeat(n % 50)}"}\n`);
    const content = lines.join('');
    const offsets: number[] = [];
    lines.reduce((at, line) => (offsets.push(at), at + line.length), 0);
    const rows = lines.map((line, n) => `${line.slice(0, -2)},"at":${offsets[n]}}`);
    const asked = async (query: (call: string) => string): Promise<string[]> =>
      (await through(content, 'many.jsonl', query)).split('\n').slice(0, -1);
    assert.deepEqual(await asked((call) => `|> ${call}`), rows);
    assert.deepEqual(
      await asked((call) => `n % 3 = 0 |> ${call} |> WHERE n % 2 = 0 |> LIMIT 1500`),
      rows.filter((_, n) => n % 6 === 0).slice(0, 1500),
    );
    assert.deepEqual(await asked((call) => `|> ${call} |> ORDER BY n DESC`), rows.toReversed());
    assert.deepEqual(
      await asked((call) => `|> SELECT n * 2 AS twice |> ${call} |> SELECT twice, at`),
      rows.map((_, n) => `{"twice":${2 * n},"at":${offsets[n]}}`),
    );
    assert.deepEqual(await asked((call) => `|> ${call} |> AGGREGATE count(*) AS n, sum(at) AS at`), [
      `{"n":${count},"at":${offsets.reduce((sum, at) => sum + at, 0)}}`,
    ]);
    assert.deepEqual(
      await asked((call) => `|> ${call} |> EXTEND n + 1 AS next |> DROP text |> LIMIT 2`),
      [0, 1].map((n) => `{"n":${n},"at":${offsets[n]},"next":${n + 1}}`),
    );
  });

  it('come in batches of about a MiB, however long they are', async () => {
    const longest = `export async function* batches(input) {
      let most = 0;
      let count = 0;
      for await (const records of input) {
        count += records.length;
        most = Math.max(most, JSON.stringify(records).length);
      }
      yield [{ most, count }];
    }`;
    const content = Array.from({ length: 3000 }, (_, n) => `{"n":${n}}\n`).join('');
    for (const length of [1500, 40_000]) {
      const made = await through(
        content,
        'long.jsonl',
        (call) => `n < ${3e6 / length} |> SELECT n, repeat('x', ${length}) AS t |> ${call}`,
        longest,
      );
      const { most, count } = JSON.parse(made) as { most: number; count: number };
      assert.equal(count, 3e6 / length);
      assert(most < 1.2 * 2 ** 20, `a batch has ${most} characters`);
    }
  });

  it('are those of a document, whose records take several lines', async () => {
    const made = await through(
      '[\n{\n"a": 1,\n "b": [\n2]},\n{"a": 2}\n]\n',
      'lines.json',
      (call) => `|> ${call}`,
    );
    assert.deepEqual(made.split('\n'), ['{"a":1,"b":[2],"at":2}', '{"a":2,"at":25}', '']);
  });
});
