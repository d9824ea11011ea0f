import { setTimeout as delay } from 'node:timers/promises';
import { HttpFault } from './fault.ts';
import type { HttpClient } from './client.ts';

/** Bytes after which an attempt counts as having got somewhere. */
const enoughProgress = 16 * 1024;
/** A server that asks for more patience than this is given up. */
const longestWaitMs = 30_000;

/**
 * Attempts at one thing: decides whether there is another one, and when. After a server was given up once, it gets one
 * attempt each time somebody asks, until it gives something again.
 */
export class Patience {
  readonly #client: HttpClient;
  readonly #midway: boolean;
  #failed = 0;
  #come = 0;

  /** @param midway the server has answered before, so that what it fails with now may pass */
  constructor(client: HttpClient, midway: boolean) {
    this.#client = client;
    this.#midway = midway;
  }

  /** Bytes have come. */
  progress(bytes: number): void {
    this.#come += bytes;
    if (bytes > 0) this.#client.givenUp = false;
  }

  /** Waits until the next attempt. @throws the fault, where there is to be none; the signal's reason */
  async wait(error: unknown, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!(error instanceof HttpFault)) throw error;
    if (this.#come >= enoughProgress) this.#failed = 0;
    this.#come = 0;
    const { limits, givenUp } = this.#client;
    const usual = givenUp ? undefined : limits.retryMs.at(this.#failed);
    const again = error.retry === 'always' || (error.retry === 'midway' && this.#midway);
    const ms = Math.max(usual ?? 0, error.afterMs ?? 0);
    if (!again || usual === undefined || ms > longestWaitMs) {
      this.#client.givenUp = true;
      throw error;
    }
    this.#failed++;
    try {
      await delay(ms, undefined, { signal });
    } catch (aborted) {
      signal.throwIfAborted();
      throw aborted;
    }
  }
}
