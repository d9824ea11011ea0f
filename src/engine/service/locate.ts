import { said, SaidError } from '../../said/said.ts';
import type { Place, PreviewCalls } from '../../protocol/preview.ts';
import type { BlockIndex } from '../index/blockIndex.ts';
import type { PageResult } from '../pool/task.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { Knowledge } from '../dataset/knowledge.ts';
import { unsortedQuery } from '../query/index.ts';
import type { SharedFile } from './sharedFile.ts';
import type { Run } from '../run/run.ts';
import { locateTime, type TimedRows } from '../run/locateTime.ts';
import { stretchOf, type View } from '../dataset/view.ts';

type Located = PreviewCalls['locate']['result'];

/** What tells a record's place in the order that is asked about. */
type Rank = (page: PageResult, row: number) => number;

/**
 * The first row of a view at or after a place in the file: the block by the index, the row within it by looking. In
 * the file itself, waits until the index has come there.
 */
export async function locate(
  file: SharedFile,
  run: Run | undefined,
  place: Place,
  signal: AbortSignal,
): Promise<Located> {
  const { dataset } = file;
  const view = run?.view;
  if (place.by === 'time') return locateTime(timedRows(file, run), place, signal);
  if (place.by === 'row') return rowAt(place.value, run?.state.matched ?? dataset.known.records);
  if (run && !view) {
    const { matched } = run.state;
    if (place.by === 'percent') return rowAt(Math.max(1, Math.ceil((place.value / 100) * matched)), matched);
    // Sorted records stand in the file, as the record panel says of each.
    const isSorted = unsortedQuery(run.query.text) !== undefined;
    throw new SaidError(
      isSorted
        ? said`These records are sorted, so they are not in the order of the file. Turn the sort off to go to a place in it.`
        : said`These rows are computed, so they have no position in the file.`,
    );
  }
  if (place.by === 'percent') {
    const position = Math.floor((Math.min(100, Math.max(0, place.value)) / 100) * (dataset.size ?? 0));
    return locateBy(file, run, 'offset', position, signal);
  }
  const { by } = place;
  const value = by === 'offset' ? await dataset.positionOf(place.value, signal) : place.value - 1;
  return locateBy(file, run, by, value, signal);
}

/** @param value 1-based */
function rowAt(value: number, rows: number): Located {
  return { row: Math.max(0, Math.min(value, rows) - 1), exact: value <= rows };
}

/** @param value 0-based; an offset is one of the decoded text */
async function locateBy(
  file: SharedFile,
  run: Run | undefined,
  by: 'record' | 'line' | 'offset',
  value: number,
  signal: AbortSignal,
): Promise<Located> {
  const { dataset } = file;
  const view = run?.view;
  await indexed(file, (index) => isPast(index, by, value), signal);
  const block = blockOf(dataset.index, by, value) ?? cutBlock(dataset.known, by, value);
  const last = (view?.rows ?? dataset.known.records) - 1;
  if (block === undefined) return { row: Math.max(0, last), exact: false };

  const rank = ranks[by];
  const { index } = dataset;
  const firstRow = (at: number): number => (view ? view.rowOfBlock(at) : index.place(at).record);
  let row = firstRow(block);
  // Only a line can go on in the next block.
  for (let at = block; at === block || (by === 'line' && at < index.length); at++) {
    if (at > block && index.place(at).line > value) break;
    if (at < index.length && firstRow(at + 1) === row) continue;
    const page = await rowsOfBlock(run?.source ?? dataset, view, at, signal);
    for (let i = 0; i < page.rows; i++) {
      if (rank(page, i) > value) return { row: Math.min(row + i, last), exact: rank(page, i) === value + 1 };
    }
    row += page.rows;
  }
  return { row: Math.max(0, Math.min(row, last)), exact: false };
}

function timedRows(file: SharedFile, run: Run | undefined): TimedRows {
  const { dataset } = file;
  if (run) {
    return {
      columns: (run.columns ?? dataset.columns).all,
      rows: () => run.state.matched,
      page: (first, count, cells, signal) => run.page(first, count, cells, signal),
      more: () => Promise.resolve(false),
    };
  }
  return {
    columns: dataset.columns.all,
    rows: () => dataset.index.records,
    page: (first, count, cells, signal) =>
      dataset.page(undefined, dataset.known.parts(first, count), cells, signal),
    async more(known, signal) {
      // Twice as many each time, so that what is looked at anew costs little beside the waiting.
      await indexed(file, ({ records }) => records > known * 2, signal);
      return dataset.index.records > known;
    },
  };
}

/** One past the last record, line or byte that a row covers, 0-based. */
const ranks: Record<'record' | 'line' | 'offset', Rank> = {
  record: (page, row) => page.records[row],
  line: (page, row) => page.lines[row],
  offset: (page, row) => page.positions[row] + page.lengths[row] + 1,
};

/** Whether the index has come past a place. */
function isPast(index: BlockIndex, by: 'record' | 'line' | 'offset', value: number): boolean {
  return by === 'line' ? index.lines > value : blockOf(index, by, value) !== undefined;
}

function blockOf(index: BlockIndex, by: 'record' | 'line' | 'offset', value: number): number | undefined {
  switch (by) {
    case 'record':
      return index.blockOfRecord(value);
    case 'line':
      return index.blockOfLine(value);
    case 'offset':
      return index.blockOfOffset(value);
  }
}

/** The block in which a failing source was cut short, where it holds the place. */
function cutBlock(
  { cut, index }: Knowledge,
  by: 'record' | 'line' | 'offset',
  value: number,
): number | undefined {
  if (!cut) return undefined;
  const end = { record: index.records + cut.records, line: index.lines + cut.lines, offset: cut.next }[by];
  return value < end ? index.length : undefined;
}

async function indexed(
  file: SharedFile,
  enough: (index: BlockIndex) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { dataset } = file;
  while (!enough(dataset.index) && !dataset.indexed && file.state().phase === 'indexing') {
    await file.indexedTo(dataset.index.length + 1, signal);
  }
}

/** The places of all rows of a view in one block. */
function rowsOfBlock(
  dataset: Dataset,
  view: View | undefined,
  block: number,
  signal: AbortSignal,
): Promise<PageResult> {
  const { index, cut } = dataset.known;
  const take = block < index.length ? index.summary(block).records : (cut?.records ?? 0);
  const parts = view
    ? view.parts(index, view.rowOfBlock(block), view.rowOfBlock(block + 1) - view.rowOfBlock(block))
    : [{ stretch: stretchOf(index, block), skip: 0, take }];
  return dataset.page(view?.query.text, parts, { kind: 'raw', limit: 0 }, signal);
}
