import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { listDoubts } from '../../../../src/engine/dataset/doubt/listDoubts.ts';
import { SampledCells } from '../../../../src/engine/dataset/doubt/sampledCells.ts';
import { parseQuery } from '../../../../src/engine/query/index.ts';

describe('listDoubts', () => {
  let folder: string;
  let dataset: Dataset;
  const { signal } = new AbortController();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-lists-'));
    const path = join(folder, 'orders.jsonl');
    const rows = [
      { id: 1, items: null, user: { tags: ['a'] }, mixed: [1], empty: [] },
      { id: 2, items: [{ sku: 'S3' }], user: { tags: [] }, mixed: { sku: 'S3' } },
    ];
    await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    dataset = await Dataset.open({ kind: 'file', path }, { signal });
  });

  after(async () => {
    await dataset.close();
    await rm(folder, { recursive: true });
  });

  async function told(text: string): Promise<string[]> {
    const parsed = parseQuery(text);
    if (!parsed.ok) assert.fail(parsed.diagnostics[0].message);
    const found = await listDoubts(parsed.query, dataset, new SampledCells(dataset), signal);
    return found.map(({ from, to, message }) => `${text.slice(from, to)}: ${message}`);
  }

  const ofItems = (path: string): string =>
    `items is a list, and items.${path} finds nothing in it; write |> UNNEST items AS item, and then item.${path}, or items[1].${path} for its first item`;

  it('says where a member of a list is asked for, once each', async () => {
    assert.deepEqual(await told("items.sku = 'S3' OR items.sku = 'S4' OR items.a.b = 1"), [
      `items.sku: ${ofItems('sku')}`,
      `items.a.b: ${ofItems('a.b')}`,
    ]);
    assert.deepEqual(await told("AS o |> SELECT id, items |> WHERE items.sku = 'S3'"), [
      `items.sku: ${ofItems('sku')}`,
    ]);
    assert.deepEqual(await told('|> ORDER BY user.tags.x'), [
      "user.tags.x: user.tags is a list, and user.tags.x finds nothing in it; write list_contains(user.tags, 'x') to look for an item, or user.tags[1] for the first one",
    ]);
  });

  it('says nothing where something may be found', async () => {
    for (const query of [
      "items[1].sku = 'S3' AND user.tags[1] = 'a' AND id = 1",
      "|> UNNEST items AS item |> WHERE item.sku = 'S3'",
      "mixed.sku = 'S3' OR nosuch.sku = 'S3' OR user.nosuch = 1",
      'EXTEND [id] AS items |> WHERE items.sku = 1',
    ])
      assert.deepEqual(await told(query), [], query);
  });
});
