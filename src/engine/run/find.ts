import type { PreviewCalls } from '../../protocol/preview.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import { partitionPoint } from '../partitionPoint.ts';
import { rowNumbers } from '../source/part.ts';
import { SourceError } from '../source/source.ts';
import type { Columns } from '../dataset/columns.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { openRows } from '../dataset/part.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import type { Run } from './run.ts';
import { throttled } from './throttle.ts';
import type { View } from '../dataset/view.ts';
import { holding } from '../pool/cellTexts.ts';

/**
 * Find: the rows of a view of which a cell holds a text. The bytes of the records are searched as the file streams by, and
 * what stands in them is looked at cell by cell.
 */

/** The rows that are looked through. */
export interface SoughtRows {
  readonly dataset: Dataset;
  /** Undefined for the file as it is. */
  readonly view: View | undefined;
  readonly columns: Pick<Columns, 'searched'>;
  /** The numbers of the records of the file that the rows are, where these are in another order: see `Run.records`. */
  readonly records: Float64Array | undefined;
  /** The paths of the files that some rows are of, where what is looked through has none of them: see `Run.fileNames`. */
  readonly fileNames: FileNames | undefined;
}

type FileNames = Run['fileNames'];
type FindCall = PreviewCalls['find'];
type CountCall = PreviewCalls['findCount'];

/** The next row after `from`, or the last one before it. */
export async function find(
  rows: SoughtRows,
  request: FindCall['params'],
  context: HandlerContext<FindCall['progress']>,
): Promise<FindCall['result']> {
  const { records } = rows;
  if (records) return findRecord({ ...rows, records }, request, context);
  return request.backward ? findBackward(rows, request, context) : findForward(rows, request, context);
}

async function findForward(
  rows: SoughtRows,
  request: FindCall['params'],
  { signal, progress }: HandlerContext<FindCall['progress']>,
): Promise<FindCall['result']> {
  const { dataset, view } = rows;
  const { from } = request;
  const firstBlock = blockOfRow(dataset, view, from);
  const tell = throttled(progress);
  for await (const found of matches(rows, request, firstBlock, signal)) {
    tell(progressOf(dataset, found.scanned));
    for (const row of await rowsOf(rows, request, found, signal)) if (row > from) return { row };
    if (view && found.firstBlock + found.blocks.length >= view.blocks && view.blocks > 0) break;
  }
  return null;
}

/** Looks through the blocks before the row in runs that double, the nearest first. */
async function findBackward(
  rows: SoughtRows,
  request: FindCall['params'],
  { signal, progress }: HandlerContext<FindCall['progress']>,
): Promise<FindCall['result']> {
  const { dataset, view } = rows;
  const tell = throttled(progress);
  let end = blockOfRow(dataset, view, request.from) + 1;
  for (let length = 4; end > 0; length *= 2) {
    const start = Math.max(0, end - length);
    let last: number | undefined;
    try {
      for await (const found of matches(rows, request, start, signal, end)) {
        for (const row of await rowsOf(rows, request, found, signal)) if (row < request.from) last = row;
      }
    } catch (error) {
      // The rows before the place where a source gives out are all that there are to go back through.
      if (!(error instanceof SourceError) || error.position < dataset.index.next) throw error;
    }
    tell(progressOf(dataset, (dataset.size ?? 0) - start * dataset.spec.blockSize));
    if (last !== undefined) return { row: last };
    end = start;
  }
  return null;
}

/**
 * Looks through records that are in an order of their own, the nearest rows first. So many at a time are read in the order of
 * the file, as it is decoded once for them then, and not once for a few of them.
 */
async function findRecord(
  rows: SoughtRecords,
  request: FindCall['params'],
  { signal, progress }: HandlerContext<FindCall['progress']>,
): Promise<FindCall['result']> {
  const { records } = rows;
  const { from, backward } = request;
  const tell = throttled(progress);
  const [first, end] = backward
    ? [0, Math.min(from, records.length)]
    : [Math.max(0, from + 1), records.length];
  for (let [passed, count] = [0, fewRecords]; passed < end - first; passed += count, count *= growth) {
    const start = backward ? Math.max(0, end - passed - count) : first + passed;
    const some = records.subarray(start, backward ? end - passed : Math.min(end, start + count));
    const found = await withOrdered(rows, some, signal, async (sought, ordered) => {
      const holds = new Uint8Array(ordered.length);
      for await (const match of matches(sought, request, 0, signal)) {
        tell(progressOf(sought.dataset, match.scanned));
        for (const row of await rowsOf(sought, request, match, signal)) holds[row] = 1;
      }
      const isSought = (number: number): boolean => holds[placeIn(ordered, number)] === 1;
      return backward ? some.findLastIndex(isSought) : some.findIndex(isSought);
    });
    if (found >= 0) return { row: start + found };
  }
  return null;
}

type SoughtRecords = SoughtRows & { readonly records: Float64Array };

const [fewRecords, growth] = [4096, 16];

/** Runs work on some of the records as the rows of a file, in the order in which they are in it. */
async function withOrdered<T>(
  { dataset, columns }: SoughtRecords,
  some: Float64Array,
  signal: AbortSignal,
  work: (rows: SoughtRows, ordered: Float64Array) => Promise<T>,
): Promise<T> {
  const ordered = rowNumbers(some).sort();
  const part = await openRows(dataset, ordered, signal);
  try {
    const sought = { dataset: part, view: undefined, columns, records: undefined, fileNames: undefined };
    return await work(sought, ordered);
  } finally {
    await part.close();
  }
}

/** Where a number is among ascending ones. */
function placeIn(ordered: Float64Array, number: number): number {
  return partitionPoint(0, ordered.length, (at) => ordered[at] < number);
}

/** How many rows of a view hold the text: all of them, or those before a row. */
export async function findCount(
  rows: SoughtRows,
  request: CountCall['params'],
  context: HandlerContext<CountCall['progress']>,
): Promise<CountCall['result']> {
  const { records } = rows;
  if (!records) return countRows(rows, request, context);
  const some = records.subarray(0, request.before);
  if (some.length === 0) return { count: 0 };
  const { before: _, ...all } = request;
  return withOrdered({ ...rows, records }, some, context.signal, (sought) => countRows(sought, all, context));
}

async function countRows(
  rows: SoughtRows,
  request: CountCall['params'],
  { signal, progress }: HandlerContext<CountCall['progress']>,
): Promise<CountCall['result']> {
  const { dataset, view, columns } = rows;
  const tell = throttled(progress);
  const { before } = request;
  const last = before === undefined ? undefined : blockOfRow(dataset, view, before);
  let count = 0;
  if (isOfNames(rows)) {
    const end = last === undefined ? undefined : last + 1;
    for await (const found of matches(rows, request, 0, signal, end)) {
      for (const row of await rowsOf(rows, request, found, signal)) if (row < (before ?? Infinity)) count++;
      tell({ count, ...progressOf(dataset, found.scanned) });
    }
    return { count };
  }
  const scan = {
    query: view?.query,
    find: { text: request.text, matchCase: request.matchCase, cells: columns.searched },
    output: { kind: 'count' },
    ...(last !== undefined && { toBlock: last }),
  } as const;
  if (last !== 0) {
    for await (const { blocks, scanned } of dataset.scan(scan, signal)) {
      for (const block of blocks) count += block.matched;
      tell({ count, ...progressOf(dataset, scanned) });
    }
  }
  if (before !== undefined && last !== undefined) {
    for await (const found of matches(rows, request, last, signal, last + 1))
      for (const row of await rowsOf(rows, request, found, signal)) if (row < before) count++;
  }
  return { count };
}

function matches(
  { dataset, view, columns }: SoughtRows,
  request: Pick<FindCall['params'], 'text' | 'matchCase'>,
  fromBlock: number,
  signal: AbortSignal,
  toBlock?: number,
): AsyncGenerator<OrderedResult> {
  return dataset.scan(
    {
      query: view?.query,
      find: { text: request.text, matchCase: request.matchCase, cells: columns.searched },
      output: { kind: 'places', limit: Infinity },
      fromBlock,
      ...(toBlock !== undefined && { toBlock }),
    },
    signal,
  );
}

/** Whether a column shows the paths of files that what is looked through has none of. */
function isOfNames<T extends SoughtRows>(
  rows: T,
): rows is T & { readonly fileNames: NonNullable<FileNames> } {
  return rows.fileNames !== undefined && rows.columns.searched.paths;
}

/** The rows of a stretch of which a cell holds the text, ascending. */
async function rowsOf(
  rows: SoughtRows,
  request: Pick<FindCall['params'], 'text' | 'matchCase'>,
  found: OrderedResult,
  signal: AbortSignal,
): Promise<number[]> {
  const own = await rowsWithin(rows, found, signal);
  if (!isOfNames(rows)) return own;
  const first = rows.dataset.index.place(found.firstBlock).record;
  const names = await rows.fileNames(
    first,
    found.blocks.reduce((sum, { records }) => sum + records, 0),
  );
  const holds = holding(request);
  const known = new Map<string, boolean>();
  const isNamed = (name: string): boolean => {
    let is = known.get(name);
    if (is === undefined) known.set(name, (is = holds(name)));
    return is;
  };
  const isOwn = new Set(own);
  return Array.from(names, (_, at) => first + at).filter((row, at) => isOwn.has(row) || isNamed(names[at]));
}

/** Those of which the records themselves hold it. */
async function rowsWithin(
  { dataset, view }: SoughtRows,
  { firstBlock, result }: OrderedResult,
  signal: AbortSignal,
): Promise<number[]> {
  const places = result?.places ?? [];
  if (!view)
    return places.map(({ block, record }) => dataset.index.place(firstBlock + block).record + record);
  const rows: number[] = [];
  for (const block of new Set(places.map((place) => place.block))) {
    const row = view.rowOfBlock(firstBlock + block);
    const count = view.rowOfBlock(firstBlock + block + 1) - row;
    const page = await dataset.page(
      view.query.text,
      view.parts(dataset.index, row, count),
      { kind: 'raw', limit: 0 },
      signal,
    );
    const first = dataset.index.place(firstBlock + block).record;
    const wanted = new Set(
      places.filter((place) => place.block === block).map((place) => first + place.record + 1),
    );
    for (let i = 0; i < page.rows; i++) if (wanted.has(page.records[i])) rows.push(row + i);
  }
  return rows;
}

function blockOfRow(dataset: Dataset, view: View | undefined, row: number): number {
  if (row < 0) return 0;
  const block = view
    ? view.blockOfRow(row)
    : (dataset.known.blockOfRecord(row) ?? dataset.known.blockOfRecord(dataset.known.records - 1));
  return Math.min(block ?? 0, dataset.blocks);
}

function progressOf(
  dataset: Dataset,
  scanned: number,
): { readonly scanned: number; readonly total: number | undefined } {
  const { expectedSize } = dataset;
  const total = expectedSize === undefined ? undefined : dataset.inFile(expectedSize);
  return { scanned: dataset.inFile(scanned), total };
}
