import { openMetrics } from '../engine/run/openMetrics.ts';
import { openTarget } from '../engine/sink/openTarget.ts';
import type { ExportSummary } from '../protocol/engine.ts';
import type { Progress } from './progress.ts';

/** How often the file is written anew, in milliseconds: collectors look no more than every second. */
const interval = 1000;

const nothing: Progress = { records: 0, matched: 0, scanned: 0, total: undefined, elapsedMs: 0 };

/** A file with the metrics of a run, always whole: it is replaced about every second, and at the end. */
export class MetricsFile {
  readonly #path: string;
  readonly #sources: readonly string[];
  #progress = nothing;
  #written = -Infinity;
  #writing: Promise<void> | undefined;
  #failure: unknown;

  /** @param sources the files that are read: the metrics must not take the place of one */
  constructor(path: string, sources: readonly string[]) {
    this.#path = path;
    this.#sources = sources;
  }

  /** Notes how far the run is, and writes that if it is time to. What fails then is thrown by `end`. */
  show(progress: Progress): void {
    this.#progress = progress;
    const now = performance.now();
    if (this.#writing !== undefined || now - this.#written < interval) return;
    this.#written = now;
    this.#writing = this.#write(undefined)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /**
   * Writes the run's end.
   * @param summary undefined where the run has failed
   * @throws SinkError
   */
  async end(summary: ExportSummary | undefined): Promise<void> {
    await this.#writing;
    await this.#write(summary);
    if (this.#failure instanceof Error) throw this.#failure;
  }

  async #write(summary: ExportSummary | undefined): Promise<void> {
    const sink = await openTarget(this.#path, { sources: this.#sources });
    try {
      await sink.write(new TextEncoder().encode(openMetrics(summary ?? this.#progress, summary)));
      await sink.commit();
    } finally {
      await sink.discard();
    }
  }
}
