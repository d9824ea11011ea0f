import type { PreviewCalls } from '../../protocol/preview.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import { SourceError } from '../source/source.ts';
import type { Columns } from '../dataset/columns.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import { throttled } from './throttle.ts';
import type { View } from '../dataset/view.ts';

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
}

type FindCall = PreviewCalls['find'];
type CountCall = PreviewCalls['findCount'];

/** The next row after `from`, or the last one before it. */
export async function find(
  rows: SoughtRows,
  request: FindCall['params'],
  context: HandlerContext<FindCall['progress']>,
): Promise<FindCall['result']> {
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
    for (const row of await rowsOf(dataset, view, found, signal)) if (row > from) return { row };
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
        for (const row of await rowsOf(dataset, view, found, signal)) if (row < request.from) last = row;
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

/** How many rows of a view hold the text: all of them, or those before a row. */
export async function findCount(
  rows: SoughtRows,
  request: CountCall['params'],
  { signal, progress }: HandlerContext<CountCall['progress']>,
): Promise<CountCall['result']> {
  const { dataset, view, columns } = rows;
  const tell = throttled(progress);
  const { before } = request;
  const last = before === undefined ? undefined : blockOfRow(dataset, view, before);
  let count = 0;
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
      for (const row of await rowsOf(dataset, view, found, signal)) if (row < before) count++;
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

/** The rows of the view at which a stretch's matches are, ascending. */
async function rowsOf(
  dataset: Dataset,
  view: View | undefined,
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
