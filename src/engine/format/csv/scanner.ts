import { isReadable } from '../../fault.ts';
import { createCsvKernel, type CsvRequest, type OddRow } from '../../kernel/csvKernel.ts';
import {
  csvEngineLimits,
  csvNumber,
  faultOfRow,
  guessRow,
  kindOfField,
  nextLineStart,
  readWritten,
  type CsvLimits,
} from './csv.ts';
import { textsOf } from './nullTexts.ts';
import { readNulls } from './nulls.ts';
import { createCsvRowReader } from './row.ts';
import type { CsvDialect } from './dialect.ts';
import { Lender } from '../lease.ts';
import { FieldColumn, RecordBlock, type FieldRequest, type Scanner, type ScanTask } from '../record.ts';

/**
 * Delimited text by the SIMD kernel: the same records, faults and fields as the plain scanner finds. The kernel
 * reads rows as RFC 4180 has them; where a quote stands out of place or the bytes are not UTF-8, that row is
 * read by the plain reader.
 * @throws RangeError for a dialect that `isKernelDialect` refuses
 */
export function createKernelCsvScanner(dialect: CsvDialect, limits: CsvLimits = csvEngineLimits): Scanner {
  if (!isKernelDialect(dialect)) throw new RangeError('a dialect that the kernel does not read');
  const kernel = createCsvKernel();
  const lender = new Lender();
  const reader = createCsvRowReader(dialect, limits.quoteReach);
  const width = dialect.columns.length;
  const nulls = textsOf(dialect.nulls);
  let buffer = kernel.reserve(0);
  let fields: readonly FieldRequest[] = [];
  let request = requestOf(fields, dialect, limits);

  let task: ScanTask | undefined;
  /** Whose bytes the reader has. */
  let begun: OddRow | undefined;

  function readOdd(at: number, target: OddRow): number {
    if (task !== undefined && begun !== target) {
      reader.begin(target.bytes.subarray(0, task.length), task.final);
      begun = target;
    }
    const read = reader.read(at);
    if (read === 'incomplete') return -1;
    const { row } = reader;
    if (read === 'record') {
      const fault = faultOfRow(target.bytes, at, row, width, limits);
      target.addRecord(at, row.end);
      if (fault !== undefined) target.setFault(fault.code, fault.index - at);
      if (fault === undefined || isReadable(fault.code)) {
        for (const [column, { index }] of request.columns.entries()) {
          if (index < 0 || index >= row.count) continue;
          const kind = kindOfField(target.bytes, row, index);
          const start = row.starts[index];
          const end = row.ends[index];
          target.setField(column, kind, start, end, csvNumber(target.bytes, kind, start, end));
        }
      }
    }
    target.addLines(row.lines);
    return row.next;
  }

  return {
    name: 'kernel',
    maxRecordLength: limits.maxRecordLength,
    recordsAreLines: true,
    spansLines: dialect.quote !== '',

    reserve(length, keep) {
      buffer = kernel.reserve(length, keep);
      return buffer;
    },

    scan(newTask) {
      task = newTask;
      lender.takeBack();
      if (fields !== task.fields) {
        fields = task.fields;
        request = requestOf(fields, dialect, limits);
      }
      const range = {
        length: task.length,
        from: task.from,
        until: Math.min(task.until, task.length),
        final: task.final,
      };
      const { columns, ...found } = kernel.scan(range, request, readOdd, task.holding);
      buffer = found.bytes;
      if (nulls && columns.length > 0 && nulls.isIn(buffer, task.from, task.length))
        readNulls({ bytes: buffer, fields: columns }, task.fields, nulls, dialect);
      if (dialect.readings !== undefined) {
        readWritten({ bytes: buffer, fields: columns }, task.fields, dialect.readings);
        columns.at(0)?.ranges.numbersSet();
      }
      const parts = {
        ...found,
        bytes: buffer.subarray(0, task.length),
        offset: task.offset,
        fields: columns.map(
          ({ kinds, starts, ends, numbers, ranges }) => new FieldColumn(kinds, starts, ends, numbers, ranges),
        ),
        search: kernel.search,
      };
      return RecordBlock.borrowed(parts, lender.lend());
    },

    resync: (from, length) => guessRow(reader, buffer.subarray(0, length), from, dialect),
    checksum: (from, to) => kernel.checksum(from, to),
    skip: (from, length) => nextLineStart(buffer.subarray(0, length), from, dialect),
  };
}

/** Whether the kernel reads this dialect: RFC 4180 with one byte for a delimiter that is no part of a number. */
export function isKernelDialect(dialect: CsvDialect): boolean {
  return (
    dialect.runs !== true &&
    dialect.skipInitialSpace !== true &&
    /^[^0-9eE.+\-"'\r\n\u0000\u0080-\uffff]$/.test(dialect.delimiter) &&
    dialect.escape === 'double' &&
    dialect.comment === '' &&
    dialect.lineEnd === 'lf'
  );
}

function requestOf(fields: readonly FieldRequest[], dialect: CsvDialect, limits: CsvLimits): CsvRequest {
  return {
    columns: fields.map(({ path, numeric }) => ({
      index: typeof path[0] === 'number' ? path[0] : -1,
      numeric,
    })),
    width: dialect.columns.length,
    delimiter: dialect.delimiter.charCodeAt(0),
    quote: dialect.quote === '' ? 0 : dialect.quote.charCodeAt(0),
    maxRowLength: Math.min(limits.maxRecordLength, limits.quoteReach),
  };
}
