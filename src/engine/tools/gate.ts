import { abortReason, onAbort } from '../../protocol/abort.ts';

/** Lets so many in at a time; the others wait in the order in which they came. */
export class Gate {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @throws the signal's reason, also while it waits */
  async pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The next one takes the place of the one that has left.
      if (next) next();
      else this.#inside--;
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#inside < this.#most) {
      this.#inside++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        letGo();
        resolve();
      };
      const letGo = onAbort(signal, () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(abortReason(signal));
      });
      this.#waiting.push(enter);
    });
  }
}
