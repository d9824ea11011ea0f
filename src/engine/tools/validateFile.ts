import { basename } from 'node:path';
import { typesIn } from '../../protocol/statistics.ts';
import type { ToolAnswer } from '../../protocol/tools.ts';
import { english } from '../../said/said.ts';
import { problemKinds, problems } from '../run/problems.ts';
import { fieldsOf } from '../run/statistics.ts';
import { summaryOf } from '../statistics/index.ts';
import { visible } from '../visible.ts';
import { counted, grouped } from '../words.ts';
import { answer, Room, roomBeside, type AnswerLine } from './answer.ts';
import { withFile, type Call } from './call.ts';
import { shownLine, shownText } from './cells.ts';
import { checkedBySchema } from './checkedBySchema.ts';
import { gatheredPath, gatherInTime } from './gather.ts';
import { partlyRead } from './share.ts';

/** Malformed records that are shown, and characters of each. */
const [mostExamples, exampleLength] = [10, 120];
const mostReasons = 10;
/** Columns that fewer of the records have are worth a look. */
const rare = 0.01;

interface Line extends AnswerLine {
  readonly part: 'reasons' | 'examples' | 'mixed_columns' | 'rare_columns';
}

/** Answers what is wrong with a file. */
export async function validateFile(call: Call): Promise<ToolAnswer> {
  return withFile(call, async (asked, path) => {
    const schema = call.input.textIfAny('schema');
    if (schema !== undefined) return checkedBySchema(call, asked, path, schema);
    const { dataset } = asked.file;
    const scan = { query: undefined, columns: fieldsOf(dataset), discover: true, deep: false, counts: false };
    const gathered = await gatherInTime(call, asked, scan);
    const { set, held: columns, coverage, share } = gathered;
    const malformed = Math.max(dataset.index.malformed, set.malformed);
    const [kinds, found] = await Promise.all([
      problemKinds(dataset, call.signal),
      problems(dataset, 0, mostExamples, call.signal),
    ]);
    const figures = {
      file: path,
      valid: malformed === 0,
      records: set.rows,
      complete: coverage.exact,
      share_read: share,
      malformed,
    };
    const lines: Line[] = [
      ...kinds.kinds.slice(0, mostReasons).map(({ reason, count }): Line => ({
        part: 'reasons',
        text: `${counted(count, 'record')}: ${shownLine(english(reason))}`,
        value: { reason: visible(english(reason)), count },
      })),
      ...found.items.map(({ record, line, offset, reason, raw }): Line => {
        const begin = new TextDecoder().decode(raw).slice(0, exampleLength);
        return {
          part: 'examples',
          text: `record ${record}, line ${line}, byte ${offset}: ${shownLine(english(reason))} ${shownText(begin)}`,
          value: { record, line, offset, reason: visible(english(reason)), text: visible(begin) },
        };
      }),
    ];
    columns.forEach((column, at) => {
      const { kinds: held } = summaryOf(column, set.malformed, 'header');
      const types = typesIn(held);
      const name = gatheredPath(dataset, gathered, at);
      const counts = Object.fromEntries(types.map((type) => [type, held[type]]));
      if (types.length > 1) {
        const said = types.map((type) => `${grouped(held[type])} ${type}`).join(', ');
        const value = { column: visible(name), ...counts };
        lines.push({
          part: 'mixed_columns',
          text: `column ${shownText(name)} has several types: ${said}`,
          value,
        });
      }
      const filled = set.rows - held.missing - held.null - held.malformed;
      if (set.rows >= 100 && filled > 0 && filled / set.rows < rare) {
        const text = `column ${shownText(name)} has values in only ${counted(filled, 'record')}`;
        lines.push({ part: 'rare_columns', text, value: { column: visible(name), filled } });
      }
    });
    const head = [
      `${visible(basename(path))}: ${counted(set.rows, 'record')} read, ${malformed === 0 ? 'none malformed' : `${grouped(malformed)} malformed or irregular`}.`,
      partlyRead(share),
      kinds.counted < malformed
        ? `The reasons are counted in the first ${counted(kinds.counted, 'malformed record')}.`
        : '',
      'Checked: syntax of records, types and consistency of columns. Give schema to check a JSON Schema.',
    ];
    const room = new Room(roomBeside(call.input.number('max_bytes'), figures, head.join('\n')) - 150);
    const shown = lines.filter((line) => room.take(line));
    const part = (name: Line['part']): unknown[] =>
      shown.filter((line) => line.part === name).map(({ value }) => value);
    const hidden = lines.length - shown.length;
    return answer(
      [...head, hidden > 0 ? `${counted(hidden, 'finding')} not shown; raise max_bytes.` : ''],
      shown,
      {
        ...figures,
        reasons: part('reasons'),
        examples: part('examples'),
        mixed_columns: part('mixed_columns'),
        rare_columns: part('rare_columns'),
      },
    );
  });
}
