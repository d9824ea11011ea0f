import assert from 'node:assert/strict';
import type { ColumnInfo } from '../../../src/protocol/file.ts';
import { CellKind, type Outcome } from '../../../src/protocol/preview.ts';
import {
  chartOf,
  classify,
  marksFor,
  mostNames,
  proposed,
  type ChartRows,
} from '../../../src/webview/plot/chart.ts';

const groups: Outcome = { rows: 'groups', filtered: false, limited: false, order: [], additive: [] };
const records: Outcome = { ...groups, rows: 'records' };

/** A table of texts; null is NULL. */
function table(names: readonly string[], rows: readonly (readonly (string | null)[])[]): ChartRows {
  const columns = names.map((name, id): ColumnInfo => ({ id, name, path: name, type: 'text' }));
  const cells = rows.map((row) =>
    row.map((text) => ({
      kind: text === null ? CellKind.Null : CellKind.Text,
      text: text ?? '',
      cut: false,
    })),
  );
  return { columns, rows: cells };
}

describe('webview/plot/chart', () => {
  function choiceOf(
    names: readonly string[],
    rows: readonly (readonly (string | null)[])[],
    outcome = groups,
  ) {
    const data = table(names, rows);
    const choice = proposed(classify(data), outcome, rows.length);
    const name = (id: number | undefined) => (id === undefined ? '' : names[id]);
    return choice && `${choice.mark} ${name(choice.x)} ${name(choice.y)} ${name(choice.color)}`.trim();
  }

  it('draws groups as bars, times as lines, numbers as points', () => {
    assert.equal(
      choiceOf(
        ['o', 'n'],
        [
          ['DE', '3'],
          ['US', '4'],
        ],
      ),
      'bars o n',
    );
    assert.equal(
      choiceOf(
        ['status', 'n'],
        [
          ['200', '3'],
          ['500', '4'],
        ],
      ),
      'bars status n',
    );
    assert.equal(
      choiceOf(
        ['day', 'n'],
        [
          ['2024-05-01', '3'],
          ['2024-05-02T10:00:00Z', '4'],
        ],
      ),
      'lines day n',
    );
    assert.equal(
      choiceOf(
        ['a', 'b'],
        [
          ['1', '3'],
          ['2', '4'],
        ],
        records,
      ),
      'points a b',
    );
    const sparse = [
      ['a', '3', '7'],
      ['b', '4', null],
      ['c', '5', null],
    ];
    assert.equal(choiceOf(['o', 'n', 'm'], sparse), 'bars o n');
    assert.equal(choiceOf(['o', 'n', 'm'], sparse.slice(0, 2)), 'bars o m');
    assert.equal(choiceOf(['n'], [['3']]), 'bars n n');
    assert.equal(choiceOf(['o', 'p'], [['a', 'b']]), undefined);
    assert.equal(choiceOf(['o', 'n'], []), undefined);
  });

  it('draws numbers by their value, however a table writes them', () => {
    const drawn = (written: string | undefined, texts: readonly string[], kind: number): number[] => {
      const { columns, rows } = table(
        ['n', 'm'],
        texts.map((text, at) => [`row ${at}`, text]),
      );
      const data = {
        columns: [columns[0], { ...columns[1], written }],
        rows: rows.map(([name, cell]) => [name, { ...cell, kind }]),
      };
      const known = classify(data);
      const choice = proposed(known, groups, rows.length);
      return choice ? chartOf(data, known, choice).points.map(({ y }) => y) : [];
    };
    const { Number, Text } = CellKind;
    assert.deepEqual(
      drawn('1.234,5', ['1.234', '-0,50', '1 234,5', '\u22122', "1'000"], Number),
      [1234, -0.5, 1234.5, -2, 1000],
    );
    assert.deepEqual(drawn('1,234.5', ['1,234', '-.5', '1e3'], Number), [1234, -0.5, 1000]);
    assert.deepEqual(drawn(undefined, ['1.234', '1e3'], Number), [1.234, 1000]);
    assert.deepEqual(drawn('1.234,5', ['1.234.5', '2'], Text), []);
  });

  it('colours by a second group', () => {
    const rows = [
      ['DE', 'GET', '3'],
      ['DE', 'PUT', '4'],
      ['US', 'GET', '5'],
    ];
    assert.equal(choiceOf(['o', 'method', 'n'], rows), 'bars o n method');
    assert.equal(
      choiceOf(['o', 'method', 'n'], rows, { ...groups, additive: ['n'] }),
      'stacked o n method',
      'counts have a total',
    );
  });

  it('stacks nothing that has no total, unless the columns are the file\u2019s own', () => {
    const [y] = table(['n'], []).columns;
    assert.ok(!marksFor(y, groups).includes('stacked'));
    assert.ok(marksFor(y, { ...groups, additive: ['n'] }).includes('stacked'));
    assert.ok(marksFor(y, records).includes('stacked'));
  });

  it('draws rows that share a name as points, since bars would hide each other', () => {
    const rows = [
      ['DE', '3'],
      ['DE', '4'],
    ];
    assert.equal(choiceOf(['o', 'n'], rows, records), 'points o n');
    assert.equal(
      choiceOf(['o', 'n'], [...rows.slice(1), [null, '5']], records),
      'bars o n',
      'NULL is a name',
    );
    // Groups by more names than a color can tell apart.
    const byTwo = Array.from({ length: 30 }, (_, at) => [`o${at % 2}`, `key ${at}`, '1']);
    assert.equal(choiceOf(['o', 'key', 'n'], byTwo), 'points o n');
    assert.equal(choiceOf(['o', 'key', 'n'], byTwo, { ...groups, additive: ['n'] }), 'stacked o n');
  });

  it('leaves out what cannot be drawn, and says how much', () => {
    const data = table(
      ['o', 'n'],
      [
        ['DE', '3'],
        [null, '4'],
        ['US', null],
        ['US', '-5.5'],
      ],
    );
    const chart = chartOf(data, classify(data), { mark: 'bars', x: 0, y: 1, color: undefined });
    assert.deepEqual(chart.names, ['DE', 'null', 'US']);
    assert.deepEqual(
      chart.points.map(({ x, y }) => [x, y]),
      [
        [0, 3],
        [1, 4],
        [2, -5.5],
      ],
    );
    assert.equal(chart.left, 1);
  });

  it('bounds names and colours', () => {
    const rows = Array.from({ length: mostNames + 20 }, (_, index) => [
      `name ${index}`,
      '1',
      `color ${index % 9}`,
    ]);
    const data = table(['o', 'n', 'c'], rows);
    const chart = chartOf(data, classify(data), { mark: 'bars', x: 0, y: 1, color: 2 });
    assert.equal(chart.names.length, mostNames);
    assert.equal(chart.left, 20);
    assert.equal(chart.series.length, 7);
  });

  it('orders lines by their time, each series for itself', () => {
    const data = table(
      ['t', 'n', 'c'],
      [
        ['2024-05-02', '2', 'b'],
        ['2024-05-01', '1', 'a'],
        ['2024-05-01 06:00:00', '3', 'b'],
      ],
    );
    const chart = chartOf(data, classify(data), { mark: 'lines', x: 0, y: 1, color: 2 });
    assert.deepEqual(
      chart.points.map(({ y }) => y),
      [3, 2, 1],
    );
    assert.equal(chart.points[0]?.x, Date.UTC(2024, 4, 1, 6));
  });
});
