import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { said } from '../../../said/said.ts';
import { removeOld } from '../../leftovers.ts';
import { sinkErrorFrom, SinkError, systemCode } from '../sinkError.ts';

/** Rows by their numbers, from 1, both included. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Which batches of a run are done, so that the run can go on where it ended. A line for each batch, written when the
 * service has accepted it or its rows are among the dead letters: it is there also after the process was killed.
 */
export class SendJournal {
  /** The batches that were done when it was opened. */
  readonly done: readonly RowRange[];
  /** Whether it goes on with a run that has ended early. */
  readonly resumed: boolean;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #known: ReadonlySet<string>;

  private constructor(path: string, file: FileHandle, done: readonly RowRange[], resumed: boolean) {
    this.resumed = resumed;
    this.#path = path;
    this.#file = file;
    this.done = done;
    this.#known = new Set(done.map(nameOf));
  }

  /**
   * @param folder where journals are kept; those that nobody has added to for some weeks are removed
   * @param run what tells the run from others: its rows, how they are divided, and where they go
   * @param resume whether to go on with an earlier run; else its journal is replaced
   * @throws SinkError where there is nothing to go on with
   */
  static async open(folder: string, run: readonly unknown[], resume: boolean): Promise<SendJournal> {
    const name = createHash('sha256').update(JSON.stringify(run)).digest('hex').slice(0, 32);
    const path = join(folder, `${name}.rowsends`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await removeOld(folder, '.rowsends', keptMs);
      const done = resume ? read(await textOf(path)) : [];
      const file = await open(path, resume ? 'a' : 'w', 0o600);
      await file.appendFile(resume ? '\n' : `${head}\n`);
      return new SendJournal(path, file, done, resume);
    } catch (error) {
      throw sinkErrorFrom(error, path);
    }
  }

  has(range: RowRange): boolean {
    return this.#known.has(nameOf(range));
  }

  /** Tells whether a row was done when it was opened. */
  get wasDone(): (row: number) => boolean {
    const ranges = this.done.toSorted((a, b) => a.first - b.first);
    const firsts = Float64Array.from(ranges, ({ first }) => first);
    return (row) => {
      let [low, high] = [0, firsts.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (firsts[middle] <= row) low = middle + 1;
        else high = middle;
      }
      return low > 0 && row <= ranges[low - 1].last;
    };
  }

  /** @throws SinkError */
  async add(range: RowRange): Promise<void> {
    try {
      await this.#file.appendFile(`${nameOf(range)}\n`);
    } catch (error) {
      throw sinkErrorFrom(error, this.#path);
    }
  }

  /** @param complete whether the run is, so that there is nothing to go on with */
  async close(complete: boolean): Promise<void> {
    await this.#file.close().catch(() => undefined);
    if (complete) await rm(this.#path, { force: true }).catch(() => undefined);
  }
}

const head = 'rowriver sends 1';
const keptMs = 30 * 24 * 60 * 60_000;

function nameOf({ first, last }: RowRange): string {
  return `${first} ${last}`;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new SinkError(
      'nothing-to-resume',
      said`There is nothing to resume: no run of this query to this address has ended early, or the file has changed since. Without --resume, all rows are sent.`,
    );
  }
}

/** Half a line, where the process was killed while it wrote, is of a batch that is sent again. */
function read(text: string): RowRange[] {
  const [first, ...lines] = text.split('\n');
  if (first !== head) {
    throw new SinkError(
      'nothing-to-resume',
      said`The run cannot be resumed: its journal is damaged or of another version of Rowriver. Without --resume, all rows are sent.`,
    );
  }
  return lines.slice(0, -1).flatMap((line) => {
    const match = /^(\d+) (\d+)$/.exec(line);
    return match ? [{ first: Number(match[1]), last: Number(match[2]) }] : [];
  });
}
