import type { ByteSink } from '../engine/sink/byteSink.ts';
import type { ProgressLine } from './progress.ts';

/** How wide a table may be, and whether it may have what only a terminal shows. */
export interface TableStyle {
  readonly width: number;
  readonly plots: boolean;
}

/** What a run has of the process it runs in. */
export interface Terminal {
  readonly output: ByteSink;
  /** Writes a line for people. */
  readonly say: (text: string) => void;
  /** Writes a line for people after the one that says why the command has failed. */
  readonly sayLast: (text: string) => void;
  /** Writes a line for programs where the lines for people go. */
  readonly report: (line: string) => void;
  readonly progress: ProgressLine;
  /** How a table is written to the output. */
  readonly table: TableStyle;
  readonly signal: AbortSignal;
  /** Aborted where a command that has no end of its own is to come to it. */
  readonly ending: AbortSignal;
}
