import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { runCli } from '../../support/cli.ts';

const packages = fileURLToPath(new URL('../../../../node_modules/', import.meta.url));
const vega = join(packages, 'vega-datasets/data');

/** Files as other people made them. */
describe('rowriver on real data', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-real-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function output(args: string[]): Promise<string> {
    const result = await runCli(args);
    assert.equal(result.code, 0, result.stderr);
    return result.stdout.toString();
  }

  /** An empty cell without quotes is null. */
  function rows(text: string | Buffer, delimiter: string): Record<string, string | null>[] {
    const cast = (cell: string, { quoting }: { readonly quoting: boolean }): string | null =>
      cell === '' && !quoting ? null : cell;
    return parse(text, { columns: true, bom: true, delimiter, cast });
  }

  for (const name of ['airports.csv', 'birdstrikes.csv', 'zipcodes.csv', 'unemployment.tsv', 'github.csv']) {
    it(`reads the cells of ${name} as csv-parse does`, async () => {
      const expected = rows(await readFile(join(vega, name)), name.endsWith('.tsv') ? '\t' : ',');
      assert.deepEqual(JSON.parse(await output([join(vega, name), '--to', 'json'])), expected);
    });
  }

  it('copies delimited files byte for byte', async () => {
    const names = (await readdir(vega)).filter((name) => /\.[ct]sv$/.test(name));
    assert.ok(names.length > 20);
    for (const name of names.filter((_, i) => i % 5 === 0)) {
      assert.equal(await output([join(vega, name)]), await readFile(join(vega, name), 'utf8'), name);
    }
  });

  it('filters and converts airports.csv as csv-parse and JavaScript do', async () => {
    const file = join(vega, 'airports.csv');
    const all = rows(await readFile(file), ',');
    const chosen = all.filter((row) => row.state === 'TX' && Number(row.latitude) > 32);
    assert.ok(chosen.length > 10 && chosen.length < all.length);
    const query = "state = 'TX' AND latitude > 32";
    for (const to of ['csv', 'tsv']) {
      const written = await output([file, query, '--to', to]);
      assert.deepEqual(rows(written, to === 'csv' ? ',' : '\t'), chosen);
    }
    assert.equal(await output([file, query, '--count']), `${chosen.length}\n`);
  });

  describe('npm package metadata', () => {
    let lines: string[] = [];

    before(async () => {
      for (const name of await packageNames()) {
        const text = await readFile(join(packages, name, 'package.json'), 'utf8').catch(() => undefined);
        if (text !== undefined) lines.push(JSON.stringify(JSON.parse(text)));
      }
      assert.ok(lines.length > 100);
      await writeFile(at('packages.jsonl'), `${lines.join('\n')}\n`);
    });
    after(() => (lines = []));

    it('is filtered as JSON.parse and JavaScript do', async () => {
      const chosen = lines.filter((line) => {
        const { license, engines } = JSON.parse(line) as { license?: string; engines?: { node?: string } };
        return license === 'MIT' && typeof engines?.node === 'string' && engines.node.startsWith('>=');
      });
      assert.ok(chosen.length > 5 && chosen.length < lines.length);
      const query = "license = 'MIT' AND engines.node LIKE '>=%'";
      assert.deepEqual((await output([at('packages.jsonl'), query])).split('\n').slice(0, -1), chosen);
    });

    it('is one table, without a loss', async () => {
      const table = rows(await output([at('packages.jsonl'), '--to', 'csv']), ',');
      assert.equal(table.length, lines.length);
      for (const [i, line] of lines.entries()) {
        const cells = Object.entries(table[i]).filter(([, cell]) => cell !== null && cell !== '');
        assert.deepEqual(new Map(cells), cellsOf(JSON.parse(line)));
      }
    });
  });

  async function packageNames(): Promise<string[]> {
    const names = await readdir(packages);
    const scoped = names.filter((name) => name.startsWith('@'));
    const inside = await Promise.all(
      scoped.map(async (scope) => (await readdir(join(packages, scope))).map((name) => `${scope}/${name}`)),
    );
    return [...names.filter((name) => !/^[@.]/.test(name)), ...inside.flat()].sort();
  }
});

/** The cells of a record by dotted name; what is empty has no cell. */
function cellsOf(value: unknown, name = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const members = Object.entries(value);
    for (const [key, member] of members) cellsOf(member, name === '' ? key : `${name}.${key}`, into);
    if (members.length > 0) return into;
  }
  if (value === null || value === '') return into;
  return into.set(name, typeof value === 'string' ? value : JSON.stringify(value));
}
