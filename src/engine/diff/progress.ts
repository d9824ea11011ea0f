import { setImmediate } from 'node:timers/promises';
import type { ExportProgress } from '../../protocol/engine.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import type { Side } from '../pool/keyedRow.ts';

/** Others get their turn after so many milliseconds. */
const turnMs = 20;
/** Progress is told at most once in so many milliseconds. */
const tellMs = 100;

/** Says how far a comparison is: both files, each of which may be read twice. */
export class DiffProgress {
  readonly #files: readonly [Dataset, Dataset];
  readonly #readings: number;
  readonly #tell: (state: ExportProgress) => void;
  readonly #began = performance.now();
  readonly #scanned = [0, 0];
  readonly #before = [0, 0];
  #records = 0;
  #told = 0;
  #turned = performance.now();

  constructor(files: readonly [Dataset, Dataset], isTwice: boolean, tell: (state: ExportProgress) => void) {
    this.#files = files;
    this.#readings = isTwice ? 2 : 1;
    this.#tell = tell;
  }

  add(side: Side, found: OrderedResult): void {
    for (const { records } of found.blocks) this.#records += records;
    this.#scanned[side] = this.#before[side] + this.#files[side].inFile(found.scanned);
    const now = performance.now();
    if (now - this.#told < tellMs) return;
    this.#told = now;
    const sizes = this.#files.map((file) =>
      file.expectedSize === undefined ? undefined : this.#readings * file.inFile(file.expectedSize),
    );
    const [a, b] = sizes;
    this.#tell({
      records: this.#records,
      matched: 0,
      scanned: this.#scanned[0] + this.#scanned[1],
      total: a === undefined || b === undefined ? undefined : a + b,
      elapsedMs: now - this.#began,
    });
  }

  /** A file was read to its end. */
  done(side: Side): void {
    this.#before[side] = this.#scanned[side];
  }

  /** Whether others have waited for their turn. */
  get isTurnDue(): boolean {
    return performance.now() - this.#turned > turnMs;
  }

  /** Lets others have their turn, who may abort this. */
  async turn(signal: AbortSignal): Promise<void> {
    await setImmediate();
    this.#turned = performance.now();
    signal.throwIfAborted();
  }
}
