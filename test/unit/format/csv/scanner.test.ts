import assert from 'node:assert/strict';
import { createPlainCsvScanner, type CsvLimits } from '../../../../src/engine/format/csv/csv.ts';
import type { CsvDialect } from '../../../../src/engine/format/csv/dialect.ts';
import { createKernelCsvScanner, isKernelDialect } from '../../../../src/engine/format/csv/scanner.ts';
import type { FieldRequest, Scanner } from '../../../../src/engine/format/record.ts';
import { assertSameScan, scanAll, type Cut } from '../../../support/blocks.ts';
import { plainDialect } from '../../../support/csvRecords.ts';
import { sampleText } from '../../../support/sample.ts';
import { unevenCsv } from '../../../support/unevenCsv.ts';
import { nearlyUtf8 } from '../../../support/utf8.ts';

describe('kernel CSV scanner', () => {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

  function dialectOf(columns: number, change: Partial<CsvDialect> = {}): CsvDialect {
    return {
      ...plainDialect,
      columns: Array.from({ length: columns }, (_, index) => `column${index + 1}`),
      ...change,
    };
  }

  function pairOf(dialect: CsvDialect, limits?: CsvLimits): [Scanner, Scanner] {
    return [createKernelCsvScanner(dialect, limits), createPlainCsvScanner(dialect, limits)];
  }

  function assertSame(
    [kernel, plain]: [Scanner, Scanner],
    source: Uint8Array,
    fields: FieldRequest[],
    cut?: Cut,
  ): void {
    assertSameScan(scanAll(kernel, source, fields, cut), scanAll(plain, source, fields));
  }

  const fields: FieldRequest[] = [0, 2, 1, 0, 9].map((index, at) => ({ path: [index], numeric: at !== 3 }));
  const dialects = [
    dialectOf(3),
    dialectOf(1),
    dialectOf(0),
    dialectOf(4, { delimiter: '\t' }),
    dialectOf(3, { delimiter: ';', quote: "'" }),
    dialectOf(3, { delimiter: '|', quote: '' }),
    dialectOf(5, { delimiter: ' ' }),
    dialectOf(3, { nulls: ['a', '12', ' 7 ', 'été', 'x"y', '-'] }),
    dialectOf(4, { delimiter: '|', quote: '', nulls: ['503', '"a"', '\u{1f600}'] }),
  ];

  for (const dialect of dialects) {
    const { delimiter, quote, columns, nulls = [] } = dialect;
    it(`agrees on ${columns.length} columns between ${JSON.stringify(delimiter)}, quoted with ${quote || 'nothing'}, ${nulls.length} texts for NULL`, () => {
      const pair = pairOf(dialect);
      for (let seed = 1; seed <= 400; seed++) {
        const oddities = { field: [0, 0.002, 0.05][seed % 3], row: [0, 0.05][seed % 2] };
        assertSame(pair, unevenCsv(seed, Math.max(columns.length, 1), delimiter, oddities), fields);
      }
    });
  }

  it('agrees on most of the columns, asked for in their order', () => {
    for (const [width, asked] of [
      [4, [0, 1, 2, 3]],
      [9, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
      [9, [1, 3, 4, 8]],
      [9, [0, 2, 5, 6]],
    ] as const) {
      const pair = pairOf(dialectOf(width));
      const all = asked.map((index) => ({ path: [index], numeric: true }));
      for (let seed = 1; seed <= 150; seed++) {
        const oddities = { field: [0, 0.002, 0.05][seed % 3], row: [0, 0.05][seed % 2] };
        assertSame(pair, unevenCsv(seed, width, ',', oddities), all);
      }
    }
  });

  it('agrees however the source is cut', () => {
    const pair = pairOf(dialectOf(3));
    for (let seed = 1; seed <= 40; seed++) {
      const source = unevenCsv(seed, 3, ',', { field: 0.02, row: 0.05 }).subarray(0, 400);
      for (let split = 0; split <= source.length; split++) {
        assertSame(pair, source, fields, { splits: [split], readAhead: 1 + (seed % 5) });
      }
      assertSame(pair, source, fields, { splits: Array.from(source, (_, at) => at), readAhead: 3 });
    }
  });

  it('agrees on what is not UTF-8 wherever it falls in the blocks of 64 bytes', () => {
    const pair = pairOf(dialectOf(2));
    const rows = Buffer.from(`${'x'.repeat(200)},y\n`.repeat(3));
    for (const bytes of nearlyUtf8) {
      for (let place = 260; place < 330; place++) {
        const text = Buffer.from(rows);
        text.set(bytes, place);
        assertSame(pair, text, fields);
      }
    }
  });

  it('agrees wherever a quote falls in the blocks of 64 bytes', () => {
    const pair = pairOf(dialectOf(3));
    const rows = [
      'a,"b""c",d',
      '"",,""',
      '"x\ny",1,"z"',
      'a,"b"c,d',
      '"a\r\nb",2,3',
      '"a"\r',
      'é,"é",\u0000',
    ];
    for (const row of rows) {
      for (let indent = 0; indent < 70; indent++) {
        assertSame(pair, encode(`${'x'.repeat(indent)},,\r\n${row}\r\n1,2,3\n${row}`), fields);
      }
    }
  });

  it('agrees wherever half a character falls in the blocks of 64 bytes', () => {
    const pair = pairOf(dialectOf(3));
    for (const half of [[0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0x80], [0xff], []]) {
      for (let indent = 0; indent < 70; indent++) {
        const row = Buffer.concat([encode(`${'x'.repeat(indent)},`), Uint8Array.from(half), encode(',z\n')]);
        const plain = encode('1,2,3\n'.repeat(30));
        assertSame(pair, Buffer.concat([row, plain, row, row.subarray(0, -3)]), fields);
      }
    }
  });

  it('holds the rows that have a text, with their fields, and those that it leaves to another', () => {
    const [kernel, plain] = pairOf(dialectOf(3));
    const holding = { bytes: encode('ab'), foldCase: false };
    let found = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const filler = encode('x,y,z\n'.repeat(700));
      const odd = { field: [0, 0.01][seed % 2], row: 0 };
      const source = Buffer.concat([
        filler,
        unevenCsv(seed, 3, ',', odd),
        filler,
        encode('"ab",1,2\nq,"a\nab",\n'),
      ]);
      const { length } = source;
      const task = { length, offset: 0, from: 0, until: length, final: true, fields };
      for (const scanner of [kernel, plain]) scanner.reserve(length).set(source);
      const expected = plain.scan(task);
      const block = kernel.scan({ ...task, holding });
      assert.equal(block.count, expected.count);
      const held = new Set(block.held ?? expected.starts.keys());
      for (let record = 0; record < block.count; record++) {
        const has = source.subarray(block.starts[record], block.ends[record]).includes('ab');
        if (has) assert.ok(held.has(record), `record ${record} of seed ${seed}`);
        found += has && block.held ? 1 : 0;
        for (const [at, field] of block.fields.entries()) {
          const kind = held.has(record) ? expected.fields[at].kinds[record] : 0;
          assert.equal(field.kinds[record], kind);
          if (kind !== 0) assert.equal(field.ends[record], expected.fields[at].ends[record]);
        }
      }
    }
    assert.ok(found >= 400, String(found));
  });

  it('keeps to the limits', () => {
    const limits: CsvLimits = { maxRecordLength: 40, quoteReach: 30 };
    const pair = pairOf(dialectOf(2), limits);
    for (let length = 20; length < 60; length++) {
      assertSame(pair, encode(`${'x'.repeat(length)},1\n"a\n${'y'.repeat(length)}",2\n3,4\n`), fields);
    }
  });

  it('agrees on long sources, block by block', () => {
    const source = new Uint8Array(Buffer.concat([...sampleText('csv', 2_000_000)]));
    const asked = [3, 6, 8, 10].map((index) => ({ path: [index], numeric: index !== 10 }));
    const cut = { splits: [100_000, 1_000_000, 1_500_000], readAhead: 1000 };
    assertSame(pairOf(dialectOf(14)), source, asked, cut);
    assertSame(pairOf(dialectOf(14, { quote: '' })), source, asked, cut);
  });

  it('agrees on rows longer than a stretch and on more fields than there is room for', () => {
    const long = `1,"${'text, "" and\nmore '.repeat(5000)}",3\n`;
    const feeds = `1,"${'\n'.repeat(300_000)}",3\n`;
    const wide = `${'1,'.repeat(40_000)}\n`;
    assertSame(pairOf(dialectOf(3)), encode(long + wide + long + feeds + 'a,b,c\n'.repeat(6000)), fields);
  });

  it('refuses what it does not read', () => {
    assert.equal(isKernelDialect(dialectOf(3)), true);
    for (const change of [
      { delimiter: '||' },
      { delimiter: 'é' },
      { delimiter: '.' },
      { comment: '#' },
    ] as const) {
      assert.equal(isKernelDialect(dialectOf(3, change)), false);
    }
    assert.equal(isKernelDialect(dialectOf(3, { escape: 'backslash' })), false);
    assert.equal(isKernelDialect(dialectOf(3, { lineEnd: 'any' })), false);
  });
});
