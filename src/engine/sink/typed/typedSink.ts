import { said } from '../../../said/said.ts';
import type { ByteSink } from '../byteSink.ts';
import type { ObjectRows, ObjectSink } from '../objectSink.ts';
import { SinkError } from '../sinkError.ts';
import type { ColumnType } from './columnType.ts';
import { LineSpool } from '../lineSpool.ts';
import { memberOf, membersOf } from './json.ts';
import { eachRow } from './rowReader.ts';
import { Survey } from './survey.ts';
import { typedValue, type TypedValue } from './values.ts';

/** What a format with typed columns is written by, group of rows by group of rows. */
export interface TypedWriter {
  /** Writes a group. @param columns the values of each column, all of `count` rows; they are the writer's from then on */
  group(columns: ReadonlyMap<string, TypedValue[]>, count: number): Promise<void>;
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
  const surveys = new Map<string, Survey>(columns.map((name) => [name, survey(name)]));

  function surveyOf(name: string): Survey {
    const known = surveys.get(name);
    if (known !== undefined) return known;
    if (surveys.size === maxColumns) {
      const message = said`The rows have more than ${maxColumns.toLocaleString('en')} columns, too many for ${formatName}. Choose some of them with SELECT.`;
      throw new SinkError('too-many-columns', message);
    }
    const fresh = survey(name);
    surveys.set(name, fresh);
    return fresh;
  }

  async function writeFile(types: ReadonlyMap<string, ColumnType>, signal: AbortSignal): Promise<void> {
    const writer = await format.open(sink, types);
    const data = new Map<string, TypedValue[]>([...types.keys()].map((name) => [name, []]));
    let [count, bytes] = [0, 0];

    const writeGroup = async (): Promise<void> => {
      if (count === 0) return;
      await writer.group(data, count);
      for (const name of data.keys()) data.set(name, []);
      [count, bytes] = [0, 0];
    };

    for await (const piece of spool.read(pieceLength)) {
      signal.throwIfAborted();
      eachRow(piece, valueColumn, (row) => {
        for (const [name, values] of data) {
          values.push(typedValue(types.get(name) ?? noType(name), memberOf(row, name)));
        }
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
      eachRow(lines, valueColumn, (row) => {
        for (const [name, value] of membersOf(row)) surveyOf(name).add(value);
      });
      await spool.write(lines);
    },

    async commit(signal) {
      if (surveys.size === 0) for (const name of await rows.columnsWithoutRows()) surveyOf(name);
      const types = new Map([...surveys].map(([name, survey]) => [name, survey.type()]));
      if (types.size === 0)
        throw new SinkError(
          'unsupported',
          said`There are no columns to write: ${formatName} needs at least one.`,
        );
      await writeFile(types, signal);
      signal.throwIfAborted();
      await spool.remove();
      await sink.commit();
      return [...types].flatMap(([name, type]) => (type.kind === 'text' && type.mixed ? [name] : []));
    },

    async discard() {
      await spool.remove();
      await sink.discard();
    },
  };
}

function noType(name: string): never {
  throw new TypeError(`no type for column ${name}`);
}
