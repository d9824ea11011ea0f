import { said } from '../../../said/said.ts';
import { Kind } from '../../format/record.ts';
import type { ByteSink } from '../byteSink.ts';
import type { ObjectRows, ObjectSink } from '../objectSink.ts';
import { SinkError } from '../sinkError.ts';
import type { ColumnType } from './columnType.ts';
import { LineSpool } from '../lineSpool.ts';
import { ObjectReader, readRows } from './cells.ts';
import { ColumnsBuilder, type TypedColumn } from './column.ts';
import { Survey } from './survey.ts';

/** What a format with typed columns is written by, group of rows by group of rows. */
export interface TypedWriter {
  /** Writes a group. @param columns the values of each column, all of `count` rows; they are the writer's from then on */
  group(columns: ReadonlyMap<string, TypedColumn>, count: number): Promise<void>;
  /** Writes what stands behind the last group. */
  end(): Promise<void>;
}

export interface TypedFormat {
  /** What people call it. */
  readonly name: string;
  /** Columns that a file may have. */
  readonly maxColumns: number;
  open(sink: ByteSink, types: ReadonlyMap<string, ColumnType>): Promise<TypedWriter>;
}

/** Groups of rows end where either is reached: rows, or bytes of their JSON Lines. */
const [groupRows, groupBytes] = [122_880, 16 * 1024 * 1024];
const pieceLength = 4 * 1024 * 1024;

/**
 * A file whose columns have types. A column's type must be known before its first value is written and hold its last one
 * as well, so the rows go through a temporary file first.
 *
 * Types by the values: whole numbers of 64 bits are such, other numbers doubles where that is exact, else decimals; texts
 * that are all dates or times of one form by ISO 8601 are dates or points in time; lists and objects are lists and groups
 * of columns. A column whose values have several types is text.
 */
export function typedSink(sink: ByteSink, rows: ObjectRows, format: TypedFormat): ObjectSink {
  const { columns, typesInText, valueColumn } = rows;
  const { name: formatName, maxColumns } = format;
  const spool = new LineSpool();
  const survey = (name: string): Survey =>
    new Survey(typesInText([name]), (path) => typesInText([name, ...path]));
  const reader = new ObjectReader(columns, maxColumns - columns.length);
  const surveys: Survey[] = reader.keys.map(survey);

  function look(bytes: Uint8Array): void {
    if (reader.overflown) {
      const message = said`The rows have more than ${maxColumns.toLocaleString('en')} columns, too many for ${formatName}. Choose some of them with SELECT.`;
      throw new SinkError('too-many-columns', message);
    }
    const { keys, kinds, starts, ends } = reader;
    while (surveys.length < keys.length) surveys.push(survey(keys[surveys.length]));
    for (let at = 0; at < surveys.length; at++) {
      if (kinds[at] !== Kind.Missing) surveys[at].addCell(kinds[at] as Kind, bytes, starts[at], ends[at]);
    }
  }

  async function writeFile(types: ReadonlyMap<string, ColumnType>, signal: AbortSignal): Promise<void> {
    const writer = await format.open(sink, types);
    const row = new ObjectReader(types.keys(), 0);
    let values = new ColumnsBuilder(types);
    let [count, bytes] = [0, 0];

    const writeGroup = async (): Promise<void> => {
      if (count === 0) return;
      await writer.group(values.finish(), count);
      values = new ColumnsBuilder(types);
      [count, bytes] = [0, 0];
    };

    for await (const piece of spool.read(pieceLength)) {
      signal.throwIfAborted();
      readRows(piece, row, valueColumn, (lines) => {
        values.add(row, lines);
        count++;
      });
      bytes += piece.length;
      if (count >= groupRows || bytes >= groupBytes) await writeGroup();
    }
    await writeGroup();
    await writer.end();
  }

  return {
    async write(lines) {
      readRows(lines, reader, valueColumn, look);
      await spool.write(lines);
    },

    async commit(signal) {
      const types = new Map(reader.keys.map((name, at) => [name, surveys[at].type()]));
      if (types.size === 0)
        for (const name of await rows.columnsWithoutRows()) types.set(name, survey(name).type());
      if (types.size === 0)
        throw new SinkError(
          'unsupported',
          said`There are no columns to write: ${formatName} needs at least one.`,
        );
      await writeFile(types, signal);
      signal.throwIfAborted();
      await spool.remove();
      await sink.commit();
      return [...types].flatMap(([name, type]) => mixedIn(name, type));
    },

    async discard() {
      await spool.remove();
      await sink.discard();
    },
  };
}

/** The places in a column whose values have several types, as `user.tags[*]`. */
function mixedIn(place: string, type: ColumnType): string[] {
  if (type.kind === 'text') return type.mixed ? [place] : [];
  if (type.kind === 'list') return mixedIn(`${place}[*]`, type.items);
  if (type.kind !== 'struct') return [];
  return [...type.members].flatMap(([name, member]) => mixedIn(`${place}.${name}`, member));
}
