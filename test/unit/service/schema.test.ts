import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    assert.deepEqual(
      violations,
      report.map((line): unknown => JSON.parse(line)),
    );
    await assert.rejects(preview.host.call('validate', asked), /already exists/);
  });

  it('that are wrong write nothing', async () => {
    await writeFile(at('schema.json'), '{"type":"strange"}');
    const asked = { session: 1, schema: at('schema.json'), report: at('report.jsonl') };
    await assert.rejects(preview.host.call('validate', asked), /schema\.json/);
    assert.deepEqual((await readdir(folder)).sort(), ['in.jsonl', 'schema.json']);
  });
});
