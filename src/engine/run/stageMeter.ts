import type { StageLine, StageReport } from '../../protocol/engine.ts';
import { takenOf } from '../matchWindow.ts';
import type { StretchWork } from '../pool/work.ts';
import type { Operator, Plan } from '../query/index.ts';
import type { StageMetrics, StepWork } from '../stage/context.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';

/** What a run gave its output, as far as it has one. */
export interface Written {
  readonly name: 'write' | 'rejects';
  readonly rows: number;
  readonly bytes: number;
  /** Time in which the output took bytes, in milliseconds. */
  readonly waitedMs: number;
}

/** Adds up what the stages of a run do, in the scan workers and behind them. */
export class StageMeter {
  readonly #inFile: (bytes: number) => number;
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
  #columnsMs: number | undefined;
  #steps: StepWork[] = [];

  /** @param inFile see `Dataset` */
  constructor({ inFile }: { readonly inFile: (bytes: number) => number }) {
    this.#inFile = inFile;
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
  }

  /** Time in which rows are written as the output has them. */
  encoding(ms: number): void {
    this.#encodeMs += ms;
  }

  /** Time of a pass that only looks which columns there are. */
  lookedForColumns(ms: number): void {
    this.#columnsMs = (this.#columnsMs ?? 0) + ms;
  }

  /** @param ran whether the plan's steps were carried out, or only its limits, by the scan */
  report(plan: Plan, ran: boolean, outputs: readonly Written[], elapsedMs: number): StageReport {
    const inSteps = this.#steps.reduce((sum, { ms }) => sum + ms, 0);
    const writes = outputs.some(({ name }) => name === 'write');
    // What is neither a step nor written is the scan's own keeping of books.
    const outputMs = this.#outputMs - inSteps;
    const books = (ran || !writes ? outputMs : 0) + (plan.conditions.length === 0 ? this.#whereMs : 0);
    const lines: StageLine[] = [];
    if (this.#columnsMs !== undefined) lines.push({ name: 'columns', ms: this.#columnsMs });
    lines.push({
      name: 'scan',
      rowsIn: this.#records,
      rowsOut: this.#candidates,
      ms: this.#scanMs + books,
      bytes: this.#inFile(this.#bytes),
      skipped: this.#inFile(this.#skipped),
      ...(this.#unread > 0 && {
        unread: this.#inFile(this.#unread),
        keptColumns: (ran ? plan.fields : (plan.where?.fields ?? [])).length,
      }),
      malformed: this.#malformed,
    });
    if (plan.conditions.length > 0) {
      const name = [...new Set(plan.conditions)].join(', ').toUpperCase();
      lines.push({ name, rowsIn: this.#candidates, rowsOut: this.#matched, ms: this.#whereMs });
    }
    lines.push(...this.#operators(plan, ran));
    const last = this.#step(plan.steps.length);
    for (const { name, rows, bytes, waitedMs } of outputs) {
      const ms = name === 'write' ? this.#encodeMs + last.ms + (ran ? 0 : outputMs) : 0;
      lines.push({ name, rowsIn: rows, rowsOut: rows, ms, bytes, waitedMs });
    }
    return { lines, threads: this.#threads.size, elapsedMs };
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

  /** A line an operator, which can be several steps, or none where it only names columns. */
  #operators({ operators, stepCounts }: Plan, ran: boolean): StageLine[] {
    const lines: StageLine[] = [];
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
      lines.push({
        name,
        rowsIn,
        rowsOut: rows,
        ms: steps.reduce((sum, { ms }) => sum + ms, 0),
        spilled: steps.reduce((sum, { spilled }) => sum + spilled, 0),
      });
    }
    return lines;
  }

  /** Both halves of a step: what the workers took in of it, and what came out behind them. */
  #step(step: number): StepWork & { readonly spilled: number } {
    const here = this.metrics.filter((entry) => entry.step === step);
    const workers = this.#steps.at(step);
    const whole = step < this.#steps.length - 1;
    return {
      rowsIn: workers?.rowsIn ?? here.at(0)?.rowsIn ?? 0,
      rowsOut: (whole ? workers?.rowsOut : here.at(-1)?.rowsOut) ?? 0,
      ms: here.reduce((sum, { ms }) => sum + ms, workers?.ms ?? 0),
      spilled: here.reduce((sum, { spilled }) => sum + spilled, 0),
    };
  }
}

/** Rows that an operator leaves which the scan carries out. */
function limited(operator: Operator, rows: number): number {
  if (operator.kind !== 'limit') return rows;
  return takenOf({ skip: operator.offset, take: operator.count }, rows);
}
