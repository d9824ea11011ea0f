import type { WriteStream } from 'node:tty';
import { clock, columns, counted, grouped, sized } from './message.ts';

/** How far a run is. */
export interface Progress {
  readonly records: number;
  readonly matched: number;
  /** Bytes done, of `total` where that is known. */
  readonly scanned: number;
  readonly total: number | undefined;
  readonly elapsedMs: number;
}

/** A line of a terminal that is written anew while something runs. */
export interface ProgressLine {
  show(progress: Progress): void;
  /** Leaves the line empty, for something else to be written there. */
  erase(): void;
}

export const noProgress: ProgressLine = { show: () => undefined, erase: () => undefined };

export function createProgressLine(
  terminal: Pick<WriteStream, 'columns'> & { write(text: string): unknown },
): ProgressLine {
  let shown = false;
  return {
    show(progress) {
      // One column less than there are: in the last one some terminals wrap.
      const text = fit(progressText(progress), (terminal.columns || usualColumns) - 1);
      terminal.write(`\r${text}\x1b[K`);
      shown = true;
    },
    erase() {
      if (shown) terminal.write('\r\x1b[K');
      shown = false;
    },
  };
}

/** `12,345 records, 678 matching | 1.2 GB of 10 GB | 850 MB/s | 0:10 left` */
export function progressText({ records, matched, scanned, total, elapsedMs }: Progress): string {
  const seconds = elapsedMs / 1000;
  const rate = seconds > 0 ? scanned / seconds : 0;
  const parts = [
    `${counted(records, 'record')}, ${grouped(matched)} matching`,
    total === undefined ? sized(scanned) : `${sized(scanned)} of ${sized(total)}`,
  ];
  if (rate > 0) parts.push(`${sized(rate)}/s`);
  if (rate > 0 && total !== undefined && total > scanned)
    parts.push(`${clock((total - scanned) / rate)} left`);
  return parts.join(' | ');
}

/** Where a terminal does not know how wide it is, which it says as 0. */
const usualColumns = 80;

function fit(text: string, width: number): string {
  return columns(text) <= width ? text : text.slice(0, Math.max(0, width));
}
