import { basename } from 'node:path';
import type { FormatKind } from '../../protocol/formatOptions.ts';
import type { ToolAnswer } from '../../protocol/tools.ts';
import { english } from '../../said/said.ts';
import { readingDoubts } from '../dataset/doubt/doubts.ts';
import { describeReadings } from '../format/csv/cellReading.ts';
import { gatherStatistics, fieldsOf } from '../run/statistics.ts';
import { problems } from '../run/problems.ts';
import { examplesOf, summaryOf } from '../statistics/index.ts';
import { typesIn, type ColumnSummary, type ValueCount } from '../../protocol/statistics.ts';
import { visible } from '../visible.ts';
import { counted, grouped, percent, sized } from '../words.ts';
import { answer, Room, roomBeside } from './answer.ts';
import { readingAdvice, withFile, type Call } from './call.ts';
import { shownText } from './cells.ts';
import { withDeadline } from './deadline.ts';
import { gatheredPath } from './gather.ts';
import type { AskedFile } from './openFiles.ts';
import { roundedShare } from './share.ts';

/** Records that columns are described by. */
const sampled = 1000;
/** How long the answer waits for the number of records, in seconds: it is estimated where that does not do. */
const countSeconds = 0.5;
/** How long columns are looked at: the answer says how many records that were. */
const columnSeconds = 3;
const mostProblems = 3;
/** Columns whose numbers or dates can be read in several ways, that are named. */
const mostDoubts = 5;
/** Values of a column that are shown, and how long each may be, in characters. */
const [mostExamples, exampleLength] = [3, 60];

/** Answers what a file is and what its columns hold. */
export async function describeFile(call: Call): Promise<ToolAnswer> {
  return withFile(call, async (asked, path) => {
    const { file } = asked;
    const { dataset } = file;
    await knowRecords(asked, call.signal);
    const columns = await describedColumns(asked, call.signal);
    const { score, tables } = dataset.recognised;
    const compression = dataset.containers.filter((container) => container !== 'parquet');
    const found = file.state();
    const examples = await problems(dataset, 0, mostProblems, call.signal);
    const written = dataset.format.dialect ? describeReadings(dataset.format.dialect.readings) : [];
    const doubts = [...readingDoubts(dataset, readingAdvice).values()].slice(0, mostDoubts);
    const figures = {
      file: path,
      format: dataset.format.kind,
      reading: visible(
        [english(dataset.description), ...written, ...compression].filter((text) => text !== '').join(', '),
      ),
      certainty: certaintyOf(score, dataset.format.kind),
      encoding: dataset.encoding,
      size: found.fileSize ?? found.size ?? 0,
      records: found.records,
      records_exact: found.exact,
      malformed: found.malformed,
      problems: examples.items.map(({ record, line, reason }) => ({
        record,
        line,
        reason: visible(english(reason)),
      })),
      doubts: doubts.map((doubt) => visible(english(doubt))),
      sampled: columns.rows,
    };
    const others = (tables?.others.length ?? 0) > 0 ? tables?.others.length : undefined;
    const head = [
      `${visible(basename(path))}: ${figures.format} (${figures.reading}), ${dataset.encoding}, ${sized(figures.size)}.`,
      `Certainty of the reading: ${figures.certainty}.`,
      found.exact
        ? `${counted(found.records, 'record')}, ${grouped(found.malformed)} malformed.`
        : `About ${counted(found.records, 'record')} (estimated); ${grouped(found.malformed)} malformed in the part read so far.`,
      others === undefined ? '' : `${counted(others, 'other table')} in the file not read.`,
      ...figures.problems.map(({ record, line, reason }) => `Record ${record} (line ${line}): ${reason}`),
      ...figures.doubts,
      `Columns in the first ${counted(columns.rows, 'record')}: name as written in a query, type, share of NULL, examples.`,
    ];
    const room = new Room(roomBeside(call.input.number('max_bytes'), figures, head.join('\n')) - 100);
    const shown = columns.lines.findIndex((line) => !room.take(line));
    const hidden = shown === -1 ? 0 : columns.lines.length - shown;
    const more = hidden > 0 ? [`${counted(hidden, 'column')} not shown; raise max_bytes.`] : [];
    const structured = { ...figures, columns: room.values, hidden_columns: hidden };
    return answer([...head, ...more], room.lines, structured);
  });
}

/** Waits some time for the number of records to be known for certain. */
async function knowRecords({ file }: AskedFile, signal: AbortSignal): Promise<void> {
  await withDeadline(countSeconds, signal, ({ until }) =>
    // What is known by then is an estimate.
    file.indexedTo(file.dataset.blocks, AbortSignal.any([signal, until])).catch(() => undefined),
  );
  signal.throwIfAborted();
}

function certaintyOf(score: number | undefined, format: FormatKind): string {
  if (format === 'log') return 'medium: lines were split by a pattern; check the examples';
  if (score === undefined) return 'high: the format leaves no choice';
  if (score >= 0.8) return 'high';
  return score >= 0.3
    ? 'medium; check the examples'
    : 'low: a guess; check the examples, and set read_as if it is wrong';
}

interface DescribedColumns {
  readonly rows: number;
  readonly lines: readonly { readonly text: string; readonly value: unknown }[];
}

async function describedColumns({ file }: AskedFile, signal: AbortSignal): Promise<DescribedColumns> {
  const { dataset } = file;
  const scan = {
    query: undefined,
    columns: fieldsOf(dataset),
    discover: true,
    deep: false,
    counts: true,
    window: { skip: 0, take: sampled },
  };
  const gathered = await withDeadline(columnSeconds, signal, ({ until }) =>
    file.whileScanning(() => gatherStatistics(dataset, scan, signal, () => undefined, undefined, until)),
  );
  const { set, held } = gathered;
  const lines = held.map((column, at) => {
    const summary = summaryOf(column, set.malformed, 'header');
    const name = gatheredPath(dataset, gathered, at);
    const type = typeOf(summary);
    const nulls = set.rows === 0 ? 0 : (summary.kinds.null + summary.kinds.missing) / set.rows;
    const examples = examplesOf(column, mostExamples).map(exampleOf);
    const value = {
      name: visible(name),
      type,
      null_share: roundedShare(nulls),
      examples: examples.map(visible),
    };
    const shown = [
      shownText(name),
      type,
      nulls > 0 ? `${percent(nulls)} NULL` : 'no NULL',
      ...(examples.length > 0 ? [examples.map(shownText).join(' ')] : []),
    ];
    return { text: shown.join(', '), value };
  });
  return { rows: set.rows, lines };
}

function exampleOf({ text, cut }: ValueCount): string {
  const characters = Array.from(text);
  if (!cut && characters.length <= exampleLength) return text;
  return `${characters.slice(0, exampleLength).join('')}…`;
}

/** `number`, or `number|text` where there are others. */
function typeOf({ kinds }: ColumnSummary): string {
  const types = typesIn(kinds);
  return types.length === 0 ? 'null' : types.join('|');
}
