import type { ByteSink } from '../byteSink.ts';
import { LineSpool } from '../lineSpool.ts';
import type { ObjectRows, ObjectSink } from '../objectSink.ts';
import type { ColumnType } from './columnType.ts';
import { GroupBuilder } from './groupBuilder.ts';
import { RowSurvey } from './rowSurvey.ts';
import type { ColumnTypes, TypedFormat } from './typedFormat.ts';

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
  const spool = new LineSpool();
  const survey = new RowSurvey(rows, format);

  return {
    async write(lines) {
      survey.addLines(lines);
      await spool.write(lines);
    },

    async finish(signal) {
      const types = await survey.types(rows);
      await writeTypedLines(sink, format, types, rows, spool.read(pieceLength), signal);
      signal.throwIfAborted();
      await spool.remove();
      await sink.finish?.();
      return mixedColumns(types);
    },

    commit: () => sink.commit(),

    async discard() {
      await spool.remove();
      await sink.discard();
    },
  };
}

/** Writes rows as JSON Lines in pieces, of which each is void when the next one is asked for. */
export async function writeTypedLines(
  sink: ByteSink,
  format: TypedFormat,
  types: ColumnTypes,
  { valueColumn }: Pick<ObjectRows, 'valueColumn'>,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const writer = await format.open(sink, types);
  const builder = new GroupBuilder(format, types, valueColumn);
  const writeGroup = async (): Promise<void> => {
    const group = builder.take();
    if (group) await writer.group(group);
  };
  for await (const piece of pieces) {
    signal.throwIfAborted();
    builder.addLines(piece);
    if (builder.has(groupRows, groupBytes)) await writeGroup();
  }
  await writeGroup();
  await writer.end();
}

/** The places whose values have several types, as `user.tags[*]`. */
export function mixedColumns(types: ColumnTypes): string[] {
  return [...types].flatMap(([name, type]) => mixedIn(name, type));
}

function mixedIn(place: string, type: ColumnType): string[] {
  if (type.kind === 'text') return type.mixed ? [place] : [];
  if (type.kind === 'list') return mixedIn(`${place}[*]`, type.items);
  if (type.kind !== 'struct') return [];
  return [...type.members].flatMap(([name, member]) => mixedIn(`${place}.${name}`, member));
}
