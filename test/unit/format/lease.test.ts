import assert from 'node:assert/strict';
import { createPlainCsvScanner } from '../../../src/engine/format/csv/csv.ts';
import type { CsvDialect } from '../../../src/engine/format/csv/dialect.ts';
import { createKernelCsvScanner } from '../../../src/engine/format/csv/scanner.ts';
import { createJsonDocumentScanner } from '../../../src/engine/format/json/document/document.ts';
import type { JsonRows } from '../../../src/engine/format/json/document/rows.ts';
import { createKernelJsonDocumentScanner } from '../../../src/engine/format/json/document/scanner.ts';
import { createPlainJsonlScanner } from '../../../src/engine/format/json/lines.ts';
import { createKernelJsonlScanner } from '../../../src/engine/format/json/scanner.ts';
import type { RecordBlock, Scanner } from '../../../src/engine/format/record.ts';
import { owned } from '../../../src/engine/format/recordBlocks.ts';
import { records } from '../../../src/engine/format/records.ts';
import { planQuery, parseQuery } from '../../../src/engine/query/index.ts';
import { batchOfBlock, vectorAt } from '../../../src/engine/stage/batch.ts';
import { memorySource } from '../../support/memory.ts';

const lines = Array.from({ length: 200 }, (_, n) => JSON.stringify({ n, t: `text ${n}` }));
const jsonl = `${lines.join('\n')}\n`;
const csv = Array.from({ length: 200 }, (_, n) => `${n},text ${n}\n`).join('');
const dialect: CsvDialect = {
  delimiter: ',',
  quote: '"',
  escape: 'double',
  comment: '',
  lineEnd: 'lf',
  headerLines: 0,
  tableStart: 0,
  columns: ['n', 't'],
};
const rows: JsonRows = {
  path: '$[*]',
  layout: 'elements',
  start: 1,
  line: 0,
  opening: '',
  separator: ',',
  comments: false,
};
const paths = { json: [['n'], ['t']], csv: [[0], [1]] };

interface Case {
  readonly name: string;
  readonly scanner: () => Scanner;
  readonly text: string;
  readonly from: number;
  readonly format: keyof typeof paths;
}

const cases: readonly Case[] = [
  { name: 'plain JSON Lines', scanner: createPlainJsonlScanner, text: jsonl, from: 0, format: 'json' },
  { name: 'JSON Lines', scanner: createKernelJsonlScanner, text: jsonl, from: 0, format: 'json' },
  { name: 'plain CSV', scanner: () => createPlainCsvScanner(dialect), text: csv, from: 0, format: 'csv' },
  { name: 'CSV', scanner: () => createKernelCsvScanner(dialect), text: csv, from: 0, format: 'csv' },
  {
    name: 'plain documents',
    scanner: () => createJsonDocumentScanner(rows, createPlainJsonlScanner()),
    ...{ text: `[${lines.join(',')}]`, from: 1, format: 'json' },
  },
  {
    name: 'documents',
    scanner: () => createKernelJsonDocumentScanner(rows),
    ...{ text: `[${lines.join(',')}]`, from: 1, format: 'json' },
  },
];

describe('a block of records', () => {
  for (const { name, scanner: create, text, from, format } of cases) {
    const fields = paths[format].map((path) => ({ path, numeric: true }));

    it(`throws once its scanner has scanned again, and a copy does not: ${name}`, () => {
      const scanner = create();
      const bytes = Buffer.from(text);
      scanner.reserve(bytes.length).set(bytes);
      const scan = (begin: number): RecordBlock =>
        scanner.scan({
          length: bytes.length,
          offset: 0,
          from: begin,
          until: begin + 500,
          final: true,
          fields,
        });
      const first = scan(from);
      const [numbers] = first.fields;
      const copy = owned(first, bytes.length);
      assert.ok(first.count > 10);
      assert.equal(numbers.kinds.length, first.count);
      scan(first.next);
      assert.throws(() => first.starts, /used after its scanner had scanned again/);
      assert.throws(() => first.with({ count: 1 }), /used after its scanner had scanned again/);
      assert.throws(() => numbers.kinds, /used after its scanner had scanned again/);
      assert.equal(copy.starts.length, copy.count);
      assert.equal(copy.fields[0].kinds.length, copy.count);
    });
  }

  it('throws where a batch of it is kept while the next one is asked for', async () => {
    const parsed = parseQuery('SELECT t');
    assert.ok(parsed.ok);
    const plan = planQuery(parsed.query, { names: 'paths' });
    const run = { start: 0, from: 0, to: jsonl.length, end: jsonl.length };
    const signal = new AbortController().signal;
    const source = memorySource(Buffer.from(jsonl));
    const blocks = records(source, createKernelJsonlScanner(), run, 1000, plan.fields, signal);
    const found = await blocks.next();
    if (found.done) assert.fail('There is a block.');
    const first = found.value;
    const selection = Uint32Array.of(0);
    const batch = batchOfBlock(plan, first.records, selection, 1, { record: 0, line: 0 });
    const vector = vectorAt(batch, plan.output[0].slot);
    assert.equal(vector.value(0), 'text 0');
    await blocks.next();
    assert.throws(() => vector.value(0), /used after its scanner had scanned again/);
    await blocks.return(undefined);
  });
});
