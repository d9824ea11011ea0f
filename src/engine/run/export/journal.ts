import { createHash } from 'node:crypto';
import { type Said, said } from '../../../said/said.ts';
import type { Dataset } from '../../dataset/dataset.ts';
import { isRowWise, type PlannedQuery } from '../../dataset/plan.ts';
import type { OrderedResult } from '../../dataset/scanInOrder.ts';
import { countMatches } from '../../dataset/scanInOrder.ts';
import type { FieldPath } from '../../format/json/fields.ts';
import { ProcessEnding } from '../../processEnding.ts';
import type { ByteSink, Resumable } from '../../sink/byteSink.ts';
import { SinkError } from '../../sink/sinkError.ts';
import { rowsAreObjects } from '../../sink/targets.ts';
import {
  cannotResume,
  idOf,
  journalOf,
  markerOf,
  removeJournal,
  replaceJournal,
} from '../../sink/temporaryFile.ts';
import { SourceError } from '../../source/source.ts';
import type { CheckLog } from '../checkLog.ts';
import type { KeptRows } from '../keptRows.ts';
import {
  encodeJournal,
  outputNames,
  register,
  unregister,
  type ExportRecipe,
  type JournalEntry,
  type KeptExport,
  type OutputName,
  type Reached,
} from './kept.ts';
import type { Meter } from '../meter.ts';
import { prospectOf } from '../prospects.ts';

/** How an export is to be kept, so that another process can go on with it. */
export interface JournalOptions {
  readonly recipe: ExportRecipe;
  /** Of the targets, absolute. */
  readonly targets: Readonly<Partial<Record<OutputName, string>>>;
  /** Where it is noted which exports can be resumed. */
  readonly folder: string;
  /** Rowriver's: another one may write other bytes. */
  readonly version: string;
  /** What is gone on with. */
  readonly kept?: KeptExport | undefined;
  /** Called where the export has failed and can be resumed. */
  readonly onKept?: (() => void) | undefined;
}

/** An export as its journal sees it. */
export interface Journaled {
  readonly dataset: Dataset;
  readonly query: PlannedQuery;
  readonly kept: KeptRows | undefined;
  readonly sinks: Readonly<Partial<Record<OutputName, ByteSink | undefined>>>;
  readonly meter: Meter;
  readonly checks: CheckLog;
}

/** So much work is lost at most, and a shorter export has no journal. Tests want one at once. */
const usualMs = 2000;

interface Output {
  readonly name: OutputName;
  readonly target: string;
  readonly id: string;
  readonly at: Resumable;
}

/**
 * Notes how far an export is, beside the temporary file of its output. An entry is made at the end of a stretch of the
 * file, at most every two seconds, and is written once the bytes that it speaks of are on the disk (`fdatasync`), in the
 * place of the one before and in one step. So whatever happens to the process or the machine, there is an entry that is
 * whole, or none.
 */
export class ExportJournal {
  /** The columns of a table, where the run before or this one has looked for them in the records. */
  paths: readonly FieldPath[] | undefined;
  /** Where a run before has come to. */
  readonly reached: Reached | undefined;
  readonly #run: Journaled;
  readonly #options: JournalOptions;
  readonly #outputs: readonly Output[];
  readonly #identity: string;
  readonly #path: string;
  readonly #restart: Said | undefined;
  #selected: number;
  readonly #everyMs = Number(process.env.ROWRIVER_JOURNAL_MS ?? usualMs);
  #last = performance.now();
  #writing: Promise<void> | undefined;
  #hasEntry: boolean;

  private constructor(run: Journaled, options: JournalOptions, outputs: readonly Output[], identity: string) {
    this.#run = run;
    this.#options = options;
    this.#outputs = outputs;
    this.#identity = identity;
    this.#path = journalOf(outputs[0].at.temporary);
    this.#restart = whyRestart(run, options.recipe);
    this.reached = options.kept?.entry.reached;
    this.#selected = this.reached?.selected ?? 0;
    this.paths = this.reached?.paths;
    this.#hasEntry = this.reached !== undefined;
  }

  /**
   * @returns undefined where nobody could go on: what is read cannot be known again, what is written is no file, or a
   * program takes part
   * @throws SinkError where an export is to be gone on with and cannot
   */
  static open(run: Journaled, options: JournalOptions): ExportJournal | undefined {
    const { dataset, query, sinks } = run;
    const identity = identityOf(dataset);
    const outputs = outputsOf(sinks, options);
    const runsProgram = query.plan.operators.some(({ kind }) => kind === 'call');
    const { kept } = options;
    if (kept) refuseOther(kept, dataset);
    if (identity === undefined || outputs === undefined || runsProgram) {
      if (kept) throw cannotResume(kept.entry.outputs[0].target, said`its outputs are no files any more`);
      return undefined;
    }
    const journal = new ExportJournal(run, options, outputs, identity);
    if (journal.reached) dataset.known.adopt(journal.reached.index);
    return journal;
  }

  /** Bytes that the output was given in the run before; undefined where there was none. */
  get taken(): number | undefined {
    return this.reached && this.#options.kept?.entry.outputs[0].state?.taken;
  }

  /** Whether an entry is to be made. */
  get isDue(): boolean {
    return this.#writing === undefined && performance.now() - this.#last >= this.#everyMs;
  }

  /** Of an export that starts again, nothing is noted but what it is. */
  get startsAgain(): boolean {
    return this.#restart !== undefined;
  }

  /** Takes note that a stretch is done: all that was found in it was written, and nothing of what follows. */
  async done(found: OrderedResult): Promise<void> {
    if (found.isPart || found.result?.failure) return;
    if (found.result) this.#selected += found.result.passed + countMatches(found.result);
    if (!this.isDue || (this.startsAgain && this.#hasEntry)) return;
    const { reached, states } = await this.#state(found);
    this.#writing = this.#write(reached, states)
      // Without it, the entry before holds; and the export says itself what is wrong with the disk.
      .catch(() => undefined)
      .finally(() => {
        this.#last = performance.now();
        this.#writing = undefined;
      });
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  /** Leaves what was written for another process, if the failure is one that may pass. */
  async suspend(error: unknown, signal: AbortSignal): Promise<void> {
    await this.settle();
    // Whoever cancels gives up what this run has done, and not what others did before it.
    const isGivenUp = signal.aborted
      ? this.reached === undefined && !(signal.reason instanceof ProcessEnding)
      : !mayPass(error);
    if (!this.#hasEntry || this.startsAgain || isGivenUp) {
      await this.remove();
      return;
    }
    for (const { at } of this.#outputs) await at.suspend();
    this.#options.onKept?.();
  }

  /** The export has come to its end, or was given up. */
  async remove(): Promise<void> {
    await this.settle();
    if (!this.#hasEntry) return;
    // The first output's own comes last: while it is there, the others are found.
    for (const { at } of this.#outputs.toReversed()) await removeJournal(journalOf(at.temporary));
    await unregister(this.#options.folder, this.#outputs[0].id).catch(() => undefined);
  }

  async #state({
    firstBlock,
    blocks,
  }: OrderedResult): Promise<Pick<JournalEntry, 'reached'> & { states: SinkStates }> {
    if (this.#restart !== undefined) return { reached: undefined, states: [] };
    const states = [];
    for (const { at } of this.#outputs) states.push(await at.state());
    const block = firstBlock + blocks.length;
    const { dataset, meter, checks } = this.#run;
    const reached = {
      block,
      index: dataset.index.columns().map((column) => column.slice(0, block + 1)),
      selected: this.#selected,
      meter: meter.saved,
      checks: checks.state,
      paths: this.paths,
    };
    return { reached, states };
  }

  async #write(reached: Reached | undefined, states: SinkStates): Promise<void> {
    const { recipe, version, folder } = this.#options;
    for (const { at } of this.#outputs) await at.sync();
    const outputs = this.#outputs.map(({ name, target, id }, i) => ({
      name,
      target,
      id,
      state: states.at(i),
    }));
    const entry: JournalEntry = {
      ...{ recipe, query: this.#run.query.text, identity: this.#identity },
      ...{ outputs, reached, restart: this.#restart },
    };
    if (!this.#hasEntry) {
      const marker = Buffer.from(markerOf(this.#path));
      for (const { at } of this.#outputs.slice(1)) await replaceJournal(journalOf(at.temporary), marker);
    }
    // First: what is noted and not there is passed over, and what is there without a note would not be offered.
    if (!this.#hasEntry) await register(folder, this.#path, this.#outputs[0].id).catch(() => undefined);
    await replaceJournal(this.#path, encodeJournal(entry, version));
    this.#hasEntry = true;
  }
}

/** @throws SinkError where the file is not the one that an export has read */
export function refuseOther({ entry }: KeptExport, dataset: Dataset): void {
  if (entry.identity === identityOf(dataset)) return;
  throw cannotResume(entry.outputs[0].target, said`${dataset.name} has changed since`);
}

type SinkStates = readonly Awaited<ReturnType<Resumable['state']>>[];

function identityOf({ identity, spec: { schema } }: Dataset): string | undefined {
  if (identity === undefined || !schema) return identity;
  return createHash('sha256').update(identity).update(schema.bytes).digest('hex').slice(0, 32);
}

/** Undefined where one of them is no file. */
function outputsOf(sinks: Journaled['sinks'], { targets }: JournalOptions): Output[] | undefined {
  const outputs: Output[] = [];
  for (const name of outputNames) {
    const [sink, target] = [sinks[name], targets[name]];
    if (!sink) continue;
    const id = sink.resumable && idOf(sink.resumable.temporary);
    if (!sink.resumable || id === undefined || target === undefined) return undefined;
    outputs.push({ name, target, id, at: sink.resumable });
  }
  return sinks.output ? outputs : undefined;
}

/** What an export has to do again from the start, in words for people; undefined where it can go on. */
export function whyRestart(
  { query: { plan }, kept }: Pick<Journaled, 'query' | 'kept'>,
  { to }: Pick<ExportRecipe, 'to'>,
): Said | undefined {
  if (rowsAreObjects(to)) return said`a file of this format is written as a whole`;
  if (kept) return said`its rows were those of a result that is gone`;
  if (plan.shape === 'table' && plan.steps.every(isRowWise)) {
    return plan.steps.some(({ kind }) => kind === 'unnest')
      ? said`its query makes several rows of a record`
      : said`its query fills values from the rows before`;
  }
  if (plan.shape === 'table')
    return said`its query sorts, groups or compares rows, and needs all of them for that`;
  const isLimited = plan.operators.some(({ kind }) => kind === 'limit');
  return plan.shape === 'rows' && isLimited ? said`its query limits computed rows` : undefined;
}

/** Whether an export that has failed so may succeed when it goes on. */
function mayPass(error: unknown): boolean {
  const isForeseen = error instanceof SinkError || error instanceof SourceError;
  return isForeseen && prospectOf(error.failure) === 'resume';
}
