/** Openings of a file that others have taken the place of: they are closed once nobody reads any more. */
export class EarlierOpenings {
  #readers = 0;
  #left: (() => Promise<void>)[] = [];

  /** @param close closes one */
  add(close: () => Promise<void>): void {
    this.#left.push(close);
  }

  /** Called before something is read, in whichever opening is the latest then. */
  begin(): void {
    this.#readers++;
  }

  async end(): Promise<void> {
    if (--this.#readers === 0) await this.close();
  }

  async close(): Promise<void> {
    for (const close of this.#left.splice(0)) await close();
  }
}
