/** What DESCRIBE, TOP, header plots and the column panel say of files that are hard on them is what plain JavaScript finds. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { deriveRows } from '../../../src/engine/run/derive.ts';
import type { ColumnStatistics, StatisticsDepth } from '../../../src/protocol/statistics.ts';
import {
  asCsv,
  asJsonl,
  badFiles,
  csvText,
  differentTexts,
  lateColumns,
  longCells,
  manyColumns,
  type BadFile,
  type Written,
} from '../../support/badFiles.ts';
import { ScanPools } from '../../support/pool.ts';
import { Preview } from '../../support/preview.ts';

const { signal } = new AbortController();
type Row = Readonly<Record<string, unknown>>;
type Format = 'jsonl' | 'csv';

/** From block to block little is known: late columns and late values come in blocks of their own. */
const smallBlocks = 16 * 1024;

describe('files that are hard on statistics', () => {
  const pools = new ScanPools();
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-bad-'))));
  after(async () => {
    await pools.close();
    await rm(folder, { recursive: true });
  });

  async function written(file: BadFile, format: Format): Promise<string> {
    const path = join(folder, `data.${format}`);
    await writeFile(path, format === 'csv' ? asCsv(file) : asJsonl(file));
    return path;
  }

  async function rowsOf(dataset: Dataset, query: string): Promise<Row[]> {
    const planned = plannedFor(query, dataset.recognised.format);
    let text = '';
    for await (const { bytes } of deriveRows(dataset, planned, signal, () => undefined)) {
      text += Buffer.from(bytes).toString();
    }
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }

  async function described(
    file: BadFile,
    format: Format,
    workers: number,
    { topOf, blockSize }: { readonly topOf: readonly number[]; readonly blockSize?: number },
  ): Promise<void> {
    const options = format === 'csv' ? { headerRows: 1, delimiter: ',' } : {};
    const dataset = await Dataset.open(
      { kind: 'file', path: await written(file, format) },
      { signal, pool: pools.of(workers), ...(blockSize && { blockSize }), ...options },
    );
    try {
      const figures = await rowsOf(dataset, 'DESCRIBE');
      // Of JSON without records no column is known.
      const isKnown = format === 'csv' || file.rows.length > 0;
      assert.deepEqual(
        figures.map((row) => row.column_name),
        isKnown ? file.columns : [],
      );
      figures.forEach((row, at) => {
        const expected = new Expected(
          file.rows.map((cells) => cells[at]),
          format,
        );
        expected.checkDescribed(row, `${file.columns[at]} of ${file.name}`);
      });
      for (const at of topOf) {
        const name = file.columns[at];
        const top = await rowsOf(dataset, `TOP 3 OF ${name}`);
        new Expected(
          file.rows.map((cells) => cells[at]),
          format,
        ).checkTop(top, `${name} of ${file.name}`);
      }
    } finally {
      await dataset.close();
    }
  }

  async function plotted(file: BadFile, format: Format): Promise<void> {
    const options = format === 'csv' ? { headerRows: 1, delimiter: ',' } : {};
    const preview = await Preview.open(await written(file, format), options);
    try {
      await preview.page.call('rows', { view: 0, first: 0, count: 1, columns: [] });
      if (!preview.info.state.exact) await preview.file(({ exact }) => exact);
      const columns = preview.columns.get(0) ?? preview.info.columns;
      const ids = columns.map(({ id }) => id).slice(0, 1000);
      for (const depth of ['header', 'panel'] as const) {
        const answer = await preview.page.call('statistics', { view: 0, columns: ids, depth });
        assert.deepEqual(answer.whole, { share: 1, rows: file.rows.length, exact: true });
        for (const column of answer.columns) {
          const { name } = columns[column.column];
          const at = file.columns.indexOf(name);
          const cells = file.rows.map((row) => row[at]);
          new Expected(cells, format).checkShown(column, depth, `${name} of ${file.name}`);
        }
      }
    } finally {
      await preview.close();
    }
  }

  const small: readonly BadFile[] = [...badFiles(15), manyColumns(60, 40)];
  for (const format of ['jsonl', 'csv'] as const) {
    const files = format === 'jsonl' ? [...small, lateColumns(15)] : small;
    for (const file of files) {
      it(`${file.name}, as ${format}`, async () => {
        const topOf = [...file.columns.keys()].slice(0, 3);
        for (const workers of [0, 2])
          await described(file, format, workers, { topOf, blockSize: smallBlocks });
        await plotted(file, format);
      });
    }

    it(`cells of 10 MB, as ${format}`, async () => {
      const file = longCells(10);
      await described(file, format, 2, { topOf: [1] });
      await plotted(file, format);
    });

    it(`5,000 columns, as ${format}`, async () => {
      const file = manyColumns(5000, 6);
      await described(file, format, 2, { topOf: [4999] });
      await plotted(file, format);
    });
  }

  it('a million different texts', async () => {
    const path = await written(differentTexts(1_000_000), 'csv');
    const dataset = await Dataset.open({ kind: 'file', path }, { signal, pool: pools.of(2) });
    try {
      const [row] = await rowsOf(dataset, 'DESCRIBE');
      assert.deepEqual(
        pick(row, ['column_type', 'count', 'nulls', 'min', 'max', 'min_length', 'max_length', 'top']),
        {
          ...{ column_type: 'text', count: 1_000_000, nulls: 0, top: null },
          ...{ min: 'text number 0', max: 'text number 999999', min_length: 13, max_length: 18 },
        },
      );
      near(row.approx_unique, 1_000_000, 4 * 0.016, 'different values');
    } finally {
      await dataset.close();
    }
  });
});

type Kind = 'number' | 'time' | 'text' | 'boolean';

const typeNames = { number: 'number', time: 'timestamp', text: 'text', boolean: 'boolean' } as const;
const isTime = /^\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?$/;

/** The plain values of a column, one after the other. */
class Expected {
  readonly #nulls: number;
  readonly #values: readonly { readonly kind: Kind; readonly value: string | number | boolean }[];
  readonly #rows: number;
  /** Whether values differ where their texts do. */
  readonly #isText: boolean;

  constructor(cells: readonly Written[], format: Format) {
    this.#isText = format === 'csv';
    this.#rows = cells.length;
    const present = cells.flatMap((cell) => {
      if (cell === undefined || cell === 'null' || (format === 'csv' && csvText(cell) === '')) return [];
      return [cell];
    });
    this.#nulls = cells.length - present.length;
    this.#values = present.map((cell) => {
      if (format === 'csv') return fieldOf(csvText(cell));
      const value = JSON.parse(cell) as string | number | boolean;
      if (typeof value !== 'string') return { kind: typeof value as Kind, value };
      return { kind: isTime.test(value) ? 'time' : 'text', value };
    });
  }

  of(kind: Kind): (string | number | boolean)[] {
    return this.#values.flatMap((one) => (one.kind === kind ? [one.value] : []));
  }

  get numbers(): number[] {
    return this.of('number').map(Number);
  }

  /** How often each value comes, the most frequent first. */
  get counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { value, kind } of this.#values) {
      const key = kind === 'number' && !this.#isText ? String(Number(value) + 0) : String(value);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return new Map([...counts].sort((a, b) => b[1] - a[1]));
  }

  get type(): Kind {
    const kinds = ['number', 'time', 'text', 'boolean'] as const;
    return kinds.toSorted((a, b) => this.of(b).length - this.of(a).length)[0];
  }

  checkDescribed(row: Row, where: string): void {
    const { type, numbers } = this;
    const own = this.of(type);
    const rows = this.#rows;
    // All characters of these files are of one UTF-16 unit.
    const texts = this.of('text').map((text) => String(text).length);
    const sum = total(numbers);
    assert.deepEqual(
      pick(row, ['column_type', 'count', 'nulls', 'null_percentage', 'other_types', 'true_count']),
      {
        column_type: own.length === 0 ? 'null' : typeNames[type],
        count: rows,
        nulls: this.#nulls,
        null_percentage: rows === 0 ? null : Math.round((this.#nulls / rows) * 10_000) / 100,
        other_types: this.#values.length - own.length,
        true_count: this.of('boolean').length === 0 ? null : this.of('boolean').filter(Boolean).length,
      },
      where,
    );
    assert.deepEqual(
      pick(row, ['sum', 'min_length', 'max_length']),
      {
        sum: numbers.length === 0 ? null : sum,
        min_length: texts.length === 0 ? null : least(texts),
        max_length: texts.length === 0 ? null : most(texts),
      },
      where,
    );
    if (texts.length > 0) near(row.avg_length, total(texts) / texts.length, 1e-9, where);
    this.#checkRange(row, where);
    const { counts } = this;
    const isExact = counts.size <= 10_000;
    near(row.approx_unique, counts.size, isExact ? 0 : 4 * 0.016, `different values of ${where}`);
    if (row.top !== null) assert.equal(row.top_count, counts.values().next().value, where);
    else assert.ok(!isExact || counts.size === 0 || own.length > 256, `the most frequent value of ${where}`);
  }

  /** Smallest, largest and the middle of the values of the column's type. */
  #checkRange(row: Row, where: string): void {
    const { type } = this;
    const own = this.of(type);
    if (own.length === 0) {
      assert.deepEqual(
        pick(row, ['min', 'max', 'avg', 'q50']),
        { min: null, max: null, avg: null, q50: null },
        where,
      );
    } else if (type === 'number') {
      const numbers = own.map(Number).sort((a, b) => a - b);
      assert.ok(row.min === numbers[0] || Number(row.min) === numbers[0], `smallest of ${where}`);
      assert.equal(Number(row.max), numbers.at(-1), `largest of ${where}`);
      near(row.avg, total(numbers) / numbers.length, 1e-12, `mean of ${where}`);
      const middle = (numbers.length - 1) / 2;
      const median = (numbers[Math.floor(middle)] + numbers[Math.ceil(middle)]) / 2;
      near(row.q50, median, numbers.length > 256 ? 0.004 : 1e-12, `median of ${where}`);
      if (numbers.length > 1) near(row.std, deviation(numbers), 1e-9, `deviation of ${where}`);
    } else if (type === 'time') {
      const times = own.map((time) => Date.parse(String(time)));
      const at = (cell: unknown): number => Date.parse(String(cell));
      assert.deepEqual([at(row.min), at(row.max)], [least(times), most(times)], where);
      assert.ok(at(row.q50) >= least(times) && at(row.q50) <= most(times), `median of ${where}`);
    } else if (type === 'text') {
      const texts = own.map((text) => Buffer.from(String(text))).sort((a, b) => a.compare(b));
      const shown = (bytes: Buffer): string => bytes.subarray(0, 256).toString().replace(/�+$/, '');
      assert.deepEqual([row.min, row.max], [shown(texts[0]), shown(texts[texts.length - 1])], where);
    } else {
      assert.deepEqual([row.min, row.max], [own.every(Boolean), own.some(Boolean)], where);
    }
  }

  /** NULL is a value here. */
  checkTop(rows: readonly Row[], where: string): void {
    const counts = new Map([...this.counts, ...(this.#nulls > 0 ? [['null', this.#nulls] as const] : [])]);
    const expected = [...counts.values()].sort((a, b) => b - a).slice(0, 3);
    assert.deepEqual(
      rows.map((row) => row.count),
      expected,
      `most frequent of ${where}`,
    );
    for (const { value, count, share } of rows.map(valueOf)) {
      // Whole texts of 10 MB are not told in messages.
      assert.ok(counts.get(value) === count, `a most frequent value of ${where}`);
      near(share, Number(count) / this.#rows, 1e-9, where);
    }
  }

  checkShown({ whole, histogram }: ColumnStatistics, depth: StatisticsDepth, where: string): void {
    assert.ok(whole, where);
    const { kinds, numbers, distinct, top } = whole;
    const { numbers: own, counts } = this;
    assert.deepEqual(
      [kinds.number, kinds.time, kinds.text, kinds.boolean, kinds.null + kinds.missing, kinds.malformed],
      [own.length, this.of('time').length, this.of('text').length, this.of('boolean').length, this.#nulls, 0],
      where,
    );
    near(distinct.count, counts.size, distinct.error * 4, `different values of ${where}`);
    assert.equal(numbers === undefined, own.length === 0, where);
    if (numbers) {
      assert.deepEqual([Number(numbers.min), Number(numbers.max)], [least(own), most(own)], where);
      assert.equal(Number(numbers.sum), total(own), where);
    }
    const barred = histogram?.kind === 'time' ? this.of('time') : own;
    const bars = histogram ? total([...histogram.whole]) : 0;
    assert.equal(bars, barred.length, `bars of ${where}`);
    assert.ok(histogram === undefined || histogram.edges.length === histogram.whole.length + 1, where);
    if (!top.exact) return;
    const listed = [...counts.values()].slice(0, depth === 'header' ? 10 : 50);
    assert.deepEqual(
      top.values.map(({ count }) => count),
      listed,
      `top values of ${where}`,
    );
  }
}

function fieldOf(text: string): { readonly kind: Kind; readonly value: string } {
  if (isTime.test(text)) return { kind: 'time', value: text };
  return { kind: /^-?\d+(?:\.\d+)?$/.test(text) ? 'number' : 'text', value: text };
}

/** A row of TOP: the value stands in the first column. */
function valueOf(row: Row): { value: string; count: unknown; share: unknown } {
  const [value] = Object.values(row);
  const shown = typeof value === 'number' ? String(value + 0) : String(value);
  return { value: shown, count: row.count, share: row.share };
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

/** @param share of the expected value by which it may be off */
function near(found: unknown, expected: number, share: number, what: string): void {
  const isNear =
    typeof found === 'number' && Math.abs(found - expected) <= share * Math.abs(expected) + 1e-12;
  assert.ok(isNear, `${what}: ${String(found)}, not ${expected}`);
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((low, number) => Math.min(low, number), Infinity);
}

function most(numbers: readonly number[]): number {
  return numbers.reduce((high, number) => Math.max(high, number), -Infinity);
}

function deviation(numbers: readonly number[]): number {
  const mean = total(numbers) / numbers.length;
  return Math.sqrt(total(numbers.map((number) => (number - mean) ** 2)) / (numbers.length - 1));
}
