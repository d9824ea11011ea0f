import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SentRows } from '../../../protocol/engine.ts';
import { said, type Said } from '../../../said/said.ts';
import type { Address } from '../../source/http/address.ts';
import { HttpClient } from '../../source/http/client.ts';
import { HttpFault } from '../../source/http/fault.ts';
import { usualLimits, type HttpLimits } from '../../source/http/limits.ts';
import type { HeaderFields } from '../../source/source.ts';
import { either } from '../../source/signals.ts';
import type { DerivedColumns } from '../derivedRow.ts';
import { SinkError } from '../sinkError.ts';
import type { Batch } from './batch.ts';
import { BodyEncoder } from './batchBody.ts';
import type { BodyForm } from './bodyForm.ts';
import { BatchMaker } from './batchMaker.ts';
import { deadLettersIn, type DeadLetters } from './deadLetters.ts';
import type { RowPlaces } from './rowPlaces.ts';
import type { RowService } from './rowService.ts';
import type { SendJournal } from './sendJournal.ts';
import { verdictOf, type Reason, type Verdict } from './verdict.ts';

export interface ServiceOptions {
  /** Sent to the address's own server, and to no other. */
  readonly headers?: HeaderFields | undefined;
  readonly form: BodyForm;
  readonly gzip?: boolean | undefined;
  /** Rows in a batch. */
  readonly batch?: number | undefined;
  /** Batches that are under way at once: reading waits for them. */
  readonly inFlight?: number | undefined;
  /** How often a batch is sent before it is given up. */
  readonly attempts?: number | undefined;
  /** Before the second attempt; twice as long before each one after that. */
  readonly retryMs?: number | undefined;
  readonly limits?: Partial<HttpLimits> | undefined;
  /** Takes what is given up. Without it, the first such row ends the run. */
  readonly deadLetters?: DeadLetters | undefined;
  /** Notes what is done, and knows what was done before: that is not sent again. */
  readonly journal?: SendJournal | undefined;
  /** Stands for the rows: another file, reading or query has another one. Keys begin with it. */
  readonly identity: string;
  /** Whether the rows are dead letters, whose own rows are sent. */
  readonly resend?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** A batch also ends where its rows have so many bytes. */
const batchBytes = 8 * 1024 * 1024;
/** No wait is longer, whatever a server asks for. */
const longestWaitMs = 10 * 60_000;
/** Without a word from the server, waits grow no longer than this. */
const longestBackOffMs = 60_000;
/** Batches in a row that were sent in vain: after these, the service is taken to be gone. */
const mostInVain = 3;

/**
 * Sends rows to a service, in batches, several at once. What the service does not take now is sent again later; what it
 * never takes goes to the dead letters.
 */
export class ServiceSink implements RowService {
  /** The address as far as it may be shown. */
  readonly name: string;
  readonly needsColumns: boolean;
  readonly resends: boolean;
  readonly #options: ServiceOptions;
  readonly #client: HttpClient;
  readonly #body: BodyEncoder;
  readonly #maker: BatchMaker;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #release: () => void;
  readonly #underWay = new Set<Promise<void>>();
  #failure: Error | undefined;
  /** Keys of the rows among the dead letters whose batches were not noted as done before the run was resumed. */
  #dead: Promise<ReadonlySet<string>> | undefined;
  #pausedUntil = 0;
  #inVain = 0;
  #accepted = 0;
  #batches = 0;
  #before = 0;
  #complete = false;
  #retries = 0;
  #givenUp = 0;
  #bytes = 0;

  constructor(address: Address, options: ServiceOptions) {
    this.name = address.shown;
    this.needsColumns = options.form === 'csv';
    this.resends = options.resend === true;
    this.#options = options;
    this.#client = new HttpClient(address, { ...usualLimits, ...options.limits }, options.headers);
    this.#body = new BodyEncoder(options.form, options.gzip === true, (...row) => this.#keyOf(...row));
    this.#maker = new BatchMaker({ rows: options.batch ?? 500, bytes: batchBytes });
    ({ signal: this.#signal, release: this.#release } = either(options.signal, this.#stop.signal));
  }

  get sent(): SentRows {
    return {
      accepted: this.#accepted,
      batches: this.#batches,
      before: this.#before,
      retries: this.#retries,
      givenUp: this.#givenUp,
      bytes: this.#bytes,
    };
  }

  begin(columns: DerivedColumns): void {
    this.#body.begin(columns);
  }

  /**
   * Takes rows as JSON Lines, and waits where enough of them are under way.
   * @throws SinkError; the signal's reason
   */
  async write(piece: Uint8Array, places?: RowPlaces, ends?: Uint32Array): Promise<void> {
    const batches = this.resends ? this.#resent(piece) : this.#maker.add(piece, places, ends);
    for (const batch of batches) await this.#start(batch);
  }

  /** Sends what is left, and waits until the service has answered to everything. @throws as `write` */
  async commit(): Promise<void> {
    for (const batch of this.#maker.finish()) await this.#start(batch);
    while (this.#underWay.size > 0) await this.#settle();
    this.#check();
    this.#complete = true;
    await this.discard();
  }

  /** Ends what is under way. What was accepted stays so. */
  async discard(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#underWay);
    this.#client.close();
    this.#release();
    await this.#options.deadLetters?.close();
    await this.#options.journal?.close(this.#complete);
  }

  *#resent(piece: Uint8Array): Generator<Batch> {
    for (const { raw, place } of deadLettersIn(piece)) yield* this.#maker.addRow(raw, place);
  }

  async #start(batch: Batch): Promise<void> {
    const { inFlight = 4, journal } = this.#options;
    const range = { first: batch.place(0).row, last: batch.place(batch.count - 1).row };
    if (journal?.has(range)) {
      this.#before += batch.count;
      batch.done();
      return;
    }
    while (this.#underWay.size >= inFlight) await this.#settle();
    this.#check();
    const work = this.#deliver(batch)
      .then(() => batch.done())
      .then(() => journal?.add(range))
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
        this.#stop.abort();
      })
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #settle(): Promise<void> {
    await Promise.race(this.#underWay);
    this.#check();
  }

  #check(): void {
    this.#options.signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #deliver(whole: Batch): Promise<void> {
    const { attempts = 6 } = this.#options;
    let batch = whole;
    for (let attempt = 1; ; attempt++) {
      await this.#pause();
      const verdict = await this.#attempt(batch);
      if (verdict.kind === 'accepted') {
        this.#accept(batch.count);
        return;
      }
      if (verdict.kind === 'refused') throw this.#error(said`${verdict.reason}`);
      if (verdict.kind === 'rejected' || (verdict.kind === 'too-large' && batch.count === 1)) {
        this.#inVain = 0;
        return this.#giveUp(batch, () => verdict);
      }
      if (verdict.kind === 'too-large') {
        for (const half of batch.halves()) await this.#deliver(half);
        return;
      }
      if (verdict.kind === 'rows') {
        const { later, rejected } = verdict;
        this.#accept(batch.count - later.length - rejected.length);
        await this.#giveUp(batch.pick(rejected.map(({ row }) => row)), (index) => rejected[index]);
        if (later.length === 0) return;
        batch = batch.pick(later.map(({ row }) => row));
      }
      if (attempt >= attempts) {
        const reasonAt = (index: number): Reason => {
          const { status, reason } = verdict.kind === 'rows' ? verdict.later[index] : verdict;
          return {
            status,
            reason:
              attempts === 1
                ? said`${reason} (after one attempt)`
                : said`${reason} (after ${attempts} attempts)`,
          };
        };
        await this.#giveUp(batch, reasonAt);
        if (verdict.kind === 'later' && ++this.#inVain >= mostInVain) {
          throw this.#error(said`${mostInVain} batches in a row were sent in vain. ${reasonAt(0).reason}`);
        }
        return;
      }
      this.#retries++;
      const wait = waitBefore(attempt, this.#options.retryMs ?? 500, verdict.afterMs);
      if (wait > longestWaitMs) {
        throw this.#error(said`the server wants no more requests for ${Math.ceil(wait / 60_000)} minutes`);
      }
      // What one batch was told holds for all of them.
      if (verdict.afterMs !== undefined)
        this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + wait);
      await delay(wait, undefined, { signal: this.#signal });
    }
  }

  async #pause(): Promise<void> {
    for (let ms = this.#pausedUntil - performance.now(); ms > 0; ms = this.#pausedUntil - performance.now()) {
      await delay(ms, undefined, { signal: this.#signal });
    }
  }

  async #attempt(batch: Batch): Promise<Verdict> {
    const body = await this.#body.encode(batch);
    const { headers = {}, form } = this.#options;
    const own = Object.entries(this.#body.headers).filter(([name]) => !(name in headers));
    const asked = { ...Object.fromEntries(own), 'idempotency-key': this.#batchKey(batch) };
    try {
      const answer = await this.#client.post(body, asked, this.#signal);
      if (!answer.sentAll) batch.mayBeRead();
      const verdict = await verdictOf(answer, form, batch.count);
      if (verdict.kind === 'accepted' || verdict.kind === 'rows') this.#bytes += body.length;
      return verdict;
    } catch (error) {
      batch.mayBeRead();
      this.#signal.throwIfAborted();
      if (!(error instanceof HttpFault)) throw error;
      const mayPass = error.retry === 'always' || (error.retry === 'midway' && this.#accepted > 0);
      const { status, said: reason } = error;
      return mayPass
        ? { kind: 'later', status, reason, afterMs: error.afterMs }
        : { kind: 'refused', status, reason };
    }
  }

  #accept(rows: number): void {
    this.#inVain = 0;
    this.#accepted += rows;
    this.#batches++;
  }

  async #giveUp(batch: Batch, reasonOf: (index: number) => Reason): Promise<void> {
    if (batch.count === 0) return;
    const { deadLetters } = this.#options;
    if (!deadLetters) {
      const { row } = batch.place(0);
      const last = batch.place(batch.count - 1).row;
      const rows = batch.count === 1 ? said`row ${row}` : said`rows ${row} to ${last}`;
      throw this.#error(
        said`${rows} not accepted: ${reasonOf(0).reason}. With --dead-letter FILE such rows are kept there, and the others are sent`,
      );
    }
    const rows = Array.from({ length: batch.count }, (_, index) => ({
      place: batch.place(index),
      key: this.#keyOf(batch, index),
      text: batch.text(index),
    }));
    const dead = await this.#deadBefore(deadLetters);
    const fresh = rows.flatMap((row, index) => (dead.has(row.key) ? [] : [{ ...row, index }]));
    await deadLetters.add(fresh, (at) => reasonOf(fresh[at].index));
    this.#givenUp += batch.count;
  }

  /** A run that was killed between its dead letters and its journal has given up rows that are sent again now. */
  #deadBefore(deadLetters: DeadLetters): Promise<ReadonlySet<string>> {
    const { journal } = this.#options;
    const wasDone = journal?.wasDone;
    this.#dead ??=
      journal?.resumed && wasDone ? deadLetters.keysOf((row) => !wasDone(row)) : Promise.resolve(new Set());
    return this.#dead;
  }

  #error(reason: Said): SinkError {
    return new SinkError('not-sent', said`${this.name} does not accept the rows: ${reason}.`);
  }

  #keyOf(batch: Batch, row: number): string {
    const place = batch.place(row);
    return place.key ?? `${this.#options.identity}-${place.row}`;
  }

  /** The same rows have the same key, whenever they are sent; others have another one. */
  #batchKey(batch: Batch): string {
    const { count } = batch;
    const [first, last] = [batch.place(0).row, batch.place(count - 1).row];
    const key = `${this.#options.identity}-${first}-${last}`;
    if (last - first + 1 === count) return key;
    const rows = createHash('sha256').update(
      Array.from({ length: count }, (_, index) => batch.place(index).row).join(),
    );
    return `${key}-${rows.digest('hex').slice(0, 8)}`;
  }
}

/** Exponential, of which the half is left to chance, so that batches that failed together do not come back together. */
function waitBefore(attempt: number, firstMs: number, afterMs: number | undefined): number {
  const backOff = Math.min(longestBackOffMs, firstMs * 2 ** (attempt - 1));
  return Math.max(afterMs ?? 0, backOff * (0.5 + Math.random() / 2));
}
