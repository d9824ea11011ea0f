import type { ColumnStore } from '../columns/columnStore.ts';
import { everything, isEverything, windowAfter, type MatchWindow } from '../matchWindow.ts';
import { isLocated, type Find, type MalformedUse, type Output, type ViolationUse } from '../pool/task.ts';
import type { Measure } from '../pool/work.ts';
import { digestOf, planQuery, type Plan } from '../query/index.ts';
import type { Layout } from '../query/layout.ts';
import { ColumnUse, mostFields } from './columnUse.ts';
import type { TextPlace } from './follow/followedText.ts';
import type { Knowledge } from './knowledge.ts';
import type { PlannedQuery } from './plan.ts';
import { countMatches, scanInOrder, type OrderedResult } from './scanInOrder.ts';
import type { ScanRequest, Unproven } from './scanRequest.ts';
import type { ScanScheduler } from './scheduler.ts';

/** A scan of the whole file, for everything that its query selects, unless it says otherwise. */
export interface FileScan {
  /** Undefined: every record, also the malformed ones. */
  readonly query: PlannedQuery | undefined;
  readonly output: Output;
  readonly find?: Find;
  readonly malformed?: MalformedUse;
  readonly violations?: ViolationUse | undefined;
  readonly window?: MatchWindow;
  readonly fromBlock?: number;
  readonly toBlock?: number;
  readonly blocksPerStretch?: number | undefined;
  /** Answers whether anything is wanted of a block that the index knows; the others are skipped. */
  readonly wants?: ((block: number) => boolean) | undefined;
  readonly measure?: Measure | undefined;
  /** What else is made of the records in the same pass: the results have it in their `also`. */
  readonly also?: readonly AlsoScan[] | undefined;
}

/** Another output of a scan, of the records that its query selects. */
export interface AlsoScan {
  readonly query: PlannedQuery;
  readonly output: Output;
}

/** What a scan needs of an open file. */
export interface Scannable {
  readonly known: Knowledge;
  readonly scheduler: ScanScheduler;
  readonly layout: Layout;
  /** Blocks in all, as far as is known. */
  readonly blocks: number;
  /** Where the file ends; undefined while that is unknown. */
  readonly size: number | undefined;
  /** Whether its records are checked by a schema: all of them, whatever is asked. */
  readonly checks: boolean;
}

/**
 * Scans in file order, adds what it learns to the index and the zones, and skips blocks whose zones say that nothing
 * there matches.
 * @throws SourceError; WorkerLost; the signal's reason
 */
export async function* scanFile(
  file: Scannable,
  { query, toBlock = Infinity, also = [], wants, ...scan }: FileScan,
  signal: AbortSignal,
): AsyncGenerator<OrderedResult> {
  const conditions = query?.plan.zones ?? [];
  const { known } = file;
  // Of all records, statistics alone look at columns.
  const plan = query?.plan ?? (scan.output.kind === 'statistics' ? everyRecord(file.layout) : undefined);
  const columns =
    plan &&
    known.columns &&
    !file.checks &&
    !isLocated(scan.output) &&
    !isWide(scan.output) &&
    also.length === 0
      ? await columnsFor(known, known.columns, plan, scan)
      : undefined;
  await columns?.begin(scan.fromBlock ?? 0, Math.min(file.blocks, toBlock), signal);
  // Where a window cuts or a task is measured, tasks say more.
  const isWhole = isEverything(scan.window ?? query?.window ?? everything);
  const answers = scan.measure !== 'stages' && isWhole ? columns?.answers : undefined;
  const summary = !file.checks && query === undefined && scan.output.kind === 'count' && !scan.find;
  const request: ScanRequest = {
    malformed: 'keep',
    window: query?.window ?? everything,
    needsPosition: [query, ...also.map((other) => other.query)].some((asked) => asked?.plan.needsPosition),
    fromBlock: 0,
    ...scan,
    query: query?.text,
    digest: query && digestOf(query.plan),
    toBlock: Math.min(file.blocks, toBlock),
    columns: columns && ((from, to) => columns.stretch(from, to, answers !== undefined)),
    answers,
    also:
      also.length === 0
        ? undefined
        : also.map((other) => ({
            query: other.query.text,
            digest: digestOf(other.query.plan),
            output: other.output,
          })),
    // Blocks that are skipped are neither searched for malformed records nor checked, nor looked at by other queries.
    ...(scan.malformed !== 'collect' &&
      also.length === 0 &&
      !file.checks && {
        mayMatch: (block: number) => known.mayMatch(conditions, block) && wants?.(block) !== false,
        unproven: unproven(known, summary, conditions),
      }),
  };
  for await (const result of scanInPhases(file, request, conditions, signal)) {
    columns?.learn(result);
    yield result;
  }
  file.scheduler.divide();
}

/** A scan of what has been appended, for everything that its query selects. */
export type ScanFrom = Pick<
  FileScan,
  'query' | 'output' | 'malformed' | 'violations' | 'window' | 'blocksPerStretch'
>;

/**
 * Scans from a place where a record begins, in the middle of a block as well. The blocks are known: nothing is learned of them.
 * @throws as `scanFile`
 */
export async function* scanFileFrom(
  file: Scannable,
  place: TextPlace,
  { query, output, malformed = 'keep', violations, window = everything, blocksPerStretch }: ScanFrom,
  signal: AbortSignal,
): AsyncGenerator<{ readonly found: OrderedResult; readonly next: TextPlace }> {
  const { known, scheduler, blocks } = file;
  const index = known.index.endingAt(place);
  const request: ScanRequest = {
    ...{ output, malformed, violations, window, blocksPerStretch },
    query: query?.text,
    digest: query && digestOf(query.plan),
    needsPosition: query?.plan.needsPosition === true,
    fromBlock: index.length,
    toBlock: blocks,
  };
  const { spec, pool } = scheduler.forUndivided(query?.text);
  const end = (): number => file.size ?? Infinity;
  for await (const found of scanInOrder(spec, end, index, pool, request, signal)) {
    yield { found, next: index.place(found.firstBlock + found.blocks.length) };
  }
}

/** What the workers carry out where there is no query. */
function everyRecord(layout: Layout): Plan {
  return planQuery({ text: '', operators: [] }, layout);
}

/** Whether it asks for more columns than a scan makes segments of: without all of them a block's text is read. */
function isWide(output: Output): boolean {
  return output.kind === 'statistics' && output.columns.length > mostFields;
}

/** The columns that a scan reads and makes. Malformed records that are collected, and texts that are looked for, are text. */
function columnsFor(
  known: Knowledge,
  store: ColumnStore,
  plan: Plan,
  { output, find, malformed }: Omit<FileScan, 'query'>,
): Promise<ColumnUse> {
  return ColumnUse.of(store, () => known.index, plan, output, !find && malformed !== 'collect');
}

/** @param summary whether nothing but the summaries of blocks is wanted */
function unproven(known: Knowledge, summary: boolean, conditions: Plan['zones']): Unproven {
  return {
    get index() {
      return known.unproven;
    },
    suffices: (block) => summary || !known.mayMatch(conditions, block),
  };
}

/** Scans in the caller's thread until the workers can take part, and goes on with them. */
async function* scanInPhases(
  file: Scannable,
  asked: ScanRequest,
  conditions: Plan['zones'],
  signal: AbortSignal,
): AsyncGenerator<OrderedResult> {
  const { known, scheduler } = file;
  const end = (): number => file.size ?? Infinity;
  const mayDivide = asked.blocksPerStretch === undefined;
  const texts = asked.also ? [asked.query, ...asked.also.map(({ query }) => query)].join('\n') : asked.query;
  let request = asked;
  let matched = 0;
  let skipped = 0;
  let unread = 0;
  scheduler.divide();
  scheduler.survey();
  for (let more = true; more;) {
    more = false;
    const divided = mayDivide && scheduler.isDivided;
    const { spec, pool, stretchEnd } = mayDivide ? scheduler.forScan(texts) : scheduler.forUndivided(texts);
    // While a file is opened, the workers start, and have enough to do.
    const isEarly = asked.output.kind === 'statistics' && !asked.also && known.index.length < request.toBlock;
    const first = isEarly && !divided ? scheduler.firstFor(texts) : undefined;
    const results = scanInOrder(spec, end, known.index, pool, { ...request, stretchEnd, first }, signal);
    for await (const result of results) {
      known.learn(result, conditions);
      if (result.result) matched += result.result.passed + countMatches(result.result);
      yield { ...result, skipped: skipped + result.skipped, unread: unread + result.unread };
      if (result.isPart || divided || !scheduler.isDivided || !mayDivide) continue;
      // It ends with its failure.
      if (result.result?.failure) continue;
      skipped += result.skipped;
      unread += result.unread;
      const fromBlock = result.firstBlock + result.blocks.length;
      request = {
        ...asked,
        fromBlock,
        toBlock: Math.min(file.blocks, asked.toBlock),
        window: windowAfter(asked.window, matched),
      };
      more = true;
      break;
    }
  }
}
