import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { said } from '../../../said/said.ts';
import { removeOld } from '../../leftovers.ts';
import { partitionPoint } from '../../partitionPoint.ts';
import { sinkErrorFrom, SinkError, systemCode } from '../sinkError.ts';

/** Rows by their numbers, from 1, both included. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
}

/** What tells a run from others. */
export interface SentRun {
  /** What was asked for: which files, which query, how its rows are divided, and where they go. */
  readonly asked: readonly unknown[];
  /** Which rows that gave: others, where a file has changed since. */
  readonly rows: string;
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
   * @param resume whether to go on with an earlier run; else its journal is replaced
   * @throws SinkError where there is nothing to go on with
   */
  static async open(folder: string, run: SentRun, resume: boolean): Promise<SendJournal> {
    const asked = digest(run.asked);
    const path = join(folder, `${asked}-${digest(run.rows)}${ending}`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await removeOld(folder, ending, keptMs);
      // What an earlier run has left cannot be gone on with once all rows are sent.
      if (!resume) for (const other of await journalsFor(folder, asked)) await rm(other, { force: true });
      const done = resume ? read(await textOf(path, asked)) : [];
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
      const behind = partitionPoint(0, firsts.length, (at) => firsts[at] <= row);
      return behind > 0 && row <= ranges[behind - 1].last;
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
const ending = '.rowsends';
const keptMs = 30 * 24 * 60 * 60_000;

function nameOf({ first, last }: RowRange): string {
  return `${first} ${last}`;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

/** The journals of what was asked for, whichever rows that gave. */
async function journalsFor(folder: string, asked: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.startsWith(`${asked}-`)).map((name) => join(folder, name));
}

/** @throws SinkError where it is not there; it says whether there is one of other rows */
async function textOf(path: string, asked: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    const others = await journalsFor(dirname(path), asked);
    throw new SinkError(
      'nothing-to-resume',
      others.length > 0
        ? said`The run cannot be resumed: the file, or the way it is read, has changed since. Without --resume, all rows are sent.`
        : said`There is nothing to resume: no run of this query to this address has ended early. Without --resume, all rows are sent.`,
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
