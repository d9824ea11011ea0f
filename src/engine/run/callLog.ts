import type { FailedRow } from '../../protocol/preview.ts';
import { english, said, type Said } from '../../said/said.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { CallError } from '../callError.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { stretchOf } from '../dataset/view.ts';
import type { ByteSink } from '../sink/byteSink.ts';
import type { CallFailure, CallPlace, Calls } from '../stage/calls.ts';

/** Rows that may fail before a run is given up. */
const mostFailures = 1000;

/** A program fails for so many rows that it is not gone on with. */
class TooManyFailuresError extends CallError {}

/** Keeps the rows of which there were too many: they are what one looks into then. */
export async function keepFailures(error: unknown, rejects: ByteSink | undefined): Promise<void> {
  if (error instanceof TooManyFailuresError) await rejects?.commit();
}

/** Takes rows that have failed. */
export type FailedRows = (rows: readonly FailedRow[]) => Promise<void> | void;

/** Lets a run call programs, and takes note of the rows that these could not do with. */
export class CallLog implements Calls {
  readonly open: Calls['open'];
  readonly #dataset: Dataset;
  readonly #take: FailedRows | undefined;
  readonly #signal: AbortSignal;
  /** What the file is called that has the rows that have failed. */
  readonly #name: string | undefined;
  /** Rows that have failed. */
  failures = 0;

  /** @param failed takes rows that have failed, or has them written to it; undefined: the first one ends the run */
  constructor(
    dataset: Dataset,
    programs: Pick<Calls, 'open'>,
    failed: FailedRows | ByteSink | undefined,
    signal: AbortSignal,
  ) {
    this.open = (...asked) => programs.open(...asked);
    this.#dataset = dataset;
    this.#take = typeof failed === 'object' ? failuresInto(failed) : failed;
    this.#signal = signal;
    this.#name = typeof failed === 'object' ? failed.name : undefined;
  }

  async failed(file: string, failures: readonly CallFailure[]): Promise<void> {
    const rows: FailedRow[] = [];
    for (const { reason, raw, place: given } of failures) {
      const place = given && (await this.#placeOf(given));
      if (!this.#take) throw new CallError(said`${file} has failed ${placeWords(place)}. ${reason}`);
      if (++this.failures > mostFailures) {
        await this.#take(rows);
        const last = said`${file} has failed for more than ${mostFailures.toLocaleString('en')} rows, the last of them ${placeWords(place)}. ${reason}`;
        throw new TooManyFailuresError(
          this.#name === undefined ? last : said`${last}. The others are in ${this.#name}.`,
        );
      }
      rows.push({ ...place, reason: said`${file}: ${reason}`, raw });
    }
    await this.#take?.(rows);
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

function placeWords({ record, offset }: Partial<CallPlace> = {}): Said {
  if (offset === undefined) return said`for a row`;
  return record === undefined
    ? said`for the record at byte ${offset}`
    : said`for record ${record} (byte ${offset})`;
}

/** Writes rows that have failed to the rejects. */
function failuresInto(rejects: ByteSink): FailedRows {
  return (rows) => {
    const out = new ByteBuilder();
    for (const row of rows) out.text(`${JSON.stringify({ ...row, reason: english(row.reason) })}\n`);
    return rejects.write(out.view());
  };
}
