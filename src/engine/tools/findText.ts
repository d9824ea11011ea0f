import { basename } from 'node:path';
import { jsonInOneLine } from '../../protocol/jsonValue.ts';
import { CellKind } from '../../protocol/preview.ts';
import type { ToolAnswer } from '../../protocol/tools.ts';
import type { CellRequest, Find, MatchPlace, PageResult } from '../pool/task.ts';
import { visible } from '../visible.ts';
import { counted, grouped } from '../words.ts';
import { answer, Room, roomBeside, type AnswerLine } from './answer.ts';
import { reportTo, withFile, type Call } from './call.ts';
import { shownLine } from './cells.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { withDeadline } from './deadline.ts';
import type { AskedFile } from './openFiles.ts';
import { learnedPage } from './pageRows.ts';
import { formatOptionsOf } from './readAs.ts';
import { partlyRead, shareRead } from './share.ts';

/** Bytes of a cell in which the place of the text is looked for. */
const lookedAt = 1024 * 1024;
/** Characters shown before and behind the text. */
const around = 100;

/** Answers the records of which a cell holds a text. */
export async function findText(call: Call): Promise<ToolAnswer> {
  const { input } = call;
  return withFile(call, async (asked, path) => {
    const text = input.text('text');
    const matchCase = input.isTrue('match_case');
    const identity = [path, text, matchCase, formatOptionsOf(input)];
    const cursor = readCursor(input, ...identity);
    const found = await search(call, asked, { text, matchCase }, cursor?.at ?? 0, cursor?.more ?? 0);
    const figures = {
      file: path,
      total: found.total,
      complete: found.share === 1,
      share_read: found.share,
    };
    const room = new Room(roomBeside(input.number('max_bytes'), figures) - 400);
    let last = cursor?.at ?? 0;
    let taken = 0;
    for (const record of found.records) {
      if (!room.take(await matchLine(asked, record, { text, matchCase }, call.signal)) && taken > 0) break;
      taken++;
      last = record + 1;
    }
    const before = cursor?.more ?? 0;
    const shown = before + taken;
    const next = shown < found.total ? writeCursor({ at: last, more: shown }, ...identity) : undefined;
    const of = `${taken === 0 ? '' : `${grouped(before + 1)}-${grouped(shown)} of `}${counted(found.total, 'matching record')}`;
    const head = [
      `${visible(basename(path))}: ${of}.`,
      partlyRead(found.share),
      next === undefined
        ? ''
        : `For the next matches: cursor "${next}". get_records shows whole records by number.`,
    ];
    const structured = { ...figures, matches: room.values, ...(next !== undefined && { cursor: next }) };
    return answer(head, room.lines, structured);
  });
}

type SoughtText = Pick<Find, 'text' | 'matchCase'>;

interface Found {
  /** 0-based numbers of the records to show. */
  readonly records: readonly number[];
  /** Matching records in all, those of the answers before included. */
  readonly total: number;
  readonly share: number;
}

/**
 * Looks through the file.
 * @param from 0-based number of the record to begin with
 * @param before matching records in front of it
 */
async function search(
  call: Call,
  { file }: AskedFile,
  sought: SoughtText,
  from: number,
  before: number,
): Promise<Found> {
  const { dataset } = file;
  const count = call.input.number('count');
  const records: number[] = [];
  let total = before;
  let share = 1;
  const report = reportTo(call);
  const fromBlock = from === 0 ? 0 : (dataset.known.blockOfRecord(from) ?? 0);
  const find = { ...sought, cells: dataset.columns.searched };
  const scan = { query: undefined, find, output: { kind: 'places', limit: Infinity }, fromBlock } as const;
  await withDeadline(call.input.number('time_limit_seconds'), call.signal, ({ signal, until }) =>
    file.whileScanning(async () => {
      for await (const { firstBlock, result, scanned } of dataset.scan(scan, signal)) {
        const places: readonly MatchPlace[] = result?.places ?? [];
        for (const { block, record } of places) {
          const number = dataset.index.place(firstBlock + block).record + record;
          if (number < from) continue;
          total++;
          if (records.length < count) records.push(number);
        }
        report(scanned, dataset.expectedSize);
        if (!until.aborted) continue;
        share = shareRead(scanned, dataset);
        return;
      }
    }),
  );
  return { records, total, share };
}

/** A record with what stands around the text, and in which column. */
async function matchLine(
  { file: { dataset } }: AskedFile,
  record: number,
  find: SoughtText,
  signal: AbortSignal,
): Promise<AnswerLine> {
  const ask = (cells: CellRequest): Promise<PageResult> =>
    dataset.page(undefined, dataset.known.parts(record, 1), cells, signal);
  const { page, name, text, at } = (await cellWith(dataset, find, ask)) ?? (await beginning(ask));
  const start = Math.max(0, at - around);
  const end = Math.min(text.length, at + find.text.length + around);
  const context = `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
  const offset = page.offsets[0];
  const place = `record ${record + 1}, byte ${offset}`;
  return {
    text: `${name === undefined ? place : `${place}, ${shownLine(name)}`}: ${shownLine(context)}`,
    value: {
      record: record + 1,
      offset,
      ...(name !== undefined && { column: visible(name) }),
      text: visible(context),
    },
  };
}

interface SoughtCell {
  readonly page: PageResult;
  /** The column's name; undefined of a record that cannot be read, which is one text. */
  readonly name: string | undefined;
  readonly text: string;
  /** Where the text begins in it. */
  readonly at: number;
}

/** The first cell that holds the text in what is looked at of it. */
async function cellWith(
  { columns }: AskedFile['file']['dataset'],
  { text: sought, matchCase }: SoughtText,
  ask: (cells: CellRequest) => Promise<PageResult>,
): Promise<SoughtCell | undefined> {
  const { page, columns: shown } = await learnedPage({ columns, page: ask }, columns.all, lookedAt);
  const wanted = matchCase ? sought : sought.toLowerCase();
  for (const [cell, { name }] of shown.entries()) {
    const kind = page.kinds[cell] & ~CellKind.Cut;
    const bytes = page.text.subarray(cell === 0 ? 0 : page.ends[cell - 1], page.ends[cell]);
    const written = new TextDecoder().decode(bytes);
    const text = kind === CellKind.Json ? jsonInOneLine(written) : written;
    // Where small letters take another length, it is somewhere near.
    const at = (matchCase ? text : text.toLowerCase()).indexOf(wanted);
    if (at >= 0) return { page, name: kind === CellKind.Malformed ? undefined : name, text, at };
  }
  return undefined;
}

/** Where the text is further on, the beginning is shown. */
async function beginning(ask: (cells: CellRequest) => Promise<PageResult>): Promise<SoughtCell> {
  const page = await ask({ kind: 'raw', limit: 2 * around });
  return { page, name: undefined, text: new TextDecoder().decode(page.text), at: 0 };
}
