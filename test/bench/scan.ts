import { createPlainCsvScanner } from '../../src/engine/format/csv/csv.ts';
import type { CsvDialect } from '../../src/engine/format/csv/dialect.ts';
import { createPlainJsonlScanner } from '../../src/engine/format/json/lines.ts';
import { createKernelCsvScanner } from '../../src/engine/format/csv/scanner.ts';
import { createKernelJsonlScanner } from '../../src/engine/format/json/scanner.ts';
import type { FieldRequest, Scanner } from '../../src/engine/format/record.ts';
import { csvHeader, sampleText } from '../support/sample.ts';
import { plainDialect } from '../support/csvRecords.ts';

/*
 * What scanning costs by itself: gigabytes a second of processor time, so that a busy machine disturbs it little. Best
 * and median of the rounds, over one block in memory.
 */

const size = 1 << 20;
const dialect: CsvDialect = {
  ...plainDialect,
  headerLines: 1,
  columns: csvHeader.trimEnd().split(','),
};

const status = { jsonl: ['status'], csv: [3] };
const message = { jsonl: ['message'], csv: [10] };

for (const format of ['jsonl', 'csv'] as const) {
  const text = Buffer.concat([...sampleText(format, size)]);
  const from = format === 'csv' ? csvHeader.length : 0;
  const cases: [string, FieldRequest[]][] = [
    ['records only', []],
    ['status', [{ path: status[format], numeric: true }]],
    [
      'status, message',
      [
        { path: status[format], numeric: true },
        { path: message[format], numeric: false },
      ],
    ],
  ];
  for (const [name, fields] of cases) {
    for (const scanner of scannersOf(format)) {
      const rates = measure(scanner, text, from, fields, scanner.name === 'plain' ? 5 : 100);
      const [best, median] = [rates[0], rates[rates.length >> 1]];
      console.log(
        `${format} ${name}, ${scanner.name}: best ${best.toFixed(2)}, median ${median.toFixed(2)} GB/s`,
      );
    }
  }
}

function scannersOf(format: 'jsonl' | 'csv'): Scanner[] {
  return format === 'jsonl'
    ? [createKernelJsonlScanner(), createPlainJsonlScanner()]
    : [createKernelCsvScanner(dialect), createPlainCsvScanner(dialect)];
}

/** Best rate first. */
function measure(
  scanner: Scanner,
  text: Uint8Array,
  from: number,
  fields: readonly FieldRequest[],
  rounds: number,
): number[] {
  const { length } = text;
  scanner.reserve(length).set(text);
  const task = { length, offset: 0, from, until: length, final: true, fields };
  for (let warm = 0; warm < 3; warm++) scanner.scan(task);
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    // Processor time is counted coarsely: several scans a round, where they are quick.
    const scans = scanner.name === 'plain' ? 1 : 10;
    for (let scan = 0; scan < scans; scan++) scanner.scan(task);
    const { user, system } = process.cpuUsage(before);
    rates.push((length * scans) / ((user + system) * 1000));
  }
  return rates.sort((a, b) => b - a);
}
