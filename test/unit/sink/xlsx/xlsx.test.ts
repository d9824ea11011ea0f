import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import { columnLetters } from '../../../../src/engine/sink/xlsx/cell.ts';
import { xlsxSink } from '../../../../src/engine/sink/xlsx/xlsxSink.ts';
import { openTarget } from '../../../../src/engine/sink/openTarget.ts';
import { anyCharacter } from '../../../support/anyCharacter.ts';
import { runCli } from '../../../support/cli.ts';
import { runs } from '../../../support/long.ts';
import { memorySink } from '../../../support/memorySink.ts';
import { cellsOfWorkbook, unzipped, type WorkbookCell } from '../../../support/workbook.ts';

describe('an export to Excel', () => {
  const signal = new AbortController().signal;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function exported(name: string, text: string, query = ''): Promise<Buffer> {
    const path = join(folder, name);
    await writeFile(path, text);
    const dataset = await Dataset.open({ kind: 'file', path }, { signal });
    try {
      const target = join(folder, 'out.xlsx');
      const sink = await openTarget(target, { sources: [path] });
      await exportTo(dataset, { query, to: 'xlsx', sink }, { signal, progress: () => undefined });
      return await readFile(target);
    } finally {
      await dataset.close();
    }
  }

  const cells: readonly (readonly [json: string, cell: WorkbookCell | undefined])[] = [
    ['1', { number: '1' }],
    ['-0.5', { number: '-0.5' }],
    ['1.50', { number: '1.5' }],
    ['999999999999999', { number: '999999999999999' }],
    ['1234567890123456', '1234567890123456'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['12345678901234567890.5', '12345678901234567890.5'],
    ['0.30000000000000004', { number: '0.30000000000000004' }],
    ['1e300', { number: '1e+300' }],
    ['1e400', '1e400'],
    ['true', true],
    ['false', false],
    ['null', undefined],
    ['""', undefined],
    ['"007"', '007'],
    ['"12"', '12'],
    ['"=1+1"', '=1+1'],
    ['"-2+3|cmd"', '-2+3|cmd'],
    ['"@SUM(A1)"', '@SUM(A1)'],
    ['"2026-01-31"', '2026-01-31'],
    ['"2026-01-31T10:00:00Z"', '2026-01-31T10:00:00Z'],
    ['"  a <b> & \\"c\\" "', '  a <b> & "c" '],
    ['"line\\nline\\r\\n\\ttab"', 'line\nline\r\n\ttab'],
    ['"\\u0000\\u001f\\uffff"', '\u0000\u001f\uffff'],
    ['"_x0041_"', '_x0041_'],
    ['"Zoë 三 🎈"', 'Zoë 三 🎈'],
    ['[1, "a"]', '[1,"a"]'],
    ['{"a": {"b": 12345678901234567890}}', '{"a":{"b":12345678901234567890}}'],
  ];
  it('keeps values as they are, and texts as texts', async () => {
    const lines = cells.map(([json], i) => `{"id":${i},"v":${json}}\n`).join('');
    const found = cellsOfWorkbook(await exported('data.jsonl', lines));
    assert.deepEqual([found.A1, found.B1], ['id', 'v']);
    for (const [i, [json, cell]] of cells.entries()) {
      assert.deepEqual(found[`A${i + 2}`], { number: String(i) });
      assert.deepEqual(found[`B${i + 2}`], cell, json);
    }
  });

  it('has numbers in the columns of a CSV that hold nothing else', async () => {
    const csv = 'n,mixed,zip,key\n1,2,007,12345678901234567\n2.50,x,12,3\n,3,,\n';
    assert.deepEqual(cellsOfWorkbook(await exported('data.csv', csv)), {
      ...{ A1: 'n', B1: 'mixed', C1: 'zip', D1: 'key' },
      ...{ A2: { number: '1' }, B2: '2', C2: '007', D2: '12345678901234567' },
      ...{ A3: { number: '2.5' }, B3: 'x', C3: '12', D3: { number: '3' } },
      B4: '3',
    });
  });

  it('has a column for each that comes up, and names alone where there are no rows', async () => {
    const lines = '{"a":1}\n{"b":2}\n{"a":3,"c":[]}\n';
    const found = cellsOfWorkbook(await exported('data.jsonl', lines));
    assert.deepEqual(found, {
      ...{ A1: 'a', B1: 'b', C1: 'c' },
      ...{ A2: { number: '1' }, B3: { number: '2' }, A4: { number: '3' }, C4: '[]' },
    });
    assert.deepEqual(cellsOfWorkbook(await exported('data.csv', 'a,b\n1,2\n', 'a = 7')), {
      A1: 'a',
      B1: 'b',
    });
  });

  it('holds any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: anyCharacter, minLength: 1 }), { maxLength: 20 }),
        async (texts) => {
          const lines = texts.map((text) => `${JSON.stringify({ v: text })}\n`).join('');
          const found = cellsOfWorkbook(await exported('data.jsonl', `{"v":0}\n${lines}`));
          assert.deepEqual(
            texts.map((_, i) => found[`A${i + 3}`]),
            texts,
          );
        },
      ),
      { numRuns: runs(50, 2000) },
    );
  });

  it('says what a worksheet has no room for, and leaves the target as it was', async () => {
    const [path, target] = [join(folder, 'data.jsonl'), join(folder, 'out.xlsx')];
    await writeFile(target, 'as it was');
    const wide = Object.fromEntries(Array.from({ length: 16_385 }, (_, i) => [`c${i}`, 1]));
    const refused: readonly (readonly [lines: string, message: RegExp])[] = [
      [
        '{"a":1}\n'.repeat(1_048_576),
        /There are more than 1,048,575 rows, the most that a worksheet of Excel/,
      ],
      [JSON.stringify(wide), /The rows have more than 16,384 columns, the most that a worksheet of Excel/],
      [
        `{"a":1}\n${JSON.stringify({ a: 'x'.repeat(32_768) })}`,
        /In row 2, the value of a has more than 32,767 characters, the most that a cell of Excel/,
      ],
    ];
    for (const [lines, message] of refused) {
      await writeFile(path, lines);
      const { code, stderr } = await runCli([path, '-o', target]);
      assert.equal(code, 1, stderr);
      assert.match(stderr, message);
      assert.equal(await readFile(target, 'utf8'), 'as it was');
      assert.deepEqual((await readdir(folder)).sort(), ['data.jsonl', 'out.xlsx']);
    }
  });

  it('fills a worksheet to its limits', async () => {
    const sink = memorySink();
    const rows = {
      columns: ['a'],
      columnsWithoutRows: () => Promise.resolve([]),
      valueColumn: '_value',
      typesInText: () => false,
    };
    const objects = xlsxSink(sink, rows);
    await objects.write(Buffer.from('{"a":1}\n'.repeat(1_048_574)));
    await objects.write(Buffer.from(JSON.stringify({ a: '🎈'.repeat(16_383) + '!' })));
    assert.deepEqual(await objects.finish(signal), []);
    await objects.commit();
    const sheet = unzipped(sink.bytes()).get('xl/worksheets/sheet1.xml') ?? '';
    assert.match(sheet.slice(-70_000), /<row r="1048576"><c r="A1048576" t="inlineStr">/);
    assert.deepEqual([25, 26, 701, 702, 16_383].map(columnLetters), ['Z', 'AA', 'ZZ', 'AAA', 'XFD']);
  });
});
