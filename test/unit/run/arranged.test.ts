import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import type { ByteSink } from '../../../src/engine/sink/byteSink.ts';
import type { ExportFormat } from '../../../src/protocol/engine.ts';

/** What a query over a file comes to, as an export writes it. */
async function exported(path: string, query: string, to: ExportFormat, blockSize?: number): Promise<Buffer> {
  const { signal } = new AbortController();
  const dataset = await Dataset.open({ kind: 'file', path }, { signal, blockSize });
  const chunks: Buffer[] = [];
  const done = (): Promise<void> => Promise.resolve();
  const sink: ByteSink = {
    name: 'memory',
    write: (bytes) => Promise.resolve(void chunks.push(Buffer.from(bytes))),
    commit: done,
    discard: done,
  };
  try {
    await exportTo(dataset, { query, to, sink }, { signal, progress: () => undefined });
  } finally {
    await dataset.close();
  }
  return Buffer.concat(chunks);
}

describe('whole records in another order', () => {
  let folder: string;
  let path: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    path = join(folder, 'data.csv');
  });

  after(() => rm(folder, { recursive: true }));

  const header = '"x";"x"; y ;\r\n';

  it('keep their bytes and the header as it stands', async () => {
    await writeFile(path, `${header}3;"a";b;c\r\n1;2\r\n2;"p;q\r\nr";;;5;6\r\n2;"p;q\r\nr";;;5;6\r\n`);
    const sorted = `${header}1;2\r\n2;"p;q\r\nr";;;5;6\r\n2;"p;q\r\nr";;;5;6\r\n3;"a";b;c\r\n`;
    assert.equal((await exported(path, '|> ORDER BY x', 'same')).toString(), sorted);
    assert.equal((await exported(path, '|> ORDER BY x |> LIMIT 9', 'same')).toString(), sorted);
    assert.equal(
      (await exported(path, 'x > 1 |> ORDER BY x |> DISTINCT |> WHERE x < 3', 'same')).toString(),
      `${header}2;"p;q\r\nr";;;5;6\r\n`,
    );
    assert.equal((await exported(path, 'x > 5 |> ORDER BY x', 'same')).toString(), header);
  });

  it('of another dialect keep their cells', async () => {
    await writeFile(path, `${header}3;"a";b;c\r\n1;2\r\n2;"p,q";;;5;6\r\n`);
    assert.equal(
      (await exported(path, '|> ORDER BY x', 'csv')).toString(),
      'x,x, y ,\r\n1,2\r\n2,"p,q",,,5,6\r\n3,a,b,c\r\n',
    );
  });

  it('keep bytes that are not UTF-8, also through several stages', async () => {
    const text = Buffer.from('k,t\n2,\xe4\n1,\xf6\xff\n', 'latin1');
    await writeFile(path, text);
    const query = '|> ORDER BY k |> DISTINCT |> TABLESAMPLE 10 ROWS |> ORDER BY k DESC';
    assert.deepEqual(await exported(path, query, 'same'), text);
  });

  it('are the rows of a filter, whatever their widths and the blocks', async () => {
    const cell = fc.constantFrom('', '1', 'a b', '"x,y"', '"l\nm"', '""', 'ü');
    const row = fc.array(cell, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 30 }),
        fc.integer({ min: 16, max: 200 }),
        fc.constantFrom('|> ORDER BY b', '|> TABLESAMPLE 100 ROWS', '|> ORDER BY a, c DESC |> LIMIT 100'),
        fc.constantFrom<ExportFormat>('same', 'csv', 'jsonl'),
        async (rows, blockSize, query, to) => {
          const lines = rows.map((cells, at) => `r${at},${cells.join(',')}\n`);
          await writeFile(path, `name,b,c,d\nr00,1,2,3\n${lines.join('')}`);
          const asRead = (await exported(path, '', to)).toString().split(/(?=r\d+,|\{)/);
          const arranged = (await exported(path, query, to, blockSize)).toString().split(/(?=r\d+,|\{)/);
          assert.deepEqual(arranged.sort(), asRead.sort());
        },
      ),
      { numRuns: 60 },
    );
  });

  for (const [name, head, pool] of [
    ['CSV', 'id,v', ['1,a', '2,"q\r\nr"', '3', '4,b,c', '5,"b"x', 'ü,é']],
    ['JSON Lines', '', ['{"id":1}', '  {"id":2,"v":"ü"}', '{"id":', 'not json', '{"id":3}x', '']],
  ] as const) {
    it(`of which some are malformed keep their bytes and places, in ${name} with CRLF`, async () => {
      const file = join(folder, name === 'CSV' ? 'malformed.csv' : 'malformed.jsonl');
      const lines = fc
        .array(fc.constantFrom<string>(...pool), { maxLength: 10 })
        // So many that nothing else is recognised than two columns.
        .map((drawn) => [...new Array<string>(12).fill(pool[0]), ...drawn]);
      await fc.assert(
        fc.asyncProperty(
          lines,
          fc.integer({ min: 16, max: 200 }),
          fc.boolean(),
          async (drawn, blockSize, ended) => {
            const first = head === '' ? '' : `${head}\r\n`;
            await writeFile(file, first + drawn.join('\r\n') + (ended ? '\r\n' : ''));
            const expected = recordsOf(drawn, first);
            const isFaulty = (text: string): boolean => pool.slice(2, 5).some((bad) => bad === text);

            const places = '_record, _line, _offset, _error IS NOT NULL AS bad';
            for (const query of [
              `|> SELECT ${places} |> ORDER BY _offset DESC`,
              `|> ORDER BY _record DESC |> SELECT ${places}`,
            ]) {
              const rows = (await exported(file, `_line > 0 ${query}`, 'jsonl', blockSize)).toString().trim();
              assert.deepEqual(
                rows
                  .split('\n')
                  .filter(Boolean)
                  .map((row) => JSON.parse(row) as unknown),
                expected.map(({ text, ...place }) => ({ ...place, bad: isFaulty(text) })).reverse(),
              );
            }

            const query = '_error IS NOT NULL OR id IS NOT NULL |> ORDER BY _error IS NULL, _line DESC';
            const [bad, good] = [
              expected.filter(({ text }) => isFaulty(text)),
              expected.filter(({ text }) => !isFaulty(text)),
            ];
            const end = name === 'CSV' ? '\r\n' : '\n';
            assert.equal(
              (await exported(file, query, 'same', blockSize)).toString(),
              first + [...bad.reverse(), ...good.reverse()].map(({ text }) => text + end).join(''),
            );

            if (name === 'CSV') return;
            // Sorted, and each once: the same objects of reason and text as in the order of the file.
            const texts = async (asked: string): Promise<string[]> =>
              (JSON.parse(String(await exported(file, asked, 'json', blockSize))) as unknown[]).map((row) =>
                JSON.stringify(row),
              );
            const plain = await texts('_error IS NOT NULL');
            assert.deepEqual(await texts('_error IS NOT NULL |> ORDER BY _record DESC'), plain.toReversed());
            assert.equal((await texts('_error IS NOT NULL |> DISTINCT')).length, new Set(plain).size);
          },
        ),
        { numRuns: 25 },
      );
    });
  }
});

/** The records of lines that follow `first`: their texts, and where they begin. */
function recordsOf(
  lines: readonly string[],
  first: string,
): { _record: number; _line: number; _offset: number; text: string }[] {
  const records = [];
  let [_line, _offset] = [first === '' ? 1 : 2, first.length];
  for (const text of lines) {
    if (text !== '') records.push({ _record: records.length + 1, _line, _offset, text });
    _line += text.split('\r\n').length;
    _offset += Buffer.byteLength(text) + 2;
  }
  return records;
}
