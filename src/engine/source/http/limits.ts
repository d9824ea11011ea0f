/** How long a server is waited for, in milliseconds. */
export interface HttpLimits {
  /** For a connection, TLS included. */
  readonly connectMs: number;
  /** For the head of an answer: a server may have to compute it. */
  readonly answerMs: number;
  /** For the next bytes; a server that gives less than `leastBytes` in this time counts as silent. */
  readonly idleMs: number;
  readonly leastBytes: number;
  /** Between one attempt and the next, as long as none gets anywhere. */
  readonly retryMs: readonly number[];
}

export const usualLimits: HttpLimits = {
  connectMs: 15_000,
  answerMs: 60_000,
  idleMs: 30_000,
  leastBytes: 1024,
  retryMs: [250, 1000, 3000],
};
