import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { createPlainJsonlScanner } from '../../../src/engine/format/json/lines.ts';
import type { CsvDialect } from '../../../src/engine/format/csv/dialect.ts';
import { formatOf, type FormatSpec } from '../../../src/engine/format/registry.ts';
import type { Target } from '../../../src/engine/sink/exportFormat.ts';
import { frameOf } from '../../../src/engine/sink/frame.ts';
import { createRowEncoder } from '../../../src/engine/sink/rowEncoder.ts';
import { SinkError } from '../../../src/engine/sink/sinkError.ts';
import { plainDialect } from '../../support/csvRecords.ts';
import { exportOf } from '../../support/exports.ts';
import { jsonText } from '../../support/jsonText.ts';

const jsonl: FormatSpec = { kind: 'jsonl' };
const json = documentOf('elements');

function csv(columns: string[], change: Partial<CsvDialect> = {}): FormatSpec {
  return { kind: 'csv', dialect: { ...plainDialect, columns, headerLines: 1, ...change } };
}

function documentOf(layout: 'elements' | 'values'): FormatSpec {
  const rows = { path: '$', layout, start: 0, line: 0, opening: '', separator: undefined, comments: false };
  return { kind: 'json', rows };
}

async function text(from: string | Uint8Array, source: FormatSpec, target: Target): Promise<string> {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
    await exportOf(from, { source, target }),
  );
}

/** RFC 4180 as csv-parse reads it, all rows, of whatever width. */
function rowsOf(bytes: Uint8Array, delimiter = ','): string[][] {
  return parse(Buffer.from(bytes), { delimiter, relax_column_count: true });
}

/** One line of JSON, no object, list or text that JSON's text cannot say in UTF-8. */
const jsonLine = jsonText().filter((line) => !/\\u[dD][89a-fA-F]/.test(line));

describe('rows in the same format', () => {
  it('are the bytes of the source, whatever line ends it has', async () => {
    for (const from of ['{"a":1}\n{"a":2}', '{"a":1}\r\n{"a":2}\r\n', '', '{"a":1.10}', '1\n"x"\n[]\n']) {
      assert.equal(await text(from, jsonl, 'same'), from);
      assert.equal(await text(from, jsonl, 'jsonl'), from);
    }
    for (const from of ['a,b\n1,2', 'a,b\r\n"1",""\r\n,\r\n', '\ufeffa,b\n1\n1,2,3\n"x\n",y"z\n', 'a,b']) {
      const tableStart = from.startsWith('\ufeff') ? 3 : 0;
      assert.equal(await text(from, csv(['a', 'b'], { tableStart }), 'same'), from);
    }
  });

  it('are the bytes of each record that is chosen, with its own line end', async () => {
    const record = fc.record({
      text: fc.constantFrom('{"a":1}', '[ ]', 'nul', ' 2', '"é"'),
      end: fc.constantFrom('\n', '\r\n'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 8 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 30 }),
        fc.infiniteStream(fc.boolean()),
        async (records, ended, blockSize, coins) => {
          const lines = records.map(({ text, end }, i) =>
            ended || i < records.length - 1 ? text + end : text,
          );
          const choice = lines.map(() => coins.next().value === true);
          const bytes = await exportOf(lines.join(''), {
            source: jsonl,
            target: 'same',
            blockSize,
            chosen: (i) => choice[i] ?? false,
          });
          assert.equal(Buffer.from(bytes).toString(), lines.filter((_, i) => choice[i]).join(''));
        },
      ),
    );
  });

  it('keep a lone CR where that ends rows', async () => {
    const from = 'a,b\r1,2\r3,4\r\n5,6\r';
    assert.equal(await text(from, csv(['a', 'b'], { lineEnd: 'any' }), 'same'), from);
    const bytes = await exportOf(from, {
      source: csv(['a', 'b'], { lineEnd: 'any' }),
      target: 'same',
      chosen: (i) => i !== 1,
    });
    assert.equal(Buffer.from(bytes).toString(), 'a,b\r1,2\r5,6\r');
  });

  it('leave out what is no record', async () => {
    assert.equal(await text('\n{"a":1}\n\n\n{"a":2}\n\n', jsonl, 'same'), '{"a":1}\n{"a":2}\n');
  });
});

describe('rows as JSON', () => {
  it('keep the bytes of JSON records', async () => {
    const from = '{"n":12345678901234567890, "s":"\\u00e9é"}\n 1.10 \n';
    assert.equal(
      await text(from, jsonl, 'json'),
      '[\n{"n":12345678901234567890, "s":"\\u00e9é"},\n 1.10 \n]\n',
    );
    assert.equal(await text('', jsonl, 'json'), '[]\n');
  });

  it('are one array, whatever the blocks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(jsonText(), { maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        async (lines, blockSize) => {
          const bytes = await exportOf(lines.join('\n'), { source: jsonl, target: 'json', blockSize });
          assert.deepEqual(
            JSON.parse(Buffer.from(bytes).toString()),
            lines.map((line): unknown => JSON.parse(line)),
          );
        },
      ),
    );
  });

  it('of documents one after the other stay that', () => {
    const values = formatOf(documentOf('values'));
    const encoder = createRowEncoder(values, 'same', []);
    const bytes = Buffer.from('{\n "a":1}{}');
    const scanner = createPlainJsonlScanner();
    scanner.reserve(bytes.length).set(bytes);
    const all = { length: bytes.length, offset: 0, from: 0, until: 1, final: true, fields: [] };
    const places = { starts: Uint32Array.of(0, 9), ends: Uint32Array.of(9, 11), faults: new Uint8Array(2) };
    encoder.encode(scanner.scan(all).with({ count: 2, bytes, ...places }), Uint32Array.of(0, 1), 2);
    assert.equal(Buffer.from(encoder.out.view()).toString(), '{\n "a":1}\n{}\n');
    assert.equal(frameOf(values, 'same', new Uint8Array(0), []).head.length, 0);
    assert.equal(frameOf(formatOf(json), 'same', new Uint8Array(0), []).head.toString(), '91');
  });

  it('put elements of a document that run over several lines on one', () => {
    const element = '{\n  "a": "x\\\\",\r\n  "b": [\n    1,\n    " \\"\\n "\n  ]\n}';
    const encoder = createRowEncoder(formatOf(json), 'jsonl', []);
    const bytes = Buffer.from(`[${element},${element}]`);
    const scanner = createPlainJsonlScanner();
    scanner.reserve(bytes.length).set(bytes);
    const block = scanner.scan({
      length: bytes.length,
      offset: 0,
      from: 0,
      until: 1,
      final: true,
      fields: [],
    });
    const elements = block.with({
      count: 2,
      bytes,
      starts: Uint32Array.of(1, 2 + element.length),
      ends: Uint32Array.of(1 + element.length, 2 + 2 * element.length),
      faults: new Uint8Array(2),
    });
    encoder.encode(elements, Uint32Array.of(0, 1), 2);
    const line = '{"a": "x\\\\","b": [1," \\"\\n "]}\n';
    assert.equal(Buffer.from(encoder.out.view()).toString(), line + line);
  });

  it('make objects of the rows of a delimited text, every cell a string or null', async () => {
    const from = 'id,"a ""name""",c\r\n007,1.10,true\n"",,null\n"x\ny","say ""hi""\\","\t"\n';
    const expected = [
      { id: '007', 'a "name"': '1.10', c: 'true' },
      { id: '', 'a "name"': null, c: 'null' },
      { id: 'x\ny', 'a "name"': 'say "hi"\\', c: '\t' },
    ];
    const source = csv(['id', 'a "name"', 'c']);
    const lines = await text(from, source, 'jsonl');
    assert.equal(lines, expected.map((row) => `${JSON.stringify(row)}\n`).join(''));
    assert.deepEqual(JSON.parse(await text(from, source, 'json')), expected);
  });

  it('leave out what a short row lacks, and name what a long row has more', async () => {
    const lines = await text('a,column3\n1\n1,2,3,4\n', csv(['a', 'column3']), 'jsonl');
    assert.equal(lines, '{"a":"1"}\n{"a":"1","column3":"2","column3_":"3","column4":"4"}\n');
  });

  it('say in U+FFFD what is not UTF-8, and keep NUL', async () => {
    const from = Buffer.from('a,b\n\xff"x,\0\n', 'latin1');
    assert.equal(await text(from, csv(['a', 'b']), 'jsonl'), '{"a":"\ufffd\\"x","b":"\\u0000"}\n');
    assert.equal(await text(from, csv(['a', 'b']), 'csv'), 'a,b\r\n"\ufffd""x",\0\r\n');
  });

  it('read the escapes of the dialect', async () => {
    const backslash = csv(['a', 'b'], { escape: 'backslash', delimiter: ';' });
    const from = 'a;b\n"x\\"y\\\\""z";"\\n\\\\n"\n';
    assert.equal(await text(from, backslash, 'jsonl'), '{"a":"x\\"y\\\\\\"z","b":"\\\\n\\\\n"}\n');
    const single = csv(['a', 'b'], { quote: "'" });
    assert.equal(await text("a,b\n'it''s',\"\n", single, 'jsonl'), '{"a":"it\'s","b":"\\""}\n');
  });

  it('are what csv-parse reads', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', 'é', '\\', ' '),
      maxLength: 5,
    });
    const quoted = cell.map((content) => ({ content, written: `"${content.replaceAll('"', '""')}"` }));
    const plain = fc.constantFrom('x', '1', ' ').map((content) => ({ content, written: content }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.oneof(quoted, plain), { minLength: 2, maxLength: 2 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 30 }),
        async (rows, blockSize) => {
          const written = rows.map((row) => `${row.map((one) => one.written).join(',')}\n`).join('');
          const source = csv(['p', 'q']);
          const bytes = await exportOf(`p,q\n${written}`, { source, target: 'json', blockSize });
          const oracle: unknown = parse(`p,q\n${written}`, { columns: true });
          assert.deepEqual(JSON.parse(Buffer.from(bytes).toString()), JSON.parse(JSON.stringify(oracle)));
        },
      ),
    );
  });

  it('stand for a record that cannot be read with the reason and its text', async () => {
    const from = Buffer.from('{"a":1}\n{"a":\xff"\n', 'latin1');
    assert.equal(
      await text(from, jsonl, 'json'),
      '[\n{"a":1},\n{"_error":"The record contains bytes that are invalid in the file\'s encoding.","_raw":"{\\"a\\":\ufffd\\""}\n]\n',
    );
  });
});

describe('rows of a table', () => {
  it('are plain RFC 4180', async () => {
    const from =
      '{"id":1,"user":{"name":"Ada, \\"A\\"","tags":["x",1]},"n":1.10}\n' +
      '{"id":12345678901234567890,"user":{"name":null,"none":{}},"s":"","b":true}\n';
    assert.equal(
      await text(from, jsonl, 'csv'),
      'id,user.name,user.tags,n,user.none,s,b\r\n' +
        '1,"Ada, ""A""","[""x"",1]",1.10,,,\r\n' +
        '12345678901234567890,,,,{},"",true\r\n',
    );
  });

  it('quote what ends a line or a cell, and nothing else', async () => {
    const from = ['\r', '\n', ',', '"', '\t', ' ', ';', "'"]
      .map((cell) => JSON.stringify({ a: cell }))
      .join('\n');
    const cells = ['"\r"', '"\n"', '","', '""""', '\t', ' ', ';', "'"];
    assert.equal(await text(from, jsonl, 'csv'), ['a', ...cells, ''].join('\r\n'));
  });

  it('separate with tabs, and quote those', async () => {
    assert.equal(await text('{"a b":"x,y","c":"\\t"}', jsonl, 'tsv'), 'a b\tc\r\nx,y\t"\t"\r\n');
  });

  it('lose nothing where a path leads to a text and to an object', async () => {
    assert.equal(await text('{"a":1}\n{"a":{"b":2}}\n', jsonl, 'csv'), 'a,a.b\r\n1,\r\n,2\r\n');
  });

  it('never make an empty line of a row', async () => {
    const cells = await text('{"a":null}\n{"a":""}\n{}\n', jsonl, 'csv');
    assert.equal(cells, 'a\r\n""\r\n""\r\n""\r\n');
    assert.equal(await text('', jsonl, 'csv'), '');
  });

  it('say to csv-parse what JSON.parse says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(jsonLine, { maxLength: 5 }),
        fc.constantFrom<'csv' | 'tsv'>('csv', 'tsv'),
        fc.integer({ min: 1, max: 60 }),
        async (lines, target, blockSize) => {
          const bytes = await exportOf(lines.join('\n'), { source: jsonl, target, blockSize });
          const [header = [], ...rows] = rowsOf(bytes, target === 'csv' ? ',' : '\t');
          assert.equal(new Set(header).size, header.length);
          const records = lines.map((line) => cellsOf(JSON.parse(line)));
          const width = new Set(records.flatMap((record) => [...record.keys()])).size;
          if (width === 0) return;
          // A value that a repeated key took back has a column all the same.
          assert.ok(header.length >= width);
          assert.deepEqual(
            rows.map((row) =>
              row
                .filter((cell) => cell !== '')
                .map(valueOf)
                .sort(),
            ),
            records.map((record) =>
              [...record.values()]
                .filter((cell) => cell !== '')
                .map(valueOf)
                .sort(),
            ),
          );
          for (const row of rows) assert.equal(row.length, header.length);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('of another dialect keep their cells', async () => {
    const from = "\ufeffa;b;c\n1,5;'it''s';''\n;x\n1;2;3;'4'\n";
    const source = csv(['a', 'b', 'c'], { delimiter: ';', quote: "'", tableStart: 3 });
    assert.equal(await text(from, source, 'csv'), 'a,b,c\r\n"1,5",it\'s,""\r\n,x\r\n1,2,3,4\r\n');
    assert.equal(await text(from, source, 'tsv'), 'a\tb\tc\r\n1,5\tit\'s\t""\r\n\tx\r\n1\t2\t3\t4\r\n');
  });

  it('of another dialect keep their header, whatever queries call its columns', async () => {
    const from = '"x";"x"; y ;\n1;2;3;\n';
    const source = csv(['x', 'x_2', 'y', 'column4'], { delimiter: ';' });
    assert.equal(await text(from, source, 'csv'), 'x,x, y ,\r\n1,2,3,\r\n');
    assert.equal(await text(from, source, 'tsv'), 'x\tx\t y \t\r\n1\t2\t3\t\r\n');
  });

  it('of another dialect have one row of names for a header of several, and nothing that stands above it', async () => {
    const from = '# note\nBridge;;Adobe\n\n# units\nX;"Y;Z"\n1;2;3\n';
    const columns = ['Bridge X', 'Y;Z', 'Adobe'];
    const source = csv(columns, { delimiter: ';', comment: '#', headerLines: 2, tableStart: 7 });
    assert.equal(await text(from, source, 'csv'), 'Bridge X,Y;Z,Adobe\r\n1,2,3\r\n');
  });

  it('are a header alone where there are no records', async () => {
    assert.equal(await text('a;b', csv(['a', 'b'], { delimiter: ';' }), 'csv'), 'a,b\r\n');
  });

  it('say of a header in U+FFFD what is not UTF-8', async () => {
    const from = Buffer.from('\xe4;b\n1;2\n', 'latin1');
    assert.equal(await text(from, csv(['\ufffd', 'b'], { delimiter: ';' }), 'csv'), '\ufffd,b\r\n1,2\r\n');
  });

  it('have no header where the source has none', async () => {
    const source = csv(['column1', 'column2'], { headerLines: 0 });
    assert.equal(await text('1,2\n', source, 'csv'), '1,2\r\n');
  });

  it('that are already plain stay as they are', async () => {
    const from = 'a,b\r\n1,"x,y"\r\n"",\r\n"""",2\r\n';
    assert.equal(await text(from, csv(['a', 'b']), 'csv'), from);
  });

  it('fail when the records have other columns than were collected', () => {
    const encoder = createRowEncoder(formatOf(jsonl), 'csv', [['a']]);
    const scanner = createPlainJsonlScanner();
    const bytes = Buffer.from('{"a":1,"b":2}');
    scanner.reserve(bytes.length).set(bytes);
    const block = scanner.scan({
      length: bytes.length,
      offset: 0,
      from: 0,
      until: 1,
      final: true,
      fields: [],
    });
    assert.throws(() => encoder.encode(block, Uint32Array.of(0), 1), SinkError);
  });
});

/** The cells of a record by path, as text. */
function cellsOf(value: unknown, path: string[] = [], into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const members = Object.entries(value);
    for (const [key, member] of members) cellsOf(member, [...path, key], into);
    if (members.length > 0 || path.length === 0) return into;
  }
  const cell = value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return into.set(JSON.stringify(path), cell);
}

/** Numbers and lists by value, as their text is not what JSON.stringify would write. */
function valueOf(cell: string): string {
  try {
    return JSON.stringify(JSON.parse(cell));
  } catch {
    return cell;
  }
}
