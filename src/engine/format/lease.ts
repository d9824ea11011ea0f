/** Owns memory that is used again and again, and lends out what is in it. */
export class Lender {
  #generation = 0;

  get generation(): number {
    return this.#generation;
  }

  /** Uses the memory again: what was lent is void from now on. */
  takeBack(): void {
    this.#generation++;
  }

  lend(): Lease {
    return new Lease(this);
  }
}

/** Until when borrowed memory holds what it did. */
export class Lease {
  readonly #lender: Lender;
  readonly #generation: number;

  constructor(lender: Lender) {
    this.#lender = lender;
    this.#generation = lender.generation;
  }

  /** @throws TypeError once the memory is used again: who asks then would read the values of other records */
  check(): void {
    if (this.#generation === this.#lender.generation) return;
    throw new TypeError('A block of records was used after its scanner had scanned again.');
  }
}
