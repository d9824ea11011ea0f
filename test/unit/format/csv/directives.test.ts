import assert from 'node:assert/strict';
import { english } from '../../../../src/said/said.ts';
import { formatOf, recognise } from '../../../../src/engine/format/registry.ts';
import { Fault } from '../../../../src/engine/fault.ts';
import type { FormatOptions } from '../../../../src/protocol/formatOptions.ts';
import { headerOf } from '../../../../src/engine/sink/frame.ts';
import { commaSeparated } from '../../../../src/engine/sink/csvCell.ts';
import { memorySource } from '../../../support/memory.ts';

const { signal } = new AbortController();

describe('a table whose columns a directive names', () => {
  /** The rows of a text as objects, with null for no value. */
  async function read(text: string, name = 'x.log', options: FormatOptions = {}) {
    const bytes = Buffer.from(text);
    const { format, dataStart, firstLine, description } = await recognise(
      { ...memorySource(bytes), name },
      options,
      signal,
    );
    assert.ok(format.kind === 'csv', format.kind);
    const { dialect } = format;
    const written = formatOf(format);
    const scanner = written.scanner();
    scanner.reserve(bytes.length).set(bytes);
    const { length } = bytes;
    const block = scanner.scan({
      length,
      offset: 0,
      from: dataStart,
      until: length,
      final: true,
      fields: [],
    });
    assert.ok(block.faults.every((fault) => fault === Fault.None));
    const rows = Array.from({ length: block.count }, (_, row) =>
      Object.fromEntries(
        written
          .detail?.(bytes.subarray(block.starts[row], block.ends[row]))
          .map((one) => [one.name, one.value]) ?? [],
      ),
    );
    return { rows, firstLine, dialect, description: english(description) };
  }

  const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

  it('is a log of IIS, with its directives again where it was started anew', async () => {
    const directives =
      '#Software: Shop Services 10.0\r\n#Version: 1.0\r\n#Date: 2024-05-31 18:30:00\r\n#Fields: date time cs-uri-stem cs-username cs(User-Agent) sc-status\r\n';
    const row = (i: number): string =>
      `2024-05-31 18:30:00 /a/${i},"b" ${i % 2 ? '-' : 'ann'} Shop/5.0+(X;+Y;+Z) ${i % 9 ? 200 : 500}\r\n`;
    const expected = (i: number) => ({
      date: '2024-05-31',
      time: '18:30:00',
      'cs-uri-stem': `/a/${i},"b"`,
      'cs-username': i % 2 ? null : 'ann',
      'cs(User-Agent)': 'Shop/5.0+(X;+Y;+Z)',
      'sc-status': i % 9 ? '200' : '500',
    });
    for (const name of ['x.log', 'x.txt', 'Standard input', 'x.csv']) {
      for (const count of [0, 1, 3, 60]) {
        const text = directives + range(count).map(row).join('');
        const { rows, firstLine, dialect } = await read(text, name);
        assert.deepEqual(rows, range(count).map(expected));
        assert.deepEqual([firstLine, dialect.delimiter, dialect.quote], [4, ' ', '']);
        const header = headerOf(Buffer.from(directives), dialect, commaSeparated);
        assert.equal(
          Buffer.from(header).toString().trim(),
          'date,time,cs-uri-stem,cs-username,cs(User-Agent),sc-status',
        );
        const twice = await read(text + directives + row(count), name);
        assert.deepEqual(twice.rows, range(count + 1).map(expected));
      }
    }
  });

  it('is one with tabs, commas, or texts in quotes between its fields', async () => {
    const cases = [
      [
        '#Version: 1.0\n#Fields: date c-ip agent\n',
        ['2024-05-31\t192.0.2.1\tX (Y; Z)', '2024-05-31\t-\tA "b'],
      ],
      [
        '#Version: 1\n\n#Fields: date c-ip agent\n\n',
        ['2024-05-31 192.0.2.1 "X (Y; Z)"', '2024-05-31 - "A ""b"'],
      ],
      [
        '#Log-type: Mail\n#Fields: date,c-ip,agent\n',
        ['2024-05-31,192.0.2.1,"X (Y; Z)"', '2024-05-31,,"A ""b"'],
      ],
    ] as const;
    for (const [directives, [first, second]] of cases) {
      const { rows } = await read(`\ufeff${directives}${`${first}\n${second}\n`.repeat(5)}`);
      const [one, two] = [
        { date: '2024-05-31', 'c-ip': '192.0.2.1', agent: 'X (Y; Z)' },
        { date: '2024-05-31', 'c-ip': null, agent: 'A "b' },
      ];
      assert.deepEqual(
        rows,
        range(5).flatMap(() => [one, two]),
        directives,
      );
    }
  });

  it('is a log of Zeek', async () => {
    for (const [mark, unset] of [
      ['\t', '-'],
      ['|', '(unset)'],
    ]) {
      const line = (...cells: string[]): string => `${cells.join(mark)}\n`;
      const code = mark.charCodeAt(0).toString(16).padStart(2, '0');
      const head = `#separator \\x${code}\n${line('#unset_field', unset)}${line('#fields', 'ts', 'uid', 'id.orig_h', 'note')}`;
      const types = line('#types', 'time', 'string', 'addr', 'string');
      const row = (i: number): string =>
        line(`171718020${i}.5`, `C${i}`, '10.0.0.1', i % 2 ? unset : '"x, y');
      const { rows } = await read(
        `${head}${types}${range(9).map(row).join('')}${line('#close', '2024-05-31')}`,
      );
      const expected = range(9).map((i) => ({
        ts: `171718020${i}.5`,
        uid: `C${i}`,
        'id.orig_h': '10.0.0.1',
        note: i % 2 ? null : '"x, y',
      }));
      assert.deepEqual(rows, expected);
    }
  });

  it('is told in a moment, however many lines are empty above it', async () => {
    const empty = '\n'.repeat(20_000);
    assert.deepEqual((await read(`${empty}#Fields: a b\n1 -\n2 3\n`)).rows[1], { a: '2', b: '3' });
    assert.deepEqual((await read(`${empty}a,b\n1,#\n2,3\n`, 'x.csv')).rows[1], { a: '2', b: '3' });
  });

  it('is read as the user says', async () => {
    const text = `#Fields: a b\n${'1 -\n'.repeat(5)}`;
    assert.deepEqual((await read(text, 'x', { nulls: [] })).rows[0], { a: '1', b: '-' });
    assert.deepEqual((await read(text, 'x', { headerRows: 0 })).dialect.comment, '');
    assert.equal((await read(text, 'x', { firstLine: 2, headerRows: 0 })).rows.length, 5);
    assert.match((await read(text)).description, /^space, no quotes, header in a comment,/);
  });

  it('is none where its rows are not as the directive says, or a comment only speaks of fields', async () => {
    for (const above of ['#Fields: a b c d\n', '# Fields: x, y\n', '#fields\n', '# fields a b\n']) {
      const { rows } = await read(`${above}a,b\n${'1,2\n'.repeat(5)}`, 'x.csv');
      assert.deepEqual(rows[0], { a: '1', b: '2' }, above);
    }
  });
});
