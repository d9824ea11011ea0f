import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { createPlainCsvScanner } from '../../../src/engine/format/csv/csv.ts';
import type { CsvDialect } from '../../../src/engine/format/csv/dialect.ts';
import type { InnerPath } from '../../../src/engine/format/layout.ts';
import { createPlainJsonlScanner } from '../../../src/engine/format/json/lines.ts';
import type { RecordBlock, Scanner } from '../../../src/engine/format/record.ts';
import {
  parseQuery,
  planQuery,
  type Layout,
  type Origin,
  type Plan,
} from '../../../src/engine/query/index.ts';
import { dropUnreadable } from '../../../src/engine/query/predicate/predicate.ts';
import { batchOfBlock, type Batch } from '../../../src/engine/stage/batch.ts';
import { ByteWriter } from '../../../src/engine/stage/bytes.ts';
import { chain } from '../../../src/engine/stage/chain.ts';
import { joinedQuery, joinedRows } from '../../../src/engine/run/joinedFiles.ts';
import type { StageContext } from '../../../src/engine/stage/context.ts';
import { buildJoin } from '../../../src/engine/stage/join/build.ts';
import type { Joins } from '../../../src/engine/stage/joins.ts';
import { writeRows } from '../../../src/engine/stage/output.ts';
import { gather, shareJoins } from '../../../src/engine/stage/gather.ts';
import { localStagesOf } from '../../../src/engine/stage/local.ts';
import { SpillFolder } from '../../../src/engine/stage/held/spill.ts';
import { stagesOf } from '../../../src/engine/stage/stages.ts';

/** Data to run queries on, as text; as `bytes` where they are not the text in UTF-8. */
export type TestData =
  | { readonly format: 'jsonl'; readonly text: string; readonly times?: readonly InnerPath[] }
  | { readonly format: 'csv'; readonly text: string; readonly bytes?: Uint8Array };

export interface RunOptions {
  readonly budget?: number;
  /** Bytes after which a block ends: small ones make many batches. */
  readonly blockSize?: number;
  readonly metrics?: StageContext['metrics'];
  readonly signal?: AbortSignal;
  readonly tempFolder?: string;
  /** What JOIN reads; undefined: the same data. */
  readonly other?: TestData;
}

/** The rows of a query as JSON texts. */
export async function run(query: string, data: TestData, options: RunOptions = {}): Promise<string[]> {
  const plan = planOf(query, layoutOf(data), joinedLayouts(options.other ?? data));
  if (plan.shape === 'records') return recordsOf(plan, data, options);
  const out = new ByteWriter();
  const context = { ...contextOf(options), joins: joinsOf(query, options.other ?? data) };
  for await (const batch of compose(plan, batchesOf(plan, data, options), context))
    writeRows(out, batch, plan.output);
  return Buffer.from(out.view()).toString().split('\n').slice(0, -1);
}

/** All stages in one thread, as those behind the first that needs all rows are carried out. */
export async function* compose(
  plan: Plan,
  batches: AsyncIterable<Batch>,
  context: StageContext,
): AsyncGenerator<Batch> {
  const folder = new SpillFolder(context.tempFolder);
  try {
    yield* chain(stagesOf(plan), batches, context, folder, 0);
  } finally {
    await folder.remove();
  }
}

export function contextOf({ budget = 1 << 26, metrics, signal, tempFolder }: RunOptions): StageContext {
  return {
    signal: signal ?? new AbortController().signal,
    budget,
    tempFolder: tempFolder ?? tmpdir(),
    ...(metrics === undefined ? {} : { metrics }),
  };
}

/** The other file of each JOIN is the same one: `data`. */
function joinsOf(query: string, data: TestData): Joins {
  return {
    shared: [],
    build(step, slots, live, budget, signal) {
      const plan = planOf(joinedQuery(step, query), layoutOf(data));
      const batches = compose(plan, batchesOf(plan, data, { blockSize: 700 }), contextOf({ signal }));
      return buildJoin(step, slots, joinedRows(step, plan, batches), live, budget, signal);
    },
  };
}

function joinedLayouts(data: TestData): readonly Layout[] {
  return Array.from({ length: 8 }, () => layoutOf(data));
}

export function planOf(query: string, layout: Layout, joined: readonly Layout[] = []): Plan {
  const parsed = parseQuery(query);
  if (!parsed.ok) assert.fail(`${parsed.diagnostics.map(({ message }) => message).join('; ')} in: ${query}`);
  return planQuery(parsed.query, layout, joined);
}

export function layoutOf(data: TestData): Layout {
  return data.format === 'jsonl'
    ? { names: 'paths', times: data.times }
    : { names: 'columns', ...dialectOf(data.text) };
}

function dialectOf(text: string): CsvDialect {
  const header = text.slice(0, text.indexOf('\n'));
  return {
    delimiter: ',',
    quote: '"',
    escape: 'double',
    comment: '',
    lineEnd: 'any',
    headerLines: 1,
    tableStart: 0,
    columns: header.split(','),
  };
}

/** A stream of what is there already. */
export async function* streamed<T>(items: Iterable<T>): AsyncGenerator<T> {
  await Promise.resolve();
  yield* items;
}

/** The batches that a plan's condition takes, block by block. */
export function batchesOf(plan: Plan, data: TestData, options: RunOptions = {}): AsyncIterable<Batch> {
  return streamed(eachBatch(plan, data, options));
}

function* eachBatch(plan: Plan, data: TestData, options: RunOptions): Generator<Batch> {
  for (const { block, selection, count, origin } of eachBlock(plan, data, options)) {
    yield batchOfBlock(plan, block, selection, count, origin);
  }
}

interface SelectedBlock {
  readonly block: RecordBlock;
  readonly selection: Uint32Array;
  readonly count: number;
  readonly origin: Origin;
}

function* eachBlock(plan: Plan, data: TestData, { blockSize }: RunOptions): Generator<SelectedBlock> {
  const scanner: Scanner =
    data.format === 'jsonl' ? createPlainJsonlScanner() : createPlainCsvScanner(dialectOf(data.text));
  const bytes = data.format === 'csv' && data.bytes ? data.bytes : Buffer.from(data.text);
  scanner.reserve(bytes.length).set(bytes);
  const begin = data.format === 'csv' ? data.text.indexOf('\n') + 1 : 0;
  let record = 0;
  let line = data.format === 'csv' ? 1 : 0;
  for (let from = begin; from < bytes.length;) {
    const until = blockSize === undefined ? bytes.length : Math.min(bytes.length, from + blockSize);
    const { fields } = plan;
    const block = scanner.scan({ length: bytes.length, offset: 0, from, until, final: true, fields });
    const selection = Uint32Array.from({ length: block.count }, (_, index) => index);
    const origin = { record, line };
    const count =
      plan.where?.select(block, selection, block.count, origin) ??
      (plan.needsFaulty ? block.count : dropUnreadable(block, selection, block.count));
    yield { block, selection, count, origin };
    record += block.count;
    line += block.lineCount;
    from = block.next;
  }
}

/**
 * The same with every block done by itself, as in a worker, and put together afterwards. The tables of JOINs are looked up there,
 * where they fit.
 */
export async function runInParts(query: string, data: TestData, options: RunOptions = {}): Promise<string[]> {
  const plan = planOf(query, layoutOf(data), joinedLayouts(options.other ?? data));
  if (plan.shape === 'records') return recordsOf(plan, data, options);
  let cutoff: Uint8Array | undefined;
  const joins = joinsOf(query, options.other ?? data);
  const shared = await shareJoins(plan, joins, contextOf(options));
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (const { block, selection, count, origin } of eachBlock(plan, data, options)) {
      await Promise.resolve();
      const local = localStagesOf(plan, { cutoff, shared });
      local.add(block, selection, count, origin);
      yield local.take();
    }
  }
  const out = new ByteWriter();
  const context = {
    ...contextOf(options),
    joins: { ...joins, shared },
    cutoff: (key: Uint8Array) => (cutoff = key),
  };
  for await (const batch of gather(plan, parts(), context)) writeRows(out, batch, plan.output);
  return Buffer.from(out.view()).toString().split('\n').slice(0, -1);
}

/** Whole records: what a plan without output means. */
async function recordsOf(plan: Plan, data: TestData, options: RunOptions): Promise<string[]> {
  const whole = planOf(`SELECT _record, *`, layoutOf(data));
  const texts: string[] = [];
  for await (const batch of batchesOf(whole, data)) {
    const out = new ByteWriter();
    writeRows(out, batch, whole.output.slice(1));
    texts.push(...Buffer.from(out.view()).toString().split('\n').slice(0, -1));
  }
  const taken: string[] = [];
  for await (const { selection, count } of compose(
    plan,
    batchesOf(plan, data, { ...options, blockSize: 1e9 }),
    contextOf(options),
  )) {
    for (const record of selection.subarray(0, count)) taken.push(texts[record]);
  }
  return taken;
}
