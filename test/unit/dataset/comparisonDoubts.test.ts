import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { comparisonDoubts } from '../../../src/engine/dataset/doubts.ts';
import { SampledCells } from '../../../src/engine/dataset/sampledCells.ts';
import { parseQuery } from '../../../src/engine/query/index.ts';

interface Told {
  readonly message: string;
  /** The query by the fix. */
  readonly query: string | undefined;
}

describe('comparisonDoubts', () => {
  let folder: string;
  const { signal } = new AbortController();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-compared-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** Asks queries of a column `t` with these JSON values, as each layout that can hold them. */
  async function told(values: readonly unknown[], queries: readonly string[]): Promise<Told[][]> {
    const lines = values.map((t, n) => JSON.stringify({ n, t }));
    const cells = values.map((t, n) => `${n},${String(t)}`);
    const files = {
      'a.jsonl': lines.join('\n'),
      'b.json': `[\n${lines.join(',\n')}\n]`,
      'c.csv': ['n,t', ...cells].join('\n'),
    };
    const each: Told[][][] = [];
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, name), `${text}\n`);
      const dataset = await Dataset.open({ kind: 'file', path: join(folder, name) }, { signal });
      try {
        each.push(await Promise.all(queries.map((query) => ask(dataset, query))));
      } finally {
        await dataset.close();
      }
    }
    for (const other of each.slice(1)) assert.deepEqual(other, each[0]);
    return each[0];
  }

  async function ask(dataset: Dataset, text: string, sampled = new SampledCells(dataset)): Promise<Told[]> {
    const parsed = parseQuery(text);
    if (!parsed.ok) assert.fail(text);
    const found = await comparisonDoubts(parsed.query, dataset, sampled, signal);
    return found.map(({ message, fix }) => ({ message, query: fix?.query }));
  }

  const zulu = ['2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z', '2026-03-29T03:00:00Z'];

  it('points out a time that is written in another way than the times of the column', async () => {
    const queries = [
      "t >= '2026-03-29 02:00:00'",
      "t = '2026-03-29T02:00:00'",
      "'2026-03-29T04:00:00+02:00' < t",
      "n > 0 AND t BETWEEN '2026-03-29' AND '2026-03-29 02:30'",
      "t IN ('2026-03-29T02:00:00Z', '2026-03-29T02:00:00.000Z')",
      "|> EXTEND n + 1 AS m |> WHERE t < '2026-03-29 02:00:00Z'",
      "t > '29.03.2026'",
    ];
    const found = await told(zulu, queries);
    assert.deepEqual(
      found.map((one) => one.map(({ query }) => query)),
      [
        ["t >= TIMESTAMP '2026-03-29 02:00:00'"],
        ["t = TIMESTAMP '2026-03-29T02:00:00'"],
        ["TIMESTAMP '2026-03-29T04:00:00+02:00' < t"],
        ["n > 0 AND t BETWEEN '2026-03-29' AND TIMESTAMP '2026-03-29 02:30'"],
        ["t IN ('2026-03-29T02:00:00Z', TIMESTAMP '2026-03-29T02:00:00.000Z')"],
        ["|> EXTEND n + 1 AS m |> WHERE t < TIMESTAMP '2026-03-29 02:00:00Z'"],
        ["t > TIMESTAMP '2026-03-29'"],
      ],
    );
    assert.equal(
      found[0][0].message,
      "beside a text, the times of t are compared as texts, and are written in another way; write TIMESTAMP '2026-03-29 02:00:00'",
    );
  });

  it('points out times of several forms, and a date whose order is not known', async () => {
    const mixed = ['2026-03-29T01:00:00Z', '2026-03-29T02:00:00.5Z', '2026-03-29T03:00:00Z'];
    const [one] = await told(mixed, ["t > '2026-03-29T02:00:00Z'"]);
    assert.equal(one[0].query, "t > TIMESTAMP '2026-03-29T02:00:00Z'");
    const offsets = ['2026-03-29T01:00:00+01:00', '2026-03-29T02:00:00+02:00'];
    assert.equal((await told(offsets, ["t > '2026-03-29T02:00:00+02:00'"]))[0].length, 1);
    const [open] = await told(zulu, ["t > '03/04/2026'"]);
    assert.deepEqual(open, [
      {
        message: 'beside a text, the times of t are compared as texts, and are written year first',
        query: undefined,
      },
    ]);
  });

  it('says nothing where texts are in the order of their times, or hold something else', async () => {
    const quiet = [
      ...["t >= '2026-03-29'", "t >= '2026-03-29T02'", "t < '2026-03-29T02:00:00Z'", "t = '2026-03-29'"],
      ...["t > TIMESTAMP '2026-03-29 02:00'", "t LIKE '2026-03-29 %'", "t > 'x'", "t = '29.03.2026'"],
      ...["|> EXTEND upper(t) AS t |> WHERE t > '2026-03-29 02:00:00'", "none > '2026-03-29 02:00:00'"],
    ];
    assert.deepEqual(
      await told(zulu, quiet),
      quiet.map(() => []),
    );
    const texts = ['a', 'b', '2026-03-29T03:00:00Z'];
    assert.deepEqual(await told(texts, ["t > '2026-03-29 02:00:00'"]), [[]]);
    assert.deepEqual(await told([null, null], ["t > '2026-03-29 02:00:00'"]), [[]]);
  });

  it('points out numbers beside a time, where these are numbers of JSON, and numbers as texts in a table', async () => {
    const one = async (name: string, text: string, query: string): Promise<Told[]> => {
      await writeFile(join(folder, name), text);
      const dataset = await Dataset.open({ kind: 'file', path: join(folder, name) }, { signal });
      try {
        return await ask(dataset, query);
      } finally {
        await dataset.close();
      }
    };
    const epochs = '{"t":1774749600000}\n{"t":1774759600000}\n';
    assert.deepEqual(await one('e.jsonl', epochs, "t > '2026-03-29'"), [
      {
        message:
          "the numbers of t cannot be compared with a time that is a text; write TIMESTAMP '2026-03-29'",
        query: "t > TIMESTAMP '2026-03-29'",
      },
    ]);
    // A number of JSON beside a text reads the text as a number.
    assert.deepEqual(await one('e.jsonl', epochs, "t > '5'"), []);
    const prices = `a,price\n${Array.from({ length: 20 }, (_, i) => `x,${i === 7 ? 'n/a' : i}\n`).join('')}`;
    assert.deepEqual(await one('p.csv', prices, "price > '5'"), [
      {
        message: 'beside a text, the numbers of price are compared as texts; write 5',
        query: 'price > 5',
      },
    ]);
    assert.deepEqual(await one('p.csv', prices, "price = '5' OR price > 'x' OR price > 5"), []);
    assert.deepEqual(await one('q.csv', 'a,price\nx,1\ny,abc\n', "price > '5'"), []);
  });

  it('reads nothing where nothing depends on the cells', async () => {
    await writeFile(join(folder, 'r.csv'), 'a,t\nx,2026-03-29T02:00:00Z\n');
    const dataset = await Dataset.open({ kind: 'file', path: join(folder, 'r.csv') }, { signal });
    const sampled = new Counted(dataset);
    try {
      for (const query of ["a = 'x'", 'a > 5', "t LIKE '2026%'", "a IN ('x', '5')"])
        await ask(dataset, query, sampled);
      assert.equal(sampled.asked, 0);
      await ask(dataset, "a > 'x' AND t > '2026-03-29 02:00' AND t < '2026-03-30'", sampled);
      assert.equal(sampled.asked, 1);
    } finally {
      await dataset.close();
    }
  });
});

class Counted extends SampledCells {
  asked = 0;

  override of(...args: Parameters<SampledCells['of']>): ReturnType<SampledCells['of']> {
    this.asked++;
    return super.of(...args);
  }
}
