import type { PreviewCalls, Problem } from '../../protocol/preview.ts';
import { english, type Said } from '../../said/said.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { stretchOf } from '../dataset/view.ts';
import type { PagePart, PageResult } from '../pool/task.ts';

/** Bytes of a malformed record that the problems list shows. */
const rawLimit = 256;

/** The kinds of so many malformed records are counted; a file may consist of nothing else. */
const mostCounted = 20_000;
const countedAtOnce = 2_000;

/** The malformed and odd records from ordinal `first` on, as far as the file is indexed. */
export async function problems(
  dataset: Dataset,
  first: number,
  count: number,
  signal: AbortSignal,
): Promise<PreviewCalls['problems']['result']> {
  const page = await faulty(dataset, first, count, rawLimit, signal);
  const items: Problem[] = page.faults.map(({ row, at, reason }) => ({
    record: page.records[row],
    line: page.lines[row],
    offset: page.offsets[row],
    file: page.files.at(row),
    at,
    reason,
    raw: page.text.slice(row === 0 ? 0 : page.ends[row - 1], page.ends[row]),
  }));
  return { items, total: dataset.index.malformed, complete: dataset.indexed };
}

/** How many malformed records there are of each reason, the most frequent first. */
export async function problemKinds(
  dataset: Dataset,
  signal: AbortSignal,
): Promise<PreviewCalls['problemKinds']['result']> {
  const kinds = new Map<string, { readonly reason: Said; count: number }>();
  const total = Math.min(dataset.index.malformed, mostCounted);
  for (let first = 0; first < total; first += countedAtOnce) {
    signal.throwIfAborted();
    const { faults } = await faulty(dataset, first, Math.min(countedAtOnce, total - first), 1, signal);
    for (const { reason } of faults) {
      const text = english(reason);
      const kind = kinds.get(text);
      if (kind) kind.count++;
      else kinds.set(text, { reason, count: 1 });
    }
  }
  return { kinds: [...kinds.values()].sort((a, b) => b.count - a.count), counted: total };
}

/** The index knows which blocks hold malformed records: no other block is read. */
function faulty(
  dataset: Dataset,
  first: number,
  count: number,
  limit: number,
  signal: AbortSignal,
): Promise<PageResult> {
  const { index } = dataset;
  const parts: PagePart[] = [];
  let ordinal = first;
  while (ordinal < first + count) {
    const block = index.blockOfMalformed(ordinal);
    if (block === undefined) break;
    const skip = ordinal - index.malformedBefore(block);
    const take = Math.min(first + count - ordinal, index.malformedBefore(block + 1) - ordinal);
    parts.push({ stretch: stretchOf(index, block), skip, take });
    ordinal += take;
  }
  return dataset.page('_error IS NOT NULL', parts, { kind: 'raw', limit }, signal);
}
