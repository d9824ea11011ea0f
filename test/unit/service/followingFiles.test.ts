import assert from 'node:assert/strict';
import { appendFile, mkdir, open, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { FileSearch } from '../../../src/protocol/fileSearch.ts';
import { english } from '../../../src/said/said.ts';
import { FollowedPreview, numberedLines } from '../../support/followedPreview.ts';
import { cellsOf, Preview } from '../../support/preview.ts';

describe('a preview that follows several files', () => {
  const bed = new FollowedPreview();
  const { at } = bed;

  /** Opens the files and follows them. */
  async function follow(search: Partial<FileSearch> = { pattern: '*.jsonl' }): Promise<Preview> {
    const files = { folder: bed.folder, ...search };
    bed.preview = await Preview.openFile({ location: bed.folder, files, options: {} }, 2, at('cache'));
    assert.equal(bed.preview.info.grows, true);
    await bed.preview.page.call('rows', { view: 0, first: 0, count: 1, columns: [] });
    await bed.preview.file(({ exact }) => exact);
    await bed.preview.page.call('follow', { on: true });
    return bed.preview;
  }

  /** Does something, and waits until the table has so many records. */
  async function grown(one: Preview, records: number, work: () => Promise<void>): Promise<void> {
    const there = one.file((state) => state.exact && state.records === records);
    await work();
    await there;
  }

  /** Cells of all columns, row by row. */
  async function rows({ page }: Preview, view = 0, first = 0, count = 100): Promise<string[][]> {
    return cellsOf(await page.call('rows', { view, first, count, columns: [0, 1] }));
  }

  it('puts what comes to any of them at the end, in the order in which it comes', async () => {
    await writeFile(at('a.jsonl'), numberedLines(0, 2));
    await writeFile(at('b.jsonl'), numberedLines(10, 12));
    const one = await follow();
    const { page } = one;
    const view = await page.call('run', { query: 'n <> 11 AND n <> 3' });
    await grown(one, 5, () => appendFile(at('a.jsonl'), `${numberedLines(2, 3)}{"n":`));
    await grown(one, 6, () => appendFile(at('b.jsonl'), numberedLines(12, 13)));
    await grown(one, 8, () => appendFile(at('a.jsonl'), `3}\n${numberedLines(4, 5)}`));
    await grown(one, 9, () => appendFile(at('a.jsonl'), numberedLines(5, 6)));
    const expected = [
      ...[0, 1].map((n) => ['a.jsonl', String(n)]),
      ...[10, 11].map((n) => ['b.jsonl', String(n)]),
      ['a.jsonl', '2'],
      ['b.jsonl', '12'],
      ...[3, 4, 5].map((n) => ['a.jsonl', String(n)]),
    ];
    assert.deepEqual(await rows(one), expected);
    const filtered = expected.filter(([, n]) => n !== '11' && n !== '3');
    assert.deepEqual(await rows(one, view.view), filtered);
    const places = await page.call('run', {
      query: '|> SELECT _record, n, _file, _file_offset, _offset |> WHERE _record > 4',
    });
    const found = await page.call('rows', { view: places.view, first: 0, count: 9, columns: [0, 1, 2, 3] });
    assert.deepEqual(cellsOf(found), [
      ['5', '2', 'a.jsonl', '16'],
      ['6', '12', 'b.jsonl', '18'],
      ['7', '3', 'a.jsonl', '24'],
      ['8', '4', 'a.jsonl', '32'],
      ['9', '5', 'a.jsonl', '40'],
    ]);
    assert.equal((await page.call('run', { query: "_file = 'b.jsonl'" })).matched, 3);
    const sums = await page.call('run', { query: '|> AGGREGATE sum(n) AS s, count(*) AS c GROUP BY _file' });
    assert.equal(sums.matched, 2);
    const sum = await page.call('rows', { view: sums.view, first: 0, count: 2, columns: [0, 1, 2] });
    assert.deepEqual(cellsOf(sum).sort(), [
      ['a.jsonl', '15', '6'],
      ['b.jsonl', '33', '3'],
    ]);
  });

  it('takes lines in quotes that were open over the beginning of a block for the one row that they become', async () => {
    const rows = Array.from({ length: 200_000 }, (_, n) => `${n},a\n`);
    const begin = `n,text\n${rows.join('')}`;
    const whole = begin.slice(0, begin.lastIndexOf('\n', 1024 * 1024 - 40) + 1);
    const count = whole.split('\n').length - 2;
    await writeFile(at('a.csv'), `${whole}-1,"${'5,b\n'.repeat(30)}`);
    await writeFile(at('b.csv'), 'n,text\n5,d\n');
    const one = await follow({ pattern: '*.csv' });
    const matches = async (query: string): Promise<number> => (await one.page.call('run', { query })).matched;
    await grown(one, count + 3, () => appendFile(at('a.csv'), '"\n5,c\n'));
    assert.deepEqual(
      [await matches('n = -1'), await matches("n = 5 AND text = 'b'"), await matches('n = 5')],
      [1, 0, 3],
    );
  });

  it('completes a record that was half written when they were opened, where it stands', async () => {
    await writeFile(at('a.jsonl'), `${numberedLines(0, 2)}{"n":`);
    await writeFile(at('b.jsonl'), `${numberedLines(10, 11)}{"n":1`);
    const one = await follow();
    await grown(one, 6, () => appendFile(at('b.jsonl'), `1}\n${numberedLines(12, 13)}`));
    await grown(one, 7, () => appendFile(at('a.jsonl'), `2}\n${numberedLines(3, 4)}`));
    assert.deepEqual(
      (await rows(one)).map(([, n]) => n),
      ['0', '1', '2', '10', '11', '12', '3'],
    );
    const { malformed } = one.files.at(-1) ?? {};
    assert.equal(malformed, 0);
  });

  it('keeps rows of delimited text whole, and passes over the header of new files', async () => {
    await writeFile(at('a.csv'), 'n,text\n1,"one"\n2,"half\n');
    await writeFile(at('b.csv'), 'n,text\n10,"ten"\n');
    const one = await follow({ pattern: '*.csv' });
    await grown(one, 4, () => appendFile(at('a.csv'), 'written"\n3,three\n'));
    await grown(one, 5, () => writeFile(at('c.csv'), 'n,text\n20,"two\nlines"\n21,"'));
    await grown(one, 6, () => appendFile(at('c.csv'), '"\n'));
    assert.deepEqual(
      cellsOf(await one.page.call('rows', { view: 0, first: 0, count: 9, columns: [0, 1, 2] })),
      [
        ['a.csv', '1', 'one'],
        ['a.csv', '2', 'half\nwritten'],
        ['b.csv', '10', 'ten'],
        ['a.csv', '3', 'three'],
        ['c.csv', '20', 'two\nlines'],
        ['c.csv', '21', ''],
      ],
    );
    assert.equal(one.files.at(-1)?.files, 3);
    assert.deepEqual(one.told.map(english), ['New file c.csv.']);
  });

  it('takes in new files of a folder, with what its folders say', async () => {
    await mkdir(at('day=1'));
    await writeFile(at('day=1/a.jsonl'), numberedLines(0, 2));
    const one = await follow({ names: ['.'] });
    await mkdir(at('day=2'));
    await grown(one, 5, () => writeFile(at('day=2/a.jsonl'), numberedLines(2, 5)));
    await grown(one, 6, () => appendFile(at('day=1/a.jsonl'), numberedLines(5, 6)));
    // It begins in its file where what came before ends in the other.
    await grown(one, 7, () => appendFile(at('day=2/a.jsonl'), numberedLines(6, 7)));
    const { page } = one;
    const found = await page.call('rows', { view: 0, first: 0, count: 9, columns: [1, 2] });
    assert.deepEqual(cellsOf(found), [
      ['1', '0'],
      ['1', '1'],
      ['2', '2'],
      ['2', '3'],
      ['2', '4'],
      ['1', '5'],
      ['2', '6'],
    ]);
    assert.equal((await page.call('run', { query: 'day = 2' })).matched, 4);
  });

  it('answers as if the table had been opened as it is, over many blocks and in workers', async () => {
    const more = `,"text":"${'x'.repeat(500)}"`;
    let all = [...Array(6000).keys()];
    await writeFile(at('a.jsonl'), numberedLines(0, 6000, more));
    await writeFile(at('b.jsonl'), numberedLines(6000, 12_000, more));
    all = [...Array(12_000).keys()];
    const one = await follow();
    const { page } = one;
    for (const query of ['n > 11000', 'n < 10', 'n % 7 = 0']) await page.call('run', { query });
    for (const [name, from, to] of [
      ['a', 20_000, 20_001],
      ['b', 20_001, 24_000],
      ['a', 24_000, 28_000],
    ] as const) {
      for (let n = from; n < to; n++) all.push(n);
      await grown(one, all.length, () => appendFile(at(`${name}.jsonl`), numberedLines(from, to, more)));
      for (const [query, expected] of [
        ['n > 11000', (n: number) => n > 11_000],
        ['n % 7 = 0', (n: number) => n % 7 === 0],
        [`n = ${to - 1}`, (n: number) => n === to - 1],
      ] as const) {
        assert.equal((await page.call('run', { query })).matched, all.filter(expected).length, query);
      }
      const [last] = await rows(one, 0, all.length - 1);
      assert.deepEqual(last, [`${name}.jsonl`, String(to - 1)]);
    }
  });

  it('says what made a file another, and follows the new ones once they are opened anew', async () => {
    await writeFile(at('a.jsonl'), numberedLines(0, 2));
    await writeFile(at('b.jsonl'), numberedLines(10, 12));
    const one = await follow();
    const said = (): string[] =>
      one.files.flatMap(({ phase, following, said: text }) =>
        phase === 'changed' && following && text ? [english(text)] : [],
      );
    const other = async (text: string, work: () => Promise<void>): Promise<void> => {
      const count = said().length;
      const there = one.next(({ phase }) => phase === 'changed');
      await work();
      await there;
      assert.deepEqual(said().slice(count), [text]);
      await one.page.call('reload', null);
      await one.page.call('rows', { view: 0, first: 0, count: 1, columns: [] });
      await one.page.call('follow', { on: true });
      await one.file(({ exact, phase }) => exact && phase === 'ready');
    };
    await other('a.jsonl was rotated or replaced. The files were opened anew.', async () => {
      await rename(at('a.jsonl'), at('a.jsonl.1'));
      await writeFile(at('a.jsonl'), numberedLines(2, 3));
    });
    await grown(one, 4, () => appendFile(at('b.jsonl'), numberedLines(12, 13)));
    await other('b.jsonl was truncated. The files were opened anew.', () => truncate(at('b.jsonl'), 0));
    await grown(one, 2, () => appendFile(at('b.jsonl'), numberedLines(13, 14)));
    await other('b.jsonl was overwritten. The files were opened anew.', async () => {
      const handle = await open(at('b.jsonl'), 'r+');
      await handle.write(numberedLines(20, 24), 0);
      await handle.close();
    });
    await other('a.jsonl was deleted or renamed. The other files were opened anew.', () => rm(at('a.jsonl')));
    await grown(one, 5, () => appendFile(at('b.jsonl'), numberedLines(24, 25)));
    assert.deepEqual(
      (await rows(one)).map(([, n]) => n),
      ['20', '21', '22', '23', '24'],
    );
  });

  it('says nothing of what it has taken in once it no longer follows', async () => {
    await writeFile(at('a.jsonl'), numberedLines(0, 2));
    await writeFile(at('b.jsonl'), numberedLines(10, 12));
    const one = await follow();
    await grown(one, 5, () => appendFile(at('a.jsonl'), numberedLines(2, 3)));
    await one.page.call('follow', { on: false });
    const told = one.file(({ phase }) => phase === 'changed');
    await appendFile(at('b.jsonl'), numberedLines(12, 13));
    await told;
    const { said } = one.files.at(-1) ?? {};
    assert.equal(said && english(said), '1 file was changed. The preview shows the files as they were.');
    const taken = one.file(({ records, phase }) => records === 6 && phase === 'ready');
    await one.page.call('follow', { on: true });
    await taken;
  });

  it('leaves out a new file that is compressed, and says so', async () => {
    await writeFile(at('a.jsonl'), numberedLines(0, 2));
    const one = await follow({ pattern: '*.jsonl*' });
    await writeFile(at('.b'), gzipSync(numberedLines(10, 20)));
    await rename(at('.b'), at('b.jsonl.gz'));
    await grown(one, 3, () => writeFile(at('c.jsonl'), numberedLines(2, 3)));
    await grown(one, 4, () => appendFile(at('a.jsonl'), numberedLines(3, 4)));
    assert.deepEqual(
      (await rows(one)).map(([, n]) => n),
      ['0', '1', '2', '3'],
    );
    assert.deepEqual(one.told.map(english), [
      'b.jsonl.gz cannot be followed: it is compressed.',
      'New file c.jsonl.',
    ]);
  });

  it('does not offer it where one of the files is compressed, however small it is', async () => {
    await writeFile(at('a.jsonl'), numberedLines(0, 2));
    await writeFile(at('b.jsonl.gz'), gzipSync(numberedLines(2, 4)));
    const files = { folder: bed.folder, pattern: '*.jsonl*' };
    bed.preview = await Preview.openFile({ location: bed.folder, files, options: {} }, 2);
    assert.equal(bed.preview.info.grows, false);
  });

  it('does not offer it where a file does not stand in the table as it is on disk', async () => {
    await writeFile(at('a.csv'), 'n,text\n1,one\n');
    await writeFile(at('b.csv'), 'text,n\ntwo,2\n');
    const files = { folder: bed.folder, pattern: '*.csv' };
    bed.preview = await Preview.openFile({ location: bed.folder, files, options: {} }, 2);
    assert.equal(bed.preview.info.grows, false);
  });
});
