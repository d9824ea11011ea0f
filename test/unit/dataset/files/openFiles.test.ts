import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { dirname, join } from 'node:path';
import type { Dataset, DatasetOptions } from '../../../../src/engine/dataset/dataset.ts';
import { openFiles } from '../../../../src/engine/dataset/files/openFiles.ts';
import { filesAt } from '../../../../src/engine/source/files/search.ts';
import { IndexStore } from '../../../../src/engine/index/store.ts';
import { countTo } from '../../../../src/engine/run/count.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import { english, said } from '../../../../src/said/said.ts';
import { queryDoubts } from '../../../../src/engine/dataset/doubt/doubts.ts';
import { parseQuery } from '../../../../src/engine/query/index.ts';
import { memorySink } from '../../../support/memorySink.ts';

const signal = new AbortController().signal;
const context = { signal, progress: () => undefined };

describe('files as one table', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-table-'))));
  afterEach(() => rm(folder, { recursive: true }));

  /** Writes files by their names, and opens them in that order. */
  async function open(
    files: Readonly<Record<string, string | Buffer>>,
    options: Partial<DatasetOptions> = {},
  ): Promise<Dataset> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, dirname(name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return again(Object.keys(files), options);
  }

  function again(names: readonly string[], options: Partial<DatasetOptions> = {}): Promise<Dataset> {
    const paths = names.map((name) => join(folder, name));
    return openFiles('the files', filesAt(paths), { signal, ...options });
  }

  async function rowsOf(
    dataset: Dataset,
    query = '',
    to: 'jsonl' | 'csv' | 'same' = 'jsonl',
  ): Promise<string[]> {
    const sink = memorySink();
    await exportTo(dataset, { query, to, sink }, context);
    return sink.text().trimEnd().split(/\r?\n/);
  }

  /** What there is to say of a query before it is run. */
  function doubtsOf(dataset: Dataset, query: string): string[][] {
    const parsed = parseQuery(query);
    assert.ok(parsed.ok);
    const doubts = queryDoubts(parsed.query, dataset, () => said`...`);
    return doubts.map(({ severity, message }) => [severity, inFolder(message)]);
  }

  const inFolder = (text: string): string => text.replaceAll(folder, '');

  it('reads JSON Lines one after the other, whose columns may differ', async () => {
    const dataset = await open({
      'a.jsonl': '{"a":1}\n{"a":2}',
      'b.jsonl': '',
      'c.jsonl': '\ufeff{"b":3}\n',
    });
    try {
      assert.deepEqual(await rowsOf(dataset), ['{"a":1}', '{"a":2}', '{"b":3}']);
      assert.deepEqual(await rowsOf(dataset, '', 'csv'), ['a,b', '1,', '2,', ',3']);
      const places = await rowsOf(dataset, '|> SELECT _file, _record, _file_offset, a');
      assert.deepEqual(places.map(inFolder), [
        '{"_file":"/a.jsonl","_record":1,"_file_offset":0,"a":1}',
        '{"_file":"/a.jsonl","_record":2,"_file_offset":8,"a":2}',
        '{"_file":"/c.jsonl","_record":3,"_file_offset":3,"a":null}',
      ]);
    } finally {
      await dataset.close();
    }
  });

  it('reads the header of delimited text once, however its lines end', async () => {
    const dataset = await open({
      'a.csv': 'id;name\n1;x\n2;"y\nz"\n',
      'b.csv': '\ufeffid;name\r\n3;w\r\n',
      'c.csv': 'id;name',
      'd.csv': 'id;name\n4;v',
    });
    try {
      assert.deepEqual(await rowsOf(dataset), [
        '{"id":"1","name":"x"}',
        '{"id":"2","name":"y\\nz"}',
        '{"id":"3","name":"w"}',
        '{"id":"4","name":"v"}',
      ]);
      assert.equal((await countTo(dataset, { query: 'id >= 2' }, context)).matched, 3);
      assert.deepEqual((await rowsOf(dataset, '|> AGGREGATE count(*) AS n GROUP BY _file')).map(inFolder), [
        '{"_file":"/a.csv","n":2}',
        '{"_file":"/b.csv","n":1}',
        '{"_file":"/d.csv","n":1}',
      ]);
    } finally {
      await dataset.close();
    }
  });

  it('is read as the first file that is not empty says, whatever stands in front of it', async () => {
    const empty = { '0.csv': '', 'y=1/0.csv': '\n \r\n', '1.csv': '\ufeff', '1.csv.gz': gzipSync('') };
    const some = { '2.csv': 'id,v\n1,a\n2,b\n', '3.csv': '\r\n', '4.csv': 'id,v\n3,c\n' };
    for (const options of [{}, { headerRows: 1 }, { early: true }] as const) {
      const dataset = await open({ ...empty, ...some }, options);
      try {
        assert.deepEqual(dataset.unread, []);
        assert.equal((await countTo(dataset, { query: 'id > 1' }, context)).matched, 2);
        assert.deepEqual(await rowsOf(dataset, '', 'same'), ['id,v,y', '1,a,', '2,b,', '3,c,']);
        assert.deepEqual(await rowsOf(dataset, 'y IS NULL', 'csv'), ['id,v,y', '1,a,', '2,b,', '3,c,']);
        assert.deepEqual(await rowsOf(dataset, 'y = 1', 'csv'), ['id,v,y']);
        const places = await rowsOf(dataset, 'id = 3 |> SELECT _file, _file_offset');
        assert.deepEqual(places.map(inFolder), ['{"_file":"/4.csv","_file_offset":5}']);
      } finally {
        await dataset.close();
      }
    }
    const other = await open({ ...empty, ...some, '5.csv': 'w,id\nz,4\n', '6.csv': 'id,v' });
    try {
      assert.deepEqual(await rowsOf(other, '|> DROP y', 'csv'), ['id,v,w', '1,a,', '2,b,', '3,c,', '4,,z']);
      assert.equal((await countTo(other, { query: '' }, context)).malformed, 0);
    } finally {
      await other.close();
    }
    const request = '127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 23\n';
    const logs = await open({ 'a.log': '', 'b.log': request });
    try {
      assert.equal((await countTo(logs, { query: 'status = 200' }, context)).matched, 1);
    } finally {
      await logs.close();
    }
    const nothing = await open({ '0.csv': '', '1.csv': '\ufeff', '2.csv': '\n' });
    try {
      assert.equal((await countTo(nothing, { query: '' }, context)).records, 0);
    } finally {
      await nothing.close();
    }
  });

  it('passes over the header of a file that is named twice', async () => {
    const dataset = await open({ 'a.csv': 'id\n1\n' });
    await dataset.close();
    const twice = await again(['a.csv', 'a.csv']);
    try {
      assert.deepEqual(await rowsOf(twice, '', 'csv'), ['id', '1', '1']);
    } finally {
      await twice.close();
    }
  });

  it('puts columns that differ in letter case alone under those of the first file', async () => {
    const dataset = await open({
      'a.csv': 'id,name\n1,x\n',
      'b.csv': 'NAME,Id\ny,2\n',
      'c.csv': 'ID,Id,City\n3,4,z\n',
    });
    try {
      assert.deepEqual(await rowsOf(dataset, '|> SELECT *'), [
        '{"id":"1","name":"x","ID":null,"Id":null,"City":null}',
        '{"id":"2","name":"y","ID":null,"Id":null,"City":null}',
        '{"id":null,"name":null,"ID":"3","Id":"4","City":"z"}',
      ]);
    } finally {
      await dataset.close();
    }
  });

  it('puts delimited text with other columns under those of all files', async () => {
    const files = {
      'a.csv': 'id,name\n1,x\n2,"y, ""z"""\n',
      'b.csv': 'name,city,id\r\n"n\r\nm",Rome,3\r\n#w,Oslo,4\r\n\r\n,,5',
      'c.csv': 'id\n6\n',
      'd.csv': 'id,name,city\n7,v,Bern\n',
      'e.csv': 'city,id\nBonn\nParis,8,over\nRiga,9\nNuuk,10\nLima,11\n',
    };
    const dataset = await open(files);
    try {
      const all = '|> SELECT id, name, city, _error, _file_offset';
      const rows = (await rowsOf(dataset, all)).map((row) => JSON.parse(row) as Record<string, unknown>);
      assert.deepEqual(
        rows.map(({ id, name, city }) => [id, name, city]),
        [
          ['1', 'x', null],
          ['2', 'y, "z"', null],
          ['3', 'n\r\nm', 'Rome'],
          ['4', '#w', 'Oslo'],
          ['5', null, null],
          ['6', null, null],
          ['7', 'v', 'Bern'],
          [null, null, 'Bonn'],
          ['8', null, 'Paris'],
          ['9', null, 'Riga'],
          ['10', null, 'Nuuk'],
          ['11', null, 'Lima'],
        ],
      );
      assert.deepEqual(
        rows.map(({ _error }) => _error === null),
        [7, 8].reduce((all, at) => all.with(at, false), Array<boolean>(12).fill(true)),
      );
      // Where a record is in a file whose fields are put elsewhere is not known.
      assert.deepEqual(
        rows.map(({ _file_offset }) => _file_offset),
        [...Array<null>(6).fill(null), 13, ...Array<null>(5).fill(null)],
      );
      const written = await rowsOf(dataset, "_file LIKE '%c.csv'", 'same');
      assert.deepEqual(written, ['id,name,city', '6,,']);
      assert.equal(dataset.files?.count, 5);
    } finally {
      await dataset.close();
    }
  });

  it('says of rows put under other columns whether they have too few fields or too many', async () => {
    const first = { 'a.csv': 'v,id,x\nq,9,0\n' };
    const faults = async (other: string): Promise<string[]> => {
      const dataset = await open({ ...first, 'b.csv': other });
      try {
        return await rowsOf(dataset, '_error IS NOT NULL |> SELECT v, id, x, _error', 'csv');
      } finally {
        await dataset.close();
      }
    };
    const [few, many] = ['fewer', 'more'].map((so) => `The row has ${so} fields than the header.`);
    assert.deepEqual(await faults('id,v,x\n1,a\n5,e,6\n'), ['v,id,x,_error', `a,1,,${few}`]);
    assert.deepEqual(await faults('id,v,x\n1,a,0,over\n'), ['v,id,x,_error', `a,1,0,${many}`]);
    assert.deepEqual(await faults('id,v,x\n1,a,0\n2,b,0,\n'), ['v,id,x,_error', `b,2,0,${many}`]);
    const dataset = await open({ ...first, 'b.csv': 'id,v,x\n1,a\n' });
    try {
      assert.deepEqual(await rowsOf(dataset, '', 'same'), ['v,id,x', 'q,9,0', 'a,1']);
    } finally {
      await dataset.close();
    }
  });

  it('puts every cell of delimited text under its own column, whatever the order, as plain JavaScript does', async () => {
    const cell = fc.stringMatching(/^[a-z",#\n\r é]{0,6}$/u);
    const file = fc.record({
      columns: fc.shuffledSubarray(['a', 'b', 'c "d"', 'e,f'], { minLength: 2 }),
      rows: fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { maxLength: 6 }),
    });
    const written = (text: string): string => (text === '' ? '' : `"${text.replaceAll('"', '""')}"`);
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 2, maxLength: 4 }), async (some) => {
        const texts = some.map(({ columns, rows }) =>
          [columns.map(written), ...rows.map((row) => row.slice(0, columns.length).map(written))]
            .map((line) => `${line.join(',')}\n`)
            .join(''),
        );
        const all = [...new Set(some.flatMap(({ columns }) => columns))];
        const expected = some.flatMap(({ columns, rows }) =>
          rows.map((row) => {
            const valueOf = (name: string): string | null => {
              const text = columns.includes(name) ? row.at(columns.indexOf(name)) : '';
              return text === '' || text === undefined ? null : text;
            };
            return Object.fromEntries(all.map((name) => [name, valueOf(name)]));
          }),
        );
        const options = { delimiter: ',', quote: '"', headerRows: 1, tables: 1 } as const;
        const dataset = await open(Object.fromEntries(texts.map((text, i) => [`${i}.csv`, text])), options);
        try {
          const got = (await rowsOf(dataset)).flatMap((row) =>
            row === '' ? [] : [JSON.parse(row) as unknown],
          );
          assert.deepEqual(got, expected);
        } finally {
          await dataset.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves out delimited text that is written in another way, and refuses JSON documents', async () => {
    const dataset = await open({ 'a.csv': 'a,b\n1,2\n3,4\n', 'b.csv': '5,6\n7,8\n', 'c.csv': 'b,a\n9,10\n' });
    try {
      assert.deepEqual(
        dataset.unread.map(({ reason }) => inFolder(english(reason))),
        ['/b.csv cannot be read as one table with /a.csv: its first line is not a header.'],
      );
      assert.deepEqual(await rowsOf(dataset, '', 'csv'), ['a,b', '1,2', '3,4', '10,9']);
    } finally {
      await dataset.close();
    }
    await assert.rejects(open({ 'a.json': '[{"a":1},{"a":2}]', 'b.json': '[]' }), {
      failure: 'unsupported',
      message: /^.*\/a\.json is a JSON document\. Several files can be read as one table where/,
    });
  });

  it('leaves out what is none beside JSON Lines, and reads all that is', async () => {
    const gone = {
      'doc.json': '[{"a":2},{"a":3}]',
      'doc2.json': '{\n  "a": 4\n}\n',
      'doc3.json': '\ufeff [\n{"a":5}\n]',
      'packed.json.gz': gzipSync('[{"a":6}]'),
      'table.csv': 'a\n7\n',
      'words.log': 'one two\nthree\n',
    };
    const reasons = [...Array<string>(4).fill('a JSON document'), 'delimited text', 'lines of text'];
    const files = {
      'a.jsonl': '{"a":1}\n',
      ...gone,
      'empty.jsonl': '',
      'blank.jsonl': '\n\n',
      'marked.jsonl': '\ufeff{"a":8}\n',
      'one.json': '{"a":9}',
      'spaced.jsonl': ' { "a": 10 }\n',
      'values.jsonl': '11\n[12]\n',
      'noise.jsonl': 'begun at noon\n{"a":13}\n',
      'packed.jsonl.gz': gzipSync('{"a":14}\n'),
    };
    const dataset = await open(files);
    try {
      assert.deepEqual(
        dataset.unread.map(({ reason }) => inFolder(english(reason))),
        Object.keys(gone).map(
          (name, i) =>
            `/${name} cannot be read as one table with /a.jsonl: it is ${reasons[i]}, not JSON Lines.`,
        ),
      );
      const found = await rowsOf(dataset, 'a IS NOT NULL |> SELECT a', 'jsonl');
      assert.deepEqual(
        found,
        ['1', '8', '9', '10', '13', '14'].map((a) => `{"a":${a}}`),
      );
    } finally {
      await dataset.close();
    }
  });

  it('leaves out what is none beside delimited text or a log, and reads all that is', async () => {
    const request = '127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a,b HTTP/1.0" 200 23\n';
    const gone = {
      'one.jsonl': ['{"id":3,"v":"c"}\n', 'JSON Lines'],
      'some.jsonl': ['{"id":3,"v":"c"}\n{"id":4,"v":"d"}\n', 'JSON Lines'],
      'lines.txt': ['{"id":3,"v":"c"}\n{"id":4,"v":"d"}\n', 'JSON Lines'],
      'packed.jsonl.gz': [gzipSync('{"id":3,"v":"c"}\n'), 'JSON Lines'],
      'list.json': ['[{"id":3,"v":"c"}]', 'a JSON document'],
      'spread.json': ['{\n  "id": 3,\n  "v": "c"\n}\n', 'a JSON document'],
      'access.log': [request, 'a log'],
    } as const;
    const [table, log] = [{ 'a.csv': 'id,v\n1,a\n' }, { 'a.log': request }];
    const more = { 'z.csv': 'w,id\nx,2\n', 'y.csv': 'w\ny\n', 'x.txt': 'id,w\n5,z\n' };
    const files = Object.fromEntries(Object.entries(gone).map(([name, [text]]) => [name, text]));
    const leftOut = (first: string, other: string): string[] =>
      Object.entries(gone)
        .filter(([, [, what]]) => what !== other)
        .map(
          ([name, [, what]]) =>
            `/${name} cannot be read as one table with /${first}: it is ${what}, not ${other}.`,
        );
    for (const options of [{}, { delimiter: ',' }, { headerRows: 1 }] as const) {
      const dataset = await open({ ...table, ...files, ...more }, options);
      try {
        assert.deepEqual(
          dataset.unread.map(({ reason }) => inFolder(english(reason))),
          leftOut('a.csv', 'delimited text'),
        );
        assert.deepEqual(await rowsOf(dataset, '', 'csv'), ['id,v,w', '1,a,', '2,,x', ',,y', '5,,z']);
      } finally {
        await dataset.close();
      }
    }
    for (const [first, other, options] of [
      [table, 'delimited text', { headerRows: 0 }],
      [log, 'a log', {}],
    ] as const) {
      const dataset = await open({ ...first, ...files }, options);
      try {
        const [name] = Object.keys(first);
        assert.deepEqual(
          dataset.unread.map(({ reason }) => inFolder(english(reason))),
          leftOut(name, other),
        );
      } finally {
        await dataset.close();
      }
    }
    const told = await open({ ...table, 'one.jsonl': '{"id":3,"v":"c"}\n' }, { format: 'csv' });
    assert.deepEqual(told.unread, []);
    await told.close();
  });

  it('leaves out delimited text with another delimiter, which would be a table of one column', async () => {
    const files = {
      'a.csv': 'id,name\n1,x\n2,y\n',
      'b.csv': 'id;name\n3;z\n4;w\n',
      'c.csv': 'id;name;price\n5;v;1,5\n6;u;2,25\n',
      'd.csv': 'note\nwith no column of the others\nhere as well\n',
    };
    const dataset = await open(files);
    try {
      assert.deepEqual(
        dataset.unread.map(({ reason }) => inFolder(english(reason))),
        ['b', 'c'].map(
          (name) =>
            `/${name}.csv cannot be read as one table with /a.csv: its fields are separated or quoted in another way.`,
        ),
      );
      assert.deepEqual(await rowsOf(dataset, '', 'csv'), [
        'id,name,note',
        '1,x,',
        '2,y,',
        ',,with no column of the others',
        ',,here as well',
      ]);
    } finally {
      await dataset.close();
    }
    const told = await again(Object.keys(files), { delimiter: ',', headerRows: 1 });
    assert.deepEqual(told.unread, []);
    await told.close();
  });

  it('reads a column as the first file says whose cells decide it', async () => {
    const dataset = await open({
      'a.csv': 'id;p;d;q;t\n1;7;;1.5;x\n2;n/a;2024-01-31;2;2,5\n',
      'b.csv': 'd;p;id;t\n31.12.2023;1.234,5;3;4,5\n',
      'c.csv': 'id;p;d;q;t\n4;-2,25;;"1,234.5";6,5\n',
    });
    try {
      const sums =
        '|> AGGREGATE sum(p) AS p, min(p) AS m, sum(q) AS q, max(d) AS d, min(d) AS e, sum(t) AS t';
      assert.deepEqual(await rowsOf(dataset, sums), [
        '{"p":1239.25,"m":"-2,25","q":1238,"d":"2024-01-31","e":"31.12.2023","t":null}',
      ]);
      assert.deepEqual(doubtsOf(dataset, sums), []);
      const ordered = '|> ORDER BY d, p DESC |> SELECT id';
      assert.deepEqual(await rowsOf(dataset, ordered, 'csv'), ['id', '3', '2', '1', '4']);
    } finally {
      await dataset.close();
    }
  });

  it('says so also where the first file tells it far behind its first rows', async () => {
    const dates = Array.from(
      { length: 400 },
      (_, row) => `${row},${row === 65 ? '31/12/2024' : '10/02/2024'}`,
    );
    const dataset = await open({
      'a.csv': `id,d\n${dates.join('\n')}\n`,
      'b.csv': 'id,d\n1,12/31/2024\n2,10/02/2024\n',
    });
    try {
      const { mixedReadings = [] } = dataset.recognised;
      assert.deepEqual(
        mixedReadings.map(({ cells }) => cells.map(({ text }) => text)),
        [['31/12/2024', '12/31/2024']],
      );
    } finally {
      await dataset.close();
    }
  });

  it('says where files write a column in two ways, and computes nothing of it', async () => {
    const files = {
      'a.csv': 'id;p;d;t\n1;1.234,5;31.01.2024;a\n2;2,5;01.02.2024;1,5\n',
      'b.csv': 'id;p;d;t\n3;1234.5;2024-01-31;1.5\n4;n/a;2024-02-01;1\n',
      'c.csv': 'd;p;id\n01/31/2024;7;5\n',
    };
    const dataset = await open(files);
    const p = 'p is written in two ways: 1.234,5 in /a.csv, 1234.5 in /b.csv.';
    const d = 'd is written in two ways: 31.01.2024 in /a.csv, 01/31/2024 in /c.csv.';
    const instead = ' Ask these files one by one, or set how numbers and dates of all are read.';
    try {
      for (const [query, severity, message] of [
        ['|> AGGREGATE sum(p) AS s', 'error', `sum(…) cannot be computed while ${p}${instead}`],
        [
          '|> RENAME p AS x |> AGGREGATE max(x) AS s',
          'error',
          `max(…) cannot be computed while ${p}${instead}`,
        ],
        ['p > 2', 'warning', p + instead],
        ['|> ORDER BY d', 'warning', d + instead],
      ] as const)
        assert.deepEqual(doubtsOf(dataset, query), [[severity, message]], query);
      for (const query of ["p = '2,5'", '|> SELECT p, d', 't > 1', '|> AGGREGATE count(p) AS n GROUP BY d'])
        assert.deepEqual(doubtsOf(dataset, query), [], query);
    } finally {
      await dataset.close();
    }
    const told = await again(Object.keys(files), { decimal: ',', dates: 'dmy' });
    try {
      assert.deepEqual(doubtsOf(told, '|> AGGREGATE sum(p) AS s, max(d) AS d'), []);
    } finally {
      await told.close();
    }
  });

  it('begins each file anew, whatever the one before has left open', async () => {
    const texts = {
      'a.csv': 'id,text\n1,"never closed\n2,x\n',
      'b.csv': 'id,text\n3,"closed\nlater"\n4,y',
      'c.csv': 'id,text\n5,z\n6,"',
      'd.csv': 'id,text\n7",w\n',
    };
    for (const blockSize of [8, 16, 64, 1024 * 1024]) {
      const rows: string[] = [];
      const query = '|> SELECT id, text, _error, _file_offset';
      for (const [name, text] of Object.entries(texts)) {
        const dataset = await open({ [name]: text }, { blockSize });
        rows.push(...(await rowsOf(dataset, query)));
        await dataset.close();
      }
      const dataset = await open(texts, { blockSize });
      try {
        assert.deepEqual(await rowsOf(dataset, query), rows);
        assert.equal(
          (await countTo(dataset, { query: "text = 'w' AND _file LIKE '%d.csv'" }, context)).matched,
          1,
        );
        assert.equal((await rowsOf(dataset, '|> SELECT _line')).at(-1), '{"_line":9}');
      } finally {
        await dataset.close();
      }
    }
  });

  it('leaves out what cannot be read, and says why', async () => {
    await writeFile(join(folder, 'b.jsonl'), '{"a":1}\n');
    await mkdir(join(folder, 'sub'));
    const dataset = await again(['missing.jsonl', 'b.jsonl', 'sub']);
    try {
      assert.deepEqual(
        dataset.unread.map(({ path, reason }) => [inFolder(path), inFolder(english(reason))]),
        [
          ['/missing.jsonl', 'There is no file /missing.jsonl.'],
          ['/sub', '/sub is a folder, not a file.'],
        ],
      );
      assert.deepEqual(await rowsOf(dataset), ['{"a":1}']);
    } finally {
      await dataset.close();
    }
    await assert.rejects(again(['missing.jsonl', 'lost.jsonl']), {
      failure: 'not-found',
      message: /missing\.jsonl/,
    });
  });

  it('counts malformed records, and says of each where it is', async () => {
    const dataset = await open({ 'a.jsonl': '{"a":1}\n', 'b.jsonl': '{"a":2}\n{"a":\n' });
    try {
      const rejects = memorySink();
      const { malformed } = await countTo(dataset, { query: '', rejects }, context);
      assert.equal(malformed, 1);
      const [reject] = rejects.text().split('\n');
      const { file, file_offset, record, offset } = JSON.parse(reject) as Record<string, unknown>;
      assert.deepEqual([inFolder(String(file)), file_offset, record, offset], ['/b.jsonl', 8, 3, 16]);
    } finally {
      await dataset.close();
    }
  });

  it('uses what is kept of them, and never of what one of them was before', async () => {
    const cache = join(folder, 'cache');
    const line = (id: number): string => `{"id":${id},"status":${id % 7}}\n`;
    const text = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => line(from + i)).join('');
    const names = ['a.jsonl', 'b.jsonl', 'c.jsonl'];
    const options = () => ({ blockSize: 4096, store: new IndexStore(cache, 1e9), restMs: 0 });
    const count = async (dataset: Dataset): Promise<number> => {
      try {
        return (await countTo(dataset, { query: 'status = 3' }, context)).matched;
      } finally {
        await dataset.close();
      }
    };
    const [a, b, c] = [text(0, 3000), text(3000, 3500), text(3500, 9000)];
    const expected = (count: number): number =>
      Array.from({ length: count }, (_, id) => id % 7).filter((s) => s === 3).length;
    assert.equal(
      await count(await open({ 'a.jsonl': a, 'b.jsonl': b, 'c.jsonl': c }, options())),
      expected(9000),
    );
    assert.equal(await count(await again(names, options())), expected(9000), 'from what is kept');
    await appendFile(join(folder, 'a.jsonl'), '{"status":3}\n');
    assert.equal(await count(await again(names, options())), expected(9000) + 1, 'after the first has grown');
    await writeFile(join(folder, 'b.jsonl'), b.replaceAll('"status":3', '"status":4'));
    const inB = b.split('"status":3').length - 1;
    assert.equal(
      await count(await again(names, options())),
      expected(9000) + 1 - inB,
      'after one has changed',
    );
    assert.equal(
      await count(await again(['b.jsonl', 'a.jsonl'], options())),
      expected(3000) + 1,
      'in another order',
    );
  });

  describe('of which a query asks for some', () => {
    const lines = {
      'y=1/m=1/a.jsonl': '{"n":1}\n{"n":2}\n',
      'y=1/m=2/b.jsonl': '{"n":3}\n',
      'y=2/m=1/c.jsonl.gz': gzipSync('{"n":4}\n{"n":5}\n'),
      'y=2/m=2/d.jsonl': '{"n":6}',
    };
    const cells = {
      'y=1/a.csv': '\ufeffn,w\n1,x\n2,y\n',
      'y=2/b.csv': 'n,w\n3,z\n',
      'y=3/c.csv': 'w,n,v\nq,4,5\n',
    };

    /**
     * Asks once all files that are not to be read are gone, so that to open one of them would fail. The first one, which says how all
     * are read, is still there; that no record of it is read is said by the bytes.
     */
    async function asked(
      files: Readonly<Record<string, string | Buffer>>,
      query: string,
      read: readonly string[],
      to: 'jsonl' | 'same' = 'jsonl',
    ): Promise<{ readonly rows: string[]; readonly counted: number; readonly bytes: number }> {
      const dataset = await open(files);
      try {
        const gone = Object.keys(files).filter((name, i) => i > 0 && !read.includes(name));
        for (const name of gone) await rm(join(folder, name));
        const { matched, scanned } = await countTo(dataset, { query }, context);
        return { rows: await rowsOf(dataset, query, to), counted: matched, bytes: scanned };
      } finally {
        await dataset.close();
      }
    }

    it('opens and reads only those whose folders and names can match', async () => {
      const [a, b, c, d] = Object.keys(lines);
      // A line end that the last file lacks is counted.
      for (const [query, read, found, size] of [
        ['y = 1 AND n > 1', [a, b], [2, 3], 24],
        ['m = 2', [b, d], [3, 6], 16],
        ['y IN (2) AND m <> 2', [c], [4, 5], 16],
        ["_file LIKE '%d.jsonl'", [d], [6], 8],
        ['y = 1 |> WHERE m = 2 |> EXTEND n + 1 AS k', [b], [3], 8],
        ['y + m = 4', [d], [6], 8],
        ['y = 9 OR y IS NULL', [], [], 0],
        ['y BETWEEN 2 AND 3 |> ORDER BY n DESC', [c, d], [6, 5, 4], 24],
      ] as const) {
        const { rows, counted, bytes } = await asked(lines, query, read);
        const numbers = rows.filter((row) => row !== '').map((row) => (JSON.parse(row) as { n: number }).n);
        assert.deepEqual([numbers, counted, bytes], [found, found.length, size], query);
      }
    });

    it('keeps the header of delimited text, and the columns of all files', async () => {
      const [[a, one], [b, two], [c]] = Object.entries(cells);
      const alike = { [a]: one, [b]: two };
      assert.deepEqual((await asked(alike, 'y = 2', [b], 'same')).rows, ['n,w,y', '3,z,2']);
      assert.deepEqual((await asked(alike, 'y = 2', [b])).rows, ['{"n":"3","w":"z","y":2}']);
      assert.deepEqual((await asked(cells, 'y = 3', [c])).rows, ['{"n":"4","w":"q","v":"5","y":3}']);
      assert.deepEqual((await asked(cells, 'y = 2', [b], 'same')).rows, ['n,w,v,y', '3,z,,2']);
    });

    it('reads all where records are numbered through all files', async () => {
      const dataset = await open(lines);
      try {
        assert.deepEqual(await rowsOf(dataset, 'y = 2 |> SELECT _record, n'), [
          '{"_record":4,"n":4}',
          '{"_record":5,"n":5}',
          '{"_record":6,"n":6}',
        ]);
        assert.deepEqual(await rowsOf(dataset, 'y = 2 AND m = 2 |> SELECT _offset, n'), [
          '{"_offset":40,"n":6}',
        ]);
        assert.deepEqual(await rowsOf(dataset, 'y = 2 |> DESCRIBE _record, _offset |> SELECT min, max'), [
          '{"min":4,"max":6}',
          '{"min":24,"max":40}',
        ]);
        assert.deepEqual(await rowsOf(dataset, 'y = 2 |> FILL _record |> SELECT n, _record |> LIMIT 1'), [
          '{"n":4,"_record":4}',
        ]);
        assert.deepEqual(await rowsOf(dataset, 'y = 2 |> LIMIT 1 |> SELECT n, _file_offset'), [
          '{"n":4,"_file_offset":0}',
        ]);
      } finally {
        await dataset.close();
      }
    });
  });
});
