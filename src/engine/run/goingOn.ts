import type { Dataset } from '../dataset/dataset.ts';
import type { ScanFrom } from '../dataset/fileScan.ts';
import type { TextPlace } from '../dataset/follow/followedText.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import { everything, isEverything } from '../matchWindow.ts';

/** A scan of all records of a file that is over, and goes on in what is appended to the file. */
export class GoingOn<Found> {
  readonly #dataset: Dataset;
  readonly #scan: ScanFrom;
  readonly #take: (found: OrderedResult) => void;
  readonly #found: () => Found;
  /** Where the first record begins that was not taken in; undefined where the scan cannot go on. */
  #place: TextPlace | undefined;
  #last: Promise<void> = Promise.resolve();

  /**
   * @param scan as it was carried out over the whole file
   * @param take takes in what follows, in one go
   * @param found what all of it is
   */
  constructor(dataset: Dataset, scan: ScanFrom, take: (found: OrderedResult) => void, found: () => Found) {
    this.#dataset = dataset;
    this.#scan = scan;
    this.#take = take;
    this.#found = found;
    // What a LIMIT leaves depends on how many matches there were before.
    this.#place = isEverything(scan.query?.window ?? everything) ? dataset.ending : undefined;
  }

  /** Whether it is of all records of the file as it is now, or can come to that without those before. */
  get isPossible(): boolean {
    return this.#place !== undefined && this.#dataset.isBehind(this.#place);
  }

  /**
   * Takes in what has been appended since. Who cancels it loses nothing of what was taken in.
   * @throws SourceError; the signal's reason
   */
  async goOn(signal: AbortSignal): Promise<Found> {
    // Two at once would take the same records in twice.
    const before = this.#last;
    const turn = before.then(() => this.#run(signal));
    this.#last = turn.catch(() => undefined);
    await turn;
    return this.#found();
  }

  async #run(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const place = this.#place;
    if (place === undefined || place.start === this.#dataset.size) return;
    for await (const { found, next } of this.#dataset.scanFrom(place, this.#scan, signal)) {
      this.#take(found);
      this.#place = found.result?.failure ? undefined : next;
    }
  }
}
