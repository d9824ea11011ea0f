import { ByteBuilder } from '../byteBuilder.ts';
import { CallError } from '../callError.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { stretchOf } from '../dataset/view.ts';
import type { ByteSink } from '../sink/byteSink.ts';
import type { CallFailure, CallPlace, Calls } from '../stage/calls.ts';

/** Rows that may fail before a run is given up. */
const mostFailures = 1000;

/** Lets a run call programs, and writes the rows that these could not do with to the rejects. */
export class CallLog implements Calls {
  readonly open: Calls['open'];
  readonly #dataset: Dataset;
  readonly #rejects: ByteSink | undefined;
  readonly #signal: AbortSignal;
  /** Rows that have failed. */
  failures = 0;

  /** @param rejects undefined: the first row that fails ends the run */
  constructor(
    dataset: Dataset,
    programs: Pick<Calls, 'open'>,
    rejects: ByteSink | undefined,
    signal: AbortSignal,
  ) {
    this.open = (...asked) => programs.open(...asked);
    this.#dataset = dataset;
    this.#rejects = rejects;
    this.#signal = signal;
  }

  async failed(file: string, failures: readonly CallFailure[]): Promise<void> {
    const out = new ByteBuilder();
    for (const { message, raw, place: given } of failures) {
      const place = given && (await this.#placeOf(given));
      if (!this.#rejects) throw new CallError(`${file} has failed ${inWords(place)}. ${message}`);
      if (++this.failures > mostFailures) {
        throw new CallError(
          `${file} has failed for more than ${mostFailures} rows, the last of them ${inWords(place)}. ${message}`,
        );
      }
      out.text(`${JSON.stringify({ ...place, reason: `${file}: ${message}`, raw })}\n`);
    }
    await this.#rejects?.write(out.view());
  }

  /** A scan in several threads knows the byte of a record, and not how many are before it: that is looked up. */
  async #placeOf(place: CallPlace): Promise<Partial<CallPlace>> {
    const { index, once } = this.#dataset;
    if (once) return place;
    const { offset } = place;
    const block = index.blockOfOffset(await this.#dataset.positionOf(offset, this.#signal));
    if (block === undefined) return { offset };
    const parts = [{ stretch: stretchOf(index, block), skip: 0, take: 1 }];
    const cells = { kind: 'raw', limit: 1 } as const;
    const page = await this.#dataset.page(`_offset = ${offset}`, parts, cells, this.#signal);
    return page.rows === 0 ? { offset } : { record: page.records[0], line: page.lines[0], offset };
  }
}

function inWords({ record, offset }: Partial<CallPlace> = {}): string {
  if (offset === undefined) return 'for a row';
  return record === undefined ? `for the record at byte ${offset}` : `for record ${record} (byte ${offset})`;
}
