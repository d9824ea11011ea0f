import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { ViewRun } from '../../../src/engine/run/viewRun.ts';
import { loadSchema } from '../../../src/engine/schema/load.ts';
import { english, said } from '../../../src/said/said.ts';
import { Preview } from '../../support/preview.ts';

describe('JSON Schemas of a preview', () => {
  const records = Array.from({ length: 3000 }, (_, id) => ({
    id,
    status: id % 7 === 0 ? 'none' : 200 + (id % 3),
  }));
  const lines = records.map((record) => `${JSON.stringify(record)}\n`);
  let folder: string;
  let preview: Preview;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-schema-'));
    await writeFile(join(folder, 'in.jsonl'), lines.join(''));
    preview = await Preview.open(join(folder, 'in.jsonl'));
  });
  afterEach(async () => {
    await preview.close();
    await rm(folder, { recursive: true });
  });

  const at = (name: string): string => join(folder, name);
  const strict = { type: 'object', properties: { status: { type: 'integer' } } };

  it('are made of the records, and allow all of them', async () => {
    const { text, records: seen } = await preview.host.call('inferSchema', { session: 1, query: '' });
    assert.equal(seen, records.length);
    await writeFile(at('schema.json'), text);
    const { checked } = await preview.host.call('validate', { session: 1, schema: at('schema.json') });
    assert.deepEqual(checked, { records: records.length, invalid: 0, rules: [] });
  });

  it('tell valid from invalid records, and write violations, in one pass', async () => {
    await writeFile(at('schema.json'), JSON.stringify(strict));
    const targets = { report: at('report.jsonl'), invalid: at('invalid.jsonl'), valid: at('valid.jsonl') };
    const asked = { session: 1, schema: at('schema.json'), ...targets };
    const { checked, violations } = await preview.host.call('validate', asked);
    const isInvalid = ({ id }: { readonly id: number }): boolean => id % 7 === 0;
    assert.equal(checked?.invalid, records.filter(isInvalid).length);
    assert.equal(
      await readFile(targets.invalid, 'utf8'),
      lines.filter((_, id) => isInvalid({ id })).join(''),
    );
    assert.equal(await readFile(targets.valid, 'utf8'), lines.filter((_, id) => !isInvalid({ id })).join(''));
    const report = (await readFile(targets.report, 'utf8')).trimEnd().split('\n');
    assert.deepEqual(
      report.map((line) => (JSON.parse(line) as { readonly record: number }).record),
      records.filter(isInvalid).map(({ id }) => id + 1),
    );
    // The report is English, and has the byte as well.
    const [first] = records.filter(isInvalid);
    assert.equal(
      report[0],
      `{"record":${first.id + 1},"line":${first.id + 1},"offset":0,"path":"/status","rule":"type","message":"must be integer","value":"\\"none\\""}`,
    );
    assert.deepEqual(
      violations.map(({ message, ...violation }) => ({ ...violation, message: english(message) })),
      report.map((line) => {
        const { offset: _, ...violation } = JSON.parse(line) as Readonly<Record<string, unknown>>;
        return violation;
      }),
    );
    await assert.rejects(preview.host.call('validate', asked), /already exists/);
  });

  describe('that are chosen', () => {
    const choose = async (schema: object): Promise<void> => {
      await writeFile(at('schema.json'), JSON.stringify(schema));
      await preview.host.call('validate', { session: 1, schema: at('schema.json') });
    };
    const found = async (query: string): Promise<number> =>
      (await preview.page.call('run', { query })).matched;
    const invalid = records.filter(({ id }) => id % 7 === 0);

    it('tell the page what is found, and which violations', async () => {
      assert.equal(await preview.page.call('schemaCheck', null), null);
      await choose(strict);
      const check = await preview.page.call('schemaCheck', null);
      assert.deepEqual(preview.checks.at(-1), check);
      assert.deepEqual(
        preview.checks.map((told) => told?.phase).filter((phase, i, all) => phase !== all[i - 1]),
        ['running', 'done'],
      );
      const place = '#/properties/status/type';
      assert.deepEqual(
        { ...check, scanned: 0, total: 0 },
        {
          schema: 'schema.json',
          phase: 'done',
          records: records.length,
          invalid: invalid.length,
          rules: [
            {
              path: '/status',
              rule: 'type',
              message: said`must be ${'integer'}`,
              place,
              records: invalid.length,
            },
          ],
          brokenRules: 1,
          listed: invalid.length,
          scanned: 0,
          total: 0,
          said: undefined,
        },
      );
      const listed = await preview.page.call('violations', { first: 1, count: 2 });
      assert.deepEqual(
        listed.map(({ record }) => record),
        [8, 15],
      );
    });

    it('are what queries mean by _violation, and no other query is about', async () => {
      assert.equal(await found('_violation IS NOT NULL'), 0);
      await choose(strict);
      assert.equal(await found('_violation IS NOT NULL'), invalid.length);
      assert.equal(await found(`_violation IS NULL`), records.length - invalid.length);
      assert.equal(
        await found(`list_contains(_violation.places, '#/properties/status/type')`),
        invalid.length,
      );
      assert.equal(await found('id >= 0'), records.length);
      assert.equal(await found('|> AGGREGATE count(*) AS n GROUP BY _violation.rule AS r'), 2);
    });

    it('replace the one before, with the rows that it had chosen', async () => {
      await choose(strict);
      assert.equal(await found('_violation IS NOT NULL'), invalid.length);
      await choose({ properties: { id: { maximum: 9 } } });
      assert.equal(await found('_violation IS NOT NULL'), records.length - 10);
    });

    it('warn of _violation only where there is none', async () => {
      const warnings = async (): Promise<number> =>
        (await preview.page.call('check', { query: '_violation IS NOT NULL' })).length;
      assert.equal(await warnings(), 1);
      await choose(strict);
      assert.equal(await warnings(), 0);
    });

    it('show rows, find records and write files of what they do not allow', async () => {
      await choose(strict);
      const { view } = await preview.page.call('run', { query: '_violation IS NOT NULL' });
      const page = await preview.page.call('rows', { view, first: 2, count: 3, columns: [0] });
      assert.deepEqual([...page.records], [15, 22, 29]);
      const place = { by: 'record', value: 22 } as const;
      assert.deepEqual(await preview.page.call('locate', { view, place }), { row: 3, exact: true });
      const { text } = await preview.page.call('record', { view, row: 3 });
      assert.equal(text, JSON.stringify(records[21]));
      const target = at('out.jsonl');
      await preview.host.call('export', { session: 1, query: '_violation IS NOT NULL', target, to: 'same' });
      assert.equal(await readFile(target, 'utf8'), lines.filter((_, id) => id % 7 === 0).join(''));
    });

    it('leave nothing in what is kept of the file', async () => {
      await writeFile(at('schema.json'), JSON.stringify(strict));
      const { signal } = new AbortController();
      const schema = await loadSchema(at('schema.json'), signal);
      const dataset = await Dataset.open({ kind: 'file', path: at('in.jsonl') }, { signal, schema });
      try {
        const query = '_violation IS NOT NULL';
        const run = new ViewRun(1, plannedFor(query, dataset.recognised.format), dataset);
        const { matched } = await run.run(signal, () => undefined);
        assert.equal(matched, invalid.length);
        assert.equal(dataset.known.recall(query), undefined);
      } finally {
        await dataset.close();
      }
    });

    it('are forgotten when the file is opened anew', async () => {
      await choose(strict);
      await preview.page.call('reload', null);
      assert.equal(await preview.page.call('schemaCheck', null), null);
      assert.equal(preview.checks.at(-1), null);
      assert.equal(await found('_violation IS NOT NULL'), 0);
    });
  });

  it('that are wrong write nothing', async () => {
    await writeFile(at('schema.json'), '{"type":"strange"}');
    const asked = { session: 1, schema: at('schema.json'), report: at('report.jsonl') };
    await assert.rejects(preview.host.call('validate', asked), /schema\.json/);
    assert.deepEqual((await readdir(folder)).sort(), ['in.jsonl', 'schema.json']);
  });
});
