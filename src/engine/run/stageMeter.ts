import type { StageLine, StageReport } from '../../protocol/stages.ts';
import { takenOf } from '../matchWindow.ts';
import type { Measure, StretchWork } from '../pool/work.ts';
import type { Operator, Plan } from '../query/index.ts';
import type { StageMetrics, StepWork } from '../stage/context.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import { withTimes, type StageTime } from './stageTimes.ts';

/** What a run gave its output, as far as it has one. */
export interface Written {
  readonly name: 'write' | 'keep' | 'rejects';
  readonly rows: number;
  readonly bytes: number;
  /** Time in which the output took bytes, in milliseconds. */
  readonly waitedMs: number;
}

/** What a meter is of. */
export interface MeteredRun {
  readonly plan: Plan;
  /** Whether the plan's steps are carried out, or only its limits, by the scan. */
  readonly ran: boolean;
  readonly outputs: () => readonly Written[];
  /** Rows that programs have failed for. */
  readonly failed?: (() => number) | undefined;
}

/** Adds up what the stages of a run do, in the scan workers and behind them. */
export class StageMeter {
  readonly #inFile: (bytes: number) => number;
  readonly #run: MeteredRun;
  readonly measure: Measure;
  /** Of the stages behind the workers; they fill it. */
  readonly metrics: StageMetrics[] = [];
  readonly #threads = new Set<number>();
  #bytes = 0;
  #skipped = 0;
  #unread = 0;
  #records = 0;
  #malformed = 0;
  #candidates = 0;
  #matched = 0;
  #scanMs = 0;
  #whereMs = 0;
  #outputMs = 0;
  #encodeMs = 0;
  #firstPass: { readonly name: 'columns' | 'types'; readonly ms: number } | undefined;
  #waitMs = 0;
  #lastWaitMs = 0;
  #steps: StepWork[] = [];

  constructor(dataset: Dataset, run: MeteredRun, measure: Measure) {
    this.#inFile = (bytes) => dataset.inFile(bytes);
    this.#run = run;
    this.measure = measure;
  }

  /** What a scan finds; how long it is waited for is noted. */
  async *waitedFor(found: AsyncIterable<OrderedResult>): AsyncGenerator<OrderedResult> {
    let asked = performance.now();
    for await (const one of found) {
      this.#lastWaitMs = performance.now() - asked;
      this.#waitMs += this.#lastWaitMs;
      yield one;
      asked = performance.now();
    }
    this.#waitMs += performance.now() - asked;
  }

  add({ blocks, result }: OrderedResult): void {
    for (const block of blocks) {
      if (result === undefined) {
        this.#skipped += block.next - block.start;
        continue;
      }
      this.#bytes += block.next - block.start;
      this.#records += block.records;
      this.#malformed += block.malformed;
    }
    this.#bytes -= result?.unreadBytes ?? 0;
    this.#unread += result?.unreadBytes ?? 0;
    if (result?.work) this.#addWork(result.work);
    else if (result) this.#addAnswer(blocks);
  }

  /** Time in which rows are written as the output has them. */
  encoding(ms: number): void {
    this.#encodeMs += ms;
  }

  /** Time of a pass that only looks which columns there are, or what types they have as well. */
  lookedFor(name: 'columns' | 'types', ms: number): void {
    this.#firstPass = { name, ms: (this.#firstPass?.ms ?? 0) + ms };
  }

  /** As far as the run has come. */
  report(elapsedMs: number): StageReport {
    const { plan, ran, outputs: written } = this.#run;
    const outputs = written();
    const inSteps = this.#steps.reduce((sum, { ms }) => sum + ms, 0);
    const writes = outputs.some(({ name }) => name !== 'rejects');
    // What is neither a step nor written is the scan's own keeping of books.
    const outputMs = this.#outputMs - inSteps;
    const books = (ran || !writes ? outputMs : 0) + (plan.conditions.length === 0 ? this.#whereMs : 0);
    const lines: StageLine[] = [];
    const times: StageTime[] = [];
    const add = (line: StageLine, scanning?: number): void => {
      lines.push(line);
      times.push({ scanning, here: line.ms - (scanning ?? 0) + (line.waitedMs ?? 0) });
    };
    if (this.#firstPass) add(this.#firstPass);
    const scanMs = this.#scanMs + books;
    const scan: StageLine = {
      name: 'scan',
      rowsIn: this.#records,
      rowsOut: this.#candidates,
      ms: scanMs,
      bytes: this.#inFile(this.#bytes),
      skipped: this.#inFile(this.#skipped),
      ...(this.#unread > 0 && {
        unread: this.#inFile(this.#unread),
        keptColumns: (ran ? plan.fields : (plan.where?.fields ?? [])).length,
      }),
      malformed: this.#malformed,
    };
    add(scan, scanMs);
    if (plan.conditions.length > 0) {
      const name = [...new Set(plan.conditions)].join(', ').toUpperCase();
      add({ name, rowsIn: this.#candidates, rowsOut: this.#matched, ms: this.#whereMs }, this.#whereMs);
    }
    for (const { line, scanning } of this.#operators()) add(line, scanning);
    const last = this.#step(plan.steps.length);
    for (const { name, rows, bytes, waitedMs } of outputs) {
      const scanning = name === 'rejects' ? 0 : last.scanning + (ran ? 0 : outputMs);
      const ms = name === 'rejects' ? 0 : this.#encodeMs + last.ms + (ran ? 0 : outputMs);
      add({ name, rowsIn: rows, rowsOut: rows, ms, bytes, waitedMs }, scanning);
    }
    return withTimes(lines, times, { threads: this.#threads.size, elapsedMs, scanWaitMs: this.#waitMs });
  }

  #addWork({ threads, candidates, matched, scanMs, whereMs, outputMs, steps }: StretchWork): void {
    for (const thread of threads) this.#threads.add(thread);
    this.#candidates += candidates;
    this.#matched += matched;
    this.#scanMs += scanMs;
    this.#whereMs += whereMs;
    this.#outputMs += outputMs;
    if (this.#steps.length === 0) this.#steps = steps.map(() => ({ rowsIn: 0, rowsOut: 0, ms: 0 }));
    for (const [at, sum] of this.#steps.entries()) {
      sum.rowsIn += steps[at].rowsIn;
      sum.rowsOut += steps[at].rowsOut;
      sum.ms += steps[at].ms;
    }
  }

  /** Takes in what was known without the workers: in this thread, while it was waited for. */
  #addAnswer(blocks: OrderedResult['blocks']): void {
    for (const { records, malformed, matched } of blocks) {
      this.#candidates += records - malformed;
      this.#matched += matched;
    }
    this.#scanMs += this.#lastWaitMs;
  }

  /** A line an operator, which can be several steps, or none where it only names columns. */
  #operators(): { readonly line: StageLine; readonly scanning: number }[] {
    const { plan, ran, failed } = this.#run;
    const { operators, stepCounts } = plan;
    const lines: { readonly line: StageLine; readonly scanning: number }[] = [];
    const calls = operators.filter(({ kind }) => kind === 'call').length;
    let rows = this.#matched;
    let from = 0;
    for (const [at, operator] of operators.entries()) {
      const steps = Array.from({ length: stepCounts[at] }, (_, i) => this.#step(from + i));
      from += steps.length;
      if (operator.kind === 'as') continue;
      const name = operator.kind.toUpperCase();
      const first = ran ? steps.at(0) : undefined;
      const rowsIn = first?.rowsIn ?? rows;
      rows = (ran ? steps.at(-1)?.rowsOut : limited(operator, rows)) ?? rows;
      const line = {
        name,
        rowsIn,
        rowsOut: rows,
        ms: steps.reduce((sum, { ms }) => sum + ms, 0),
        spilled: steps.reduce((sum, { spilled }) => sum + spilled, 0),
        // The scan carries out limits, and no other step.
        ...(!ran && operator.kind !== 'limit' && steps.length > 0 && { later: true }),
        // Of several programs it is not known which of them has failed.
        ...(operator.kind === 'call' && calls === 1 && failed && { failed: failed() }),
      };
      lines.push({ line, scanning: steps.reduce((sum, { scanning }) => sum + scanning, 0) });
    }
    return lines;
  }

  /** Both halves of a step: what the workers took in of it, and what came out behind them. */
  #step(step: number): StepWork & { readonly spilled: number; readonly scanning: number } {
    const here = this.metrics.filter((entry) => entry.step === step);
    const workers = this.#steps.at(step);
    const whole = step < this.#steps.length - 1;
    const scanning = workers?.ms ?? 0;
    return {
      rowsIn: workers?.rowsIn ?? here.at(0)?.rowsIn ?? 0,
      rowsOut: (whole ? workers?.rowsOut : here.at(-1)?.rowsOut) ?? 0,
      ms: here.reduce((sum, { ms }) => sum + ms, scanning),
      spilled: here.reduce((sum, { spilled }) => sum + spilled, 0),
      scanning,
    };
  }
}

/** Rows that an operator leaves which the scan carries out. */
function limited(operator: Operator, rows: number): number {
  if (operator.kind !== 'limit') return rows;
  return takenOf({ skip: operator.offset, take: operator.count }, rows);
}
