import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { refuseOtherFiles } from '../../../src/engine/source/otherFiles.ts';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { english } from '../../../src/said/said.ts';
import { recognise } from '../../../src/engine/format/registry.ts';
import type { FormatOptions } from '../../../src/protocol/formatOptions.ts';
import type { Source } from '../../../src/engine/source/source.ts';
import { memorySource } from '../../support/memory.ts';

const { signal } = new AbortController();

describe('what a delimited text is recognised as', () => {
  const of = (text: string) => {
    const source: Source = { ...memorySource(Buffer.from(text)), name: 'x.csv' };
    return recognise(source, {}, signal);
  };
  const table = 'date,city,value\r2020-01-01,Leeds,1.5\n2020-01-02,Paris,2.25\r\n2020-01-03,Berlin,3\n';

  it('counts lines above the table by all their ends', async () => {
    const { firstLine, dataStart } = await of(`Report of the harbour\rmade by hand\r\n\r${table}`);
    assert.equal(firstLine, 4);
    assert.equal(dataStart, 53);
  });

  it('leaves another table out of what it says of this one', async () => {
    const plain = table.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
    const { description } = await of(`${plain}\nid,n\n1,2\n3,4\n5,6\n`);
    assert.equal(english(description), 'comma, quoted, header');
    assert.equal(english((await of(plain)).description), 'comma, quoted, header');
  });
});

describe('the text of a file that has a schema', () => {
  it('is JSON Lines, whatever else it may look like', async () => {
    const text = Buffer.from('{"day":"2020-01-01"},"x"\n'.repeat(5));
    const source: Source = { ...memorySource(text), name: 'x.csv' };
    assert.equal((await recognise(source, {}, signal)).format.kind, 'csv');
    const typed: Source = { ...source, columns: () => Promise.resolve([['day']]) };
    assert.equal((await recognise(typed, {}, signal)).format.kind, 'jsonl');
  });
});

describe('what is said of a delimited text', () => {
  const read = async (text: string, options: FormatOptions) => {
    const source: Source = { ...memorySource(Buffer.from(text)), name: 'x.csv' };
    const { format, dataStart, firstLine, end } = await recognise(source, options, signal);
    assert.ok(format.kind === 'csv');
    const { comment, headerLines, columns } = format.dialect;
    return { comment, headerLines, columns, firstLine, records: text.slice(dataStart, end) };
  };
  const notes = 'Report of the harbour\n\n# made by hand\n';
  const body = '1,2.5\n2,3.5\n3,4.5\n';
  const numbered = ['column1', 'column2'];

  it('is obeyed where there is no header: every line is data', async () => {
    for (const above of [notes, '# a note\n', 'a,b\n', '"x"\n\n', '// c\n']) {
      const { records, headerLines, firstLine, comment } = await read(above + body, { headerRows: 0 });
      assert.deepEqual([records, headerLines, firstLine, comment], [above + body, 0, 0, '']);
    }
  });

  it('is obeyed where there is no header but comments or lines to skip', async () => {
    const commented = await read(`# a note\n${body}`, { headerRows: 0, comment: '#' });
    assert.deepEqual([commented.comment, commented.columns], ['#', numbered]);
    const skipped = await read(notes + body, { headerRows: 0, firstLine: 4 });
    assert.deepEqual([skipped.records, skipped.firstLine, skipped.columns], [body, 3, numbered]);
  });

  it('is obeyed where it is the number of header rows', async () => {
    const text = `a,b\nc,d\ne,f\n${body}`;
    assert.deepEqual((await read(text, { headerRows: 1 })).records, `c,d\ne,f\n${body}`);
    assert.deepEqual((await read(text, { headerRows: 3 })).columns, ['a c e', 'b d f']);
    assert.deepEqual((await read(`${notes}7,8\n${body}`, { headerRows: 1 })).columns, ['7', '8']);
  });

  it('is obeyed where it is the first line', async () => {
    const text = `${notes}a,b\n${body}`;
    assert.deepEqual((await read(text, { firstLine: 4 })).columns, ['a', 'b']);
    assert.deepEqual((await read(text.replaceAll('\n', '\r\n'), { firstLine: 4 })).columns, ['a', 'b']);
    assert.deepEqual((await read(text.replaceAll('\n', '\r'), { firstLine: 4 })).columns, ['a', 'b']);
    const all = await read(text, { firstLine: 1, headerRows: 1 });
    assert.deepEqual([all.columns.at(0), all.firstLine], ['Report of the harbour', 1]);
    const marked = await read(`#a,b\n${body}# x,y\n`, { firstLine: 1 });
    assert.deepEqual([marked.columns, marked.comment, marked.records], [['#a', 'b'], '', `${body}# x,y\n`]);
    await assert.rejects(read(text, { firstLine: 8 }), { failure: 'unsupported' });
    assert.equal((await read('\ufeffa,b\n1,2\n', { firstLine: 1 })).columns.at(0), 'a');
  });

  it('is obeyed where it is the mark of comments, or that there are none', async () => {
    const text = `a,b\n${body}# x,y\n`;
    assert.equal((await read(text, { comment: '' })).comment, '');
    assert.equal((await read(`a,b\n${body}`, { comment: ';' })).comment, ';');
    // Marked lines as full as rows are rows, unless it is said.
    assert.equal((await read(`a,b\n#1,2\n#2,3\n${body}`, { comment: '#' })).comment, '#');
  });

  it('leaves the rest to be recognised', async () => {
    const { columns } = await read(`${notes}a|b\n1|2\n2|3\n3|4\n`, { delimiter: '|' });
    assert.deepEqual(columns, ['a', 'b']);
    assert.deepEqual((await read('sep=;\na;b\n1;2\n', { headerRows: 0 })).records, 'a;b\n1;2\n');
  });
});

describe('the tables of a delimited text', () => {
  const first = 'date,city,value\n2020-01-01,Leeds,1.5\n2020-01-02,Paris,2.25\n2020-01-03,Berlin,3\n';
  const second = `id,n\n${'1,2\n3,4\n5,6\n'.repeat(4)}`;
  const third = 'k,l,m,n\n1,2,3,4\n5,6,7,8\n9,10,11,12\n';
  const text = `${first}\nBy number\n${second}\n${third}`;
  const read = async (options: FormatOptions, of = text) => {
    const source: Source = { ...memorySource(Buffer.from(of)), name: 'x.csv' };
    const { format, dataStart, end, above, tables, firstLine, description } = await recognise(
      source,
      options,
      signal,
    );
    assert.ok(format.kind === 'csv');
    const lines = tables?.places.map(({ line }) => line);
    const start = above?.start ?? 0;
    return {
      columns: format.dialect.columns,
      records: of.slice(dataStart, end),
      head: of.slice(start, dataStart),
      firstLine,
      lines,
      description: english(description),
    };
  };
  const recordsOf = (table: string) => table.slice(table.indexOf('\n') + 1);

  it('are read one at a time, and end where what is above the next begins', async () => {
    assert.deepEqual(await read({}), {
      columns: ['date', 'city', 'value'],
      records: recordsOf(first),
      head: 'date,city,value\n',
      firstLine: 1,
      lines: [1, 7, 21],
      description: 'comma, quoted, header',
    });
    assert.deepEqual(await read({ table: 2 }), {
      columns: ['id', 'n'],
      records: recordsOf(second),
      head: 'By number\nid,n\n',
      firstLine: 7,
      lines: [1, 7, 21],
      description: 'comma, quoted, header, table 2 of 3, from line 7',
    });
    assert.deepEqual((await read({ table: 3 })).records, recordsOf(third));
  });

  it('are as many as is said', async () => {
    assert.deepEqual((await read({ tables: 1 })).records, recordsOf(text));
    assert.deepEqual((await read({ tables: 2, table: 2 })).records, recordsOf(`${second}\n${third}`));
    await assert.rejects(read({ table: 4 }), { failure: 'unsupported' });
    await assert.rejects(read({ table: 2 }, first), { failure: 'unsupported' });
  });

  it('have their own header where that is said', async () => {
    const { columns, records } = await read({ table: 2, headerRows: 0 });
    assert.deepEqual([columns, records], [['column1', 'column2'], second]);
  });

  it('are not looked for beyond the head', async () => {
    const long = first + recordsOf(first).repeat(3000);
    const { lines, records } = await read({}, `${long}\n${second}`);
    assert.deepEqual(lines, [1]);
    assert.ok(records.endsWith(second));
  });
});

describe('what JSON is recognised as', () => {
  const of = async (name: string, text: string, options: FormatOptions = {}) => {
    const source: Source = { ...memorySource(Buffer.from(text)), name };
    const { format } = await recognise(source, options, signal);
    return format.kind === 'json' ? format.rows.path : format.kind;
  };

  it('is a document where its name says so, unless it holds lines', async () => {
    assert.equal(await of('x.json', '[{"a":1}]'), '$[*]');
    assert.equal(await of('x.jsonc', '\ufeff// head, with "\n/* and [ */ [{"a":1},{"a":2},]'), '$[*]');
    assert.equal(await of('x.geojson', '{"type":"F","features":[{"a":1},{"a":2}]}'), '$.features[*]');
    assert.equal(await of('x.jsonc.gz', '// one\n{"a":{"b":1},"c":{"b":2}}'), '$.*');
    assert.equal(await of('x.json', '{"a":1}\n{"a":2}\n'), 'jsonl');
  });

  it('is values one after the other where the first record of JSON Lines stands on several lines', async () => {
    assert.equal(await of('x.jsonl', '{\n  "a": [1, 2],\n  "b": "}\\"{"\n}\n{\n  "a": []\n}\n'), '$');
    assert.equal(await of('x.ndjson', '\ufeff\n{"a": 1,\r\n "b": 2}\r\n{"a": 3}\r\n'), '$');
    assert.equal(await of('x.jsonl.gz', `{\n "a": "${'x'.repeat(70_000)}"\n}\n`), '$');
    assert.equal(await of('x.jsonl', '[\n{"a":1},\n{"a":2}\n]\n'), '$[*]');
  });

  it('is values where lines hold several, or commas behind them, whatever the name says', async () => {
    const values = [1, 2, 3, 4].map((a) => JSON.stringify({ a, list: [{ b: 1 }, { b: 2 }] }));
    for (const text of [
      values.join(''),
      `${values[0]}${values[1]}\n${values[2]}${values[3]}\n`,
      values.join(' '),
      values.join(',\n'),
      values.map((value) => `${value},\r\n`).join(''),
      values.join(','),
      values.map((value) => `\u001e${value}\n`).join(''),
    ]) {
      for (const name of ['x.jsonl', 'x.ndjson.gz']) assert.equal(await of(name, text), '$', text);
    }
    assert.equal(await of('x.jsonl', '{"a":1}{"a":2}\n{\n"a":3}\n'), '$');
  });

  it('is lines where the first record of JSON Lines is whole, or broken', async () => {
    assert.equal(await of('x.jsonl', '{"a":\n{"b":1}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '{"a":1\n{"b":1}\n}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '{"a":[1}\n{"b":[]}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '{"a":"\n{"b":"}"}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '{"a":1}}\n{"a":2}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '{"a":1},\n{"a":2}\n{"a":3}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '{"a":1} x\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '"{"\n{"a":1}\n'), 'jsonl');
    assert.equal(await of('x.jsonl', '\n\n'), 'jsonl');
    assert.equal(await of('x.jsonl', `{"a":"${'x'.repeat(70_000)}"}\n`), 'jsonl');
  });

  it('is what the user says', async () => {
    assert.equal(await of('x.jsonl', '{\n"a":1}\n', { format: 'jsonl' }), 'jsonl');
    assert.equal(await of('x.csv', '{"a":1}\n', { format: 'json' }), '$');
    assert.equal(await of('x.jsonl', '{"a":[1]}\n', { rows: '$.a[*]' }), '$.a[*]');
    assert.equal(await of('x.jsonl', 'a|b\n', { delimiter: '|' }), 'csv');
  });

  it('is a document where the text is one, whatever it is called', async () => {
    const name = 'Standard input';
    assert.equal(await of(name, '[\n{"a":1},\n{"a":2}]'), '$[*]');
    assert.equal(await of(name, '[{"a":1},{"a":2}]\n'), '$[*]');
    assert.equal(await of(name, '{"a":1}{"a":2}\n{"a":3}'), '$');
    assert.equal(await of(name, '{"a":1}\n{"a":2}\n'), 'jsonl');
    assert.equal(await of(name, '[1,2]\n[3,4]\n'), 'jsonl');
    assert.equal(await of(name, '[{"a":1}]\n[{"a":2}]\n'), 'jsonl');
  });
});

describe('what a file is recognised as', () => {
  const of = async (name: string, text: string | Uint8Array) => {
    const source: Source = { ...memorySource(Buffer.from(text)), name };
    const { format, description } = await recognise(source, {}, signal);
    return [format.kind, english(description)];
  };
  const lines = ['log', 'lines of text'];

  it('is lines of text where nothing takes them apart', async () => {
    const ini = '[section]\nname = x\nport=8080\n\n[other "a"]\npath = /tmp/x, y\n';
    const yaml = 'version: "3"\nservices:\n  web:\n    image: nginx\n    ports: ["80:80", "443:443"]\n';
    const prose =
      'Starting up\nconnected, pool size 10\nslow query, took 350ms, users\nuser ann\nshut down\n';
    for (const name of ['a.ini', 'b.conf', 'x', 'x.log', 'x.txt']) {
      for (const text of [ini, `; a comment\n${ini}`, `\n${ini}`, yaml, prose])
        assert.deepEqual(await of(name, text), lines, `${name}: ${text}`);
    }
    assert.deepEqual(await of('x.txt', '[1, 2]\n[3, 4]\n'), ['jsonl', 'JSON Lines']);
    assert.equal((await of('x.txt', '[\n  {"a": 1},\n  {"a": 2}\n]\n'))[0], 'json');
    assert.equal((await of('x.txt', '[ // c\n null, 1]\n'))[0], 'json');
    assert.equal((await of('x.csv', prose))[0], 'csv', 'the name says what it is');
    for (const text of ['name\nann\nbob\ncarl\n', 'a,b\n1,2\n', 'a;b\n', ''])
      assert.equal((await of('x.txt', text))[0], 'csv', text);
  });

  it('is lines of text where they are names with values, whatever stands in these', async () => {
    const text = Array.from(
      { length: 40 },
      (_, i) => `ts=18:30 level=info msg="got it, yes; \\"${i}\\"" id=${i}\n`,
    ).join('');
    for (const name of ['x.log', 'x.txt', 'x']) assert.deepEqual(await of(name, text), lines);
    assert.equal((await of('x.txt', 'a=1,b=2\na=3,b=4\n'))[0], 'csv');
  });

  describe('where a program writes JSON beside other lines', () => {
    const objects = Array.from({ length: 40 }, (_, i) =>
      JSON.stringify({ level: i % 9 ? 'info' : 'error', msg: `done: ${i}, at last`, at: { ms: i } }),
    );
    const names = ['x.log', 'x.txt', 'x', 'Standard input', 'x.json'];
    const jsonLines = ['jsonl', 'JSON Lines'];

    it('is JSON Lines behind what it says before it logs', async () => {
      for (const above of [
        'Listening on port 3000',
        'I0531 18:30:00 starting 0',
        '\n> shop@1.2.0 start\n> node index.js\n',
        'Defaulted container "shop" out of: shop, init',
        '[shop] starting, in 3 s',
        '"shop" is up',
        '2024-05-31 18:30:00 INFO up\n2024-05-31 18:30:01 INFO ready',
        Array.from({ length: 20 }, (_, i) => `step ${i}, ok`).join('\n'),
      ]) {
        const text = `${above}\n${objects.join('\n')}\n`;
        for (const name of names) assert.deepEqual(await of(name, text), jsonLines, `${name}: ${above}`);
      }
      assert.deepEqual(await of('x.log', `up, at last\n${objects[0]}`), jsonLines);
      assert.deepEqual(await of('x.log', `up\n{"a":"${'x'.repeat(20_000)}"}\n`), jsonLines);
    });

    it('is JSON Lines where they come in turn', async () => {
      for (const other of [
        'GET /cart took 3 ms',
        '2024-05-31 18:30:00 INFO served',
        'a, b\n    at f (x.js:3)',
      ]) {
        const text = objects.map((object) => `${other}\n${object}\n`).join('');
        for (const name of ['x.log', 'x.txt', 'x']) assert.deepEqual(await of(name, text), jsonLines, other);
      }
    });

    it('is a log where there are few', async () => {
      const among = (line: string) =>
        [objects[0], ...Array.from({ length: 100 }, (_, i) => (i % 9 === 4 ? objects[i % 40] : line))].join(
          '\n',
        );
      for (const name of ['x.log', 'x.txt']) {
        const logged = among('2024-05-31 18:30:00 INFO served');
        assert.deepEqual(await of(name, logged), ['log', 'log lines, levels']);
        assert.deepEqual(await of(name, among('served the cart, took 3 ms')), lines);
      }
    });

    it('is a table where they are cells', async () => {
      const cells = objects.map((object, i) => `${i},"${object.replaceAll('"', '""')}"`).join('\n');
      for (const name of ['x.csv', 'x.txt', 'x'])
        assert.equal((await of(name, `id,payload\n${cells}\n`))[0], 'csv');
      assert.equal((await of('x.csv', `payload\n${objects.join('\n')}\n`))[0], 'csv');
    });
  });

  it('is lines of text where delimiters are those of sentences', async () => {
    const repeated = (line: (n: number) => string) => Array.from({ length: 20 }, (_, n) => line(n)).join('');
    const texts = [
      repeated((n) => `Epoch ${n + 1}/20, loss: ${1 / (n + 1)}, acc: 0.${n}\n`),
      repeated((n) => `Connected to host${n}, port ${n * 7}; retry\n`),
      repeated((n) => `12:00:${n + 10} connect from host${n}, port ${n}\n`),
      repeated((n) => `worker 0: step ${n}, loss 0.${n}, acc ${n}\n`),
      `Server starting, version 1.2\n${repeated((n) => `request ${n} done, took ${n * 3} ms\n`)}`,
      repeated((n) => `[2024-05-31 12:00:${n + 10}] user ${n} logged in${n % 3 === 0 ? '' : ', a, b'}\n`),
      '# comment\n# two\nsome text here\nmore, text\n',
      repeated((n) => `# Time: 12:00:${n}\n# User: root\nSET timestamp=17${n};\nSELECT a, b FROM t;\n`),
      '# Time: 12:00\n# User: root\n# Query_time: 1.5\nSET timestamp=17;\nSELECT 1;\n',
      repeated((n) => `#17171568${n + 10}\nls -la /tmp/x${n}\n`),
      repeated((n) => `dn: cn=U${n},ou=people,dc=x\ncn: U${n}\nmail: u${n}@x.org\n\n`),
      repeated((n) => `data: {"n": ${n}, "t": "a, b"}\n\n`),
      repeated((n) => `INSERT INTO t VALUES(${n},'a; b',NULL);\n`),
    ];
    for (const text of texts)
      for (const name of ['x.log', 'x.txt', 'x']) assert.deepEqual(await of(name, text), lines, name + text);
    const tables = [
      repeated((n) => `${n}, ${n * 2}, Leeds\n`),
      repeated((n) => `2024-05-31 12:00:${n + 10} CET, ${n}, a b\n`),
      `place, floor\n${repeated((n) => `Room ${n}, Floor ${n}\n`)}`,
      `# made by hand\n\nname,n\n${repeated((n) => `ann,${n}\n# another\n`)}`,
      `name;\n${repeated((n) => `Ann Smith ${n};\n`)}`,
    ];
    for (const text of tables)
      for (const name of ['x.log', 'x.txt', 'x']) assert.equal((await of(name, text))[0], 'csv', text);
    for (const text of texts.slice(0, 5)) assert.equal((await of('x.csv', text))[0], 'csv', text);
  });

  it('is JSON in a file that is called a table, but not where it is that of cells', async () => {
    const rows = Array.from({ length: 60 }, (_, n) => `{"a": ${n}, "b": "x, y"}`);
    for (const name of ['x.csv', 'x.tsv', 'x.csv.gz']) {
      assert.deepEqual(await of(name, `${rows.join('\n')}\n`), ['jsonl', 'JSON Lines'], name);
      assert.deepEqual(await of(name, `[${rows.join(',')}]`), ['json', 'JSON, rows $[*]'], name);
      assert.deepEqual(await of(name, `[\n${rows.join(',\n')}\n]\n`), ['json', 'JSON, rows $[*]'], name);
    }
    const cells = [
      rows.map((row, n) => `${row}\t${n}\n`),
      rows.map((row, n) => `"${row.replaceAll('"', '""')}",${n}\n`),
      rows.map((_, n) => `[${n}],[${n}]\n`),
    ];
    for (const text of cells) assert.equal((await of('x.csv', text.join('')))[0], 'csv');
  });

  it('is metrics of Prometheus by their first line', async () => {
    const text = '# HELP up Whether it is up.\n# TYPE up gauge\nup{job="a"} 1\n';
    for (const name of ['metrics', 'm.prom', 'm.txt'])
      assert.deepEqual(await of(name, text), ['log', 'log lines, prometheus']);
  });

  it('is JSON in a sequence of texts, and behind the name that a script gives it', async () => {
    assert.deepEqual(await of('x.json-seq', '\u001e{"a":1}\n\u001e{"a":2}\n'), ['json', 'JSON, rows $']);
    const archive =
      'window.YTD.tweets.part0 = [ {\n  "tweet" : { "id" : "1" }\n}, {\n  "tweet" : { "id" : "2" }\n} ]\n';
    for (const name of ['tweets.js', 'tweets.json'])
      assert.deepEqual(await of(name, archive), ['json', 'JSON, rows $[*]'], name);
    assert.deepEqual(await of('a.js', 'const data = {"items":[{"a":1}]}'), ['json', 'JSON, rows $.items[*]']);
  });

  it('is refused where it is no text, with what to do', async () => {
    const tar = Buffer.concat([
      Buffer.from('x.csv'),
      Buffer.alloc(252),
      Buffer.from('ustar\0'),
      Buffer.alloc(249),
    ]);
    const workbook = Buffer.from(`PK\u0003\u0004${'\0'.repeat(26)}xl/workbook.xml`);
    const refused: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
      ['x.zip', 'PK\u0003\u0004\u0014\0', /^x\.zip is a ZIP archive\. .*: unzip -p x\.zip \| rowriver -$/],
      ['x.xlsx', workbook, /is an Excel workbook\. Save its sheet as CSV/],
      ['x.tar', tar, /is a tar archive\. .*: tar -xOf x\.tar \| rowriver -$/],
      ['x.csv.bz2', 'BZh91AY&SY', /is compressed with bzip2\. Use: bzip2 -dc/],
      ['x.csv.xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), /is compressed with xz\. Use: xz -dc/],
      ['x.db', 'SQLite format 3\0', /is a database of SQLite/],
      ['x.pdf', '%PDF-1.7\n', /is a PDF document/],
      ['x.avro', 'Obj\u0001', /is in Apache Avro/],
      ['x.orc', 'ORC\0', /is in Apache ORC/],
      ['x.feather', 'ARROW1\0\0', /is in Apache Arrow/],
      ['x.npy', Buffer.from('\u0093NUMPY\u0001\0', 'latin1'), /is an array of NumPy/],
      ['x.h5', Buffer.from('\u0089HDF\r\n\u001a\n', 'latin1'), /is in HDF5/],
      ['x.pkl', Buffer.from('\u0080\u0004\u0095', 'latin1'), /is a pickle of Python/],
      ['x.png', Buffer.from('\u0089PNG\r\n', 'latin1'), /is a picture/],
    ];
    for (const [name, bytes, message] of refused) await assert.rejects(of(name, bytes), { message });
    const piped = (told: string): void => {
      for (const [name, bytes] of refused) {
        const head = Buffer.from(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
        if (extname(name) !== told.slice(0, told.indexOf(' '))) continue;
        assert.throws(() => refuseOtherFiles('Standard input', undefined, head), {
          message: `Standard input is ${told.slice(told.indexOf(' ') + 1)}`,
        });
      }
    };
    piped('.zip a ZIP archive. Save it as a file first, and extract its files.');
    piped('.tar a tar archive. Use: ... | tar -xOf - | rowriver -');
    piped('.bz2 compressed with bzip2. Use: ... | bzip2 -dc | rowriver -');
    piped('.xz compressed with xz. Use: ... | xz -dc | rowriver -');
    for (const [path, word] of [
      ["a b/it's.xz", String.raw`'a b/it'\''s.xz'`],
      ['-dc.xz', './-dc.xz'],
    ])
      assert.throws(() => refuseOtherFiles(path, path, Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])), {
        message: `${path} is compressed with xz. Use: xz -dc ${word} | rowriver -`,
      });
    // Numbers of few bits look like UTF-16.
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-other-'));
    try {
      const path = join(folder, 'x.arrow');
      await writeFile(
        path,
        Buffer.concat([Buffer.from('ARROW1\0\0'), Buffer.from(', \n'.repeat(5000), 'utf16le')]),
      );
      await assert.rejects(Dataset.open({ kind: 'file', path }, { signal }), {
        message: /is in Apache Arrow/,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
    const source: Source = { ...memorySource(Buffer.from('PK\u0003\u0004,a\n1,2\n')), name: 'x' };
    assert.equal(
      (await recognise(source, { format: 'csv' }, signal)).format.kind,
      'csv',
      'unless that is said',
    );
  });
});

describe('a line that is drawn under the names of columns', () => {
  const read = async (text: string, options: FormatOptions = {}) => {
    const source: Source = { ...memorySource(Buffer.from(text)), name: 'x.txt' };
    const { format, dataStart } = await recognise(source, options, signal);
    assert.ok(format.kind === 'csv');
    return [format.dialect.columns, text.slice(dataStart).split('\n')[0]];
  };

  it('is part of the header, and no row', async () => {
    const body = '1;ann;1,5\n2;bob;2,5\n3;eve;3,5\n';
    assert.deepEqual(await read(`id;name;sum\n--;----;---\n${body}`), [['id', 'name', 'sum'], '1;ann;1,5']);
    assert.deepEqual(await read(`\n\nid;name;sum\n==;====;===\n${body}`), [
      ['id', 'name', 'sum'],
      '1;ann;1,5',
    ]);
    const spaced = 'id  name  sum\n--- ----- ----\n1   ann   1.5\n2   bob   2.5\n';
    assert.deepEqual(await read(spaced), [['id', 'name', 'sum'], '1   ann   1.5']);
    const markdown = '# Report\n\n| id | name |\n|---:|:-----|\n| 1 | ann |\n| 2 | bob |\n';
    assert.deepEqual(await read(markdown), [['column1', 'id', 'name', 'column4'], '| 1 | ann |']);
    const box = '+----+------+\n| id | name |\n+----+------+\n|  1 | ann  |\n|  2 | bob  |\n+----+------+\n';
    const [columns] = await read(box);
    assert.deepEqual(columns, ['column1', 'id', 'name', 'column4']);
  });

  it('is a row where it may be values, or where the header is said', async () => {
    const dashes = 'id;name;sum\n--;--;--\n1;ann;2\n2;bob;3\n';
    assert.deepEqual(await read(dashes), [['id', 'name', 'sum'], '--;--;--']);
    const ruled = 'id;name;sum\n--;----;---\n1;ann;2\n';
    assert.deepEqual(await read(ruled, { headerRows: 1 }), [['id', 'name', 'sum'], '--;----;---']);
  });
});
