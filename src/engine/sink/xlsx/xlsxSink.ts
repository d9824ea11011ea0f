import { said, type Said } from '../../../said/said.ts';
import type { ByteSink } from '../byteSink.ts';
import type { ObjectRows, ObjectSink } from '../objectSink.ts';
import { LineSpool } from '../lineSpool.ts';
import { memberOf, membersOf, type JsonMembers } from '../typed/json.ts';
import { eachRow } from '../typed/rowReader.ts';
import { Survey } from '../typed/survey.ts';
import { SinkError } from '../sinkError.ts';
import { cellOf, columnLetters, xmlText, type Cell } from './cell.ts';
import { packageParts, sheetEnd, sheetStart } from './parts.ts';
import { ZipWriter } from './zip.ts';

/** What a worksheet of Excel has room for. The first row has the names of the columns. */
const [mostRows, mostColumns, mostCharacters] = [1_048_576, 16_384, 32_767];
const pieceLength = 1024 * 1024;

interface Column {
  readonly letters: string;
  /** Where texts can be numbers: looks at whether all are. */
  readonly survey: Survey | undefined;
}

/**
 * A workbook of Excel (ECMA-376) with one worksheet. Names of columns come first and may be found in the last row, so the
 * rows go through a temporary file. Texts stand in their cells, so that nothing is held of them.
 */
export function xlsxSink(sink: ByteSink, rows: ObjectRows): ObjectSink {
  const { typesInText, valueColumn } = rows;
  const spool = new LineSpool();
  const columns = new Map<string, Column>();
  let count = 1;

  function columnOf(name: string): Column {
    const known = columns.get(name);
    if (known) return known;
    if (columns.size === mostColumns) {
      throw new SinkError(
        'too-many-columns',
        said`The rows have more than ${mostColumns.toLocaleString('en')} columns, the most that a worksheet of Excel can have. Choose some of them with SELECT.`,
      );
    }
    if (name.length > mostCharacters) throw tooLong(said`The name of a column`);
    const column = {
      letters: columnLetters(columns.size),
      survey: typesInText([name]) ? new Survey(true) : undefined,
    };
    columns.set(name, column);
    return column;
  }

  function look(row: JsonMembers): void {
    if (++count > mostRows) {
      throw new SinkError(
        'too-large',
        said`There are more than ${(mostRows - 1).toLocaleString('en')} rows, the most that a worksheet of Excel can have below the names of the columns. Use LIMIT, or write CSV or Parquet.`,
      );
    }
    for (const [name, value] of membersOf(row)) {
      columnOf(name).survey?.add(value);
      const cell = cellOf(value, false);
      if (cell?.kind === 'text' && cell.text.length > mostCharacters) {
        throw tooLong(said`In row ${(count - 1).toLocaleString('en')}, the value of ${name}`);
      }
    }
  }

  async function* sheet(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let row = 1;
    const names = [...columns].map(([name, { letters }]) => headCell(`${letters}${row}`, name));
    yield Buffer.from(`${sheetStart}<row r="1">${names.join('')}</row>`);
    const layout = [...columns].map(([name, { letters, survey }]) => {
      const kind = survey?.type().kind;
      return { name, letters, areNumbers: kind === 'int64' || kind === 'double' || kind === 'decimal' };
    });
    for await (const piece of spool.read(pieceLength)) {
      signal.throwIfAborted();
      const text: string[] = [];
      eachRow(piece, valueColumn, (values) => {
        row++;
        text.push(`<row r="${row}">`);
        for (const { name, letters, areNumbers } of layout) {
          const value = memberOf(values, name);
          const cell = value === undefined ? undefined : cellOf(value, areNumbers);
          if (cell) text.push(cellXml(`${letters}${row}`, cell));
        }
        text.push('</row>');
      });
      yield Buffer.from(text.join(''));
    }
    yield Buffer.from(sheetEnd);
  }

  for (const name of rows.columns) columnOf(name);

  return {
    async write(lines) {
      eachRow(lines, valueColumn, look);
      await spool.write(lines);
    },

    async finish(signal) {
      if (columns.size === 0) for (const name of await rows.columnsWithoutRows()) columnOf(name);
      const zip = new ZipWriter(sink);
      for (const [name, content] of packageParts) await zip.add(name, [Buffer.from(content)]);
      await zip.add('xl/worksheets/sheet1.xml', sheet(signal));
      await zip.finish();
      signal.throwIfAborted();
      await spool.remove();
      await sink.finish?.();
      return [];
    },

    commit: () => sink.commit(),

    async discard() {
      await spool.remove();
      await sink.discard();
    },
  };
}

function headCell(place: string, name: string): string {
  return `<c r="${place}" s="1" t="inlineStr">${textXml(name)}</c>`;
}

function cellXml(place: string, cell: Cell): string {
  if (cell.kind === 'text') return `<c r="${place}" t="inlineStr">${textXml(cell.text)}</c>`;
  if (cell.kind === 'boolean') return `<c r="${place}" t="b"><v>${cell.value ? 1 : 0}</v></c>`;
  return `<c r="${place}"><v>${cell.text}</v></c>`;
}

function textXml(text: string): string {
  return `<is><t xml:space="preserve">${xmlText(text)}</t></is>`;
}

function tooLong(what: Said): SinkError {
  return new SinkError(
    'too-large',
    said`${what} has more than ${mostCharacters.toLocaleString('en')} characters, the most that a cell of Excel can hold. Shorten it with left(), or write CSV or Parquet.`,
  );
}
